using Nirmaan.Cli.Files;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Cli.Commands;

internal static class DistributeCommand
{
    public static readonly Command Distribute = new(
        "distribute", "distribute stakes.csv --from T --to T --pool AMOUNT --asset A [--previous distribution.json] > distribution.json",
        """
        Shares a pool (base units) out by stake x time over [from, to), with the root from which claims are proven.
        The epoch is the previous one's and one more, else 1.
        """,
        ["from", "to", "pool", "asset", "previous"], [], RunAsync);

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var path = arguments.Only("stakes.csv");
        var (from, to) = (Time(arguments, "from"), Time(arguments, "to"));
        if (to <= from) { throw FailureException.BadInput("--to", StakesCsv.TimeText(to), $"a time after {StakesCsv.TimeText(from)}"); }
        var (pool, asset) = (arguments.Units("pool"), arguments.Need("asset", "an asset such as MOR"));
        var stakes = await TextFile.ReadAsync(path, StakesCsv.Parse, terminal, cancellationToken);
        DistributionFile? previous = null;
        if (arguments.Find("previous") is { } before)
        {
            previous = await ReadPreviousAsync(before, asset, terminal, cancellationToken);
            // What is built on a wrong file is wrong for good: nothing that was paid is taken back.
            if (from != previous.To) { throw FailureException.BadInput("--from", StakesCsv.TimeText(from), $"{StakesCsv.TimeText(previous.To)}, the end of the epoch before"); }
            if (DistributionCheck.Alone(previous).FirstOrDefault() is { } fault) { throw FailureException.BadInput(before, fault, "a distribution that nirmaan verify finds right"); }
        }
        try
        {
            terminal.Out.WriteLine(DistributionFile.Compute(stakes, from, to, pool, asset, previous).ToJson());
            terminal.Error.WriteLine("No waterfall is in it: what was received, sold, charged and held follows from payments and policy, which stakes do not tell. The published file of the epoch has it.");
        }
        catch (StakeHistoryException e) { throw FailureException.BadInput($"{path}: {e.Message}", e); }
        catch (ArgumentOutOfRangeException e) { throw FailureException.BadInput($"--pool: with what was paid before, {e.ActualValue} is more than 256 bits hold", e); }
        return Exit.Done;
    }

    /// <summary>The epoch before.</summary>
    public static async Task<DistributionFile> ReadPreviousAsync(string path, string asset, Terminal terminal, CancellationToken cancellationToken)
    {
        var previous = await TextFile.ReadAsync(path, DistributionFile.Parse, terminal, cancellationToken);
        return previous.Asset == asset ? previous : throw FailureException.BadInput(path, $"asset '{previous.Asset}'", $"a distribution of {asset}");
    }

    private static DateTimeOffset Time(Arguments arguments, string name)
    {
        try { return StakesCsv.ParseTime(arguments.Need(name, "a time such as 2026-03-01T00:00:00Z")); }
        catch (FormatException e) { throw FailureException.BadInput($"--{name}: {e.Message}", e); }
    }
}
