using Nirmaan.Cli.Files;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Cli.Commands;

internal static class DistributeCommand
{
    public static readonly Command Distribute = new(
        "distribute", "distribute stakes.csv --from T --to T --pool AMOUNT --asset A [--previous distribution.json] > distribution.json", "shares a pool (base units) out by stake x time, with the root from which claims are proven",
        ["from", "to", "pool", "asset", "previous"], [], RunAsync);

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var path = arguments.Only("stakes.csv");
        var (from, to) = (Time(arguments, "from"), Time(arguments, "to"));
        var (pool, asset) = (arguments.Units("pool"), arguments.Need("asset", "an asset such as MOR"));
        var stakes = await TextFile.ReadAsync(path, StakesCsv.Parse, terminal, cancellationToken);
        var previous = await PreviousAsync(arguments, asset, terminal, cancellationToken);
        try { terminal.Out.WriteLine(DistributionFile.Compute(stakes, from, to, pool, asset, previous).ToJson()); }
        catch (StakeHistoryException e) { throw FailureException.BadInput($"{path}: {e.Message}", e); }
        return Exit.Done;
    }

    /// <summary>The epoch before; null = this is the first.</summary>
    public static async Task<DistributionFile?> PreviousAsync(Arguments arguments, string asset, Terminal terminal, CancellationToken cancellationToken)
    {
        if (arguments.Find("previous") is not { } path) { return null; }
        var previous = await TextFile.ReadAsync(path, DistributionFile.Parse, terminal, cancellationToken);
        return previous.Asset == asset ? previous : throw FailureException.BadInput(path, $"asset '{previous.Asset}'", $"a distribution of {asset}");
    }

    private static DateTimeOffset Time(Arguments arguments, string name)
    {
        try { return StakesCsv.ParseTime(arguments.Need(name, "a time such as 2026-03-01T00:00:00Z")); }
        catch (FormatException e) { throw FailureException.BadInput($"--{name}: {e.Message}", e); }
    }
}
