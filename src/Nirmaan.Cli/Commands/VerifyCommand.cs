using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Nirmaan.Cli.Files;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;

namespace Nirmaan.Cli.Commands;

internal static class VerifyCommand
{
    private const int Shown = 50;

    public static readonly Command Verify = new(
        "verify", "verify distribution.json [--stakes stakes.csv | --rpc URL --contract ADDRESS] [--previous FILE] [--proof ADDRESS]",
        "recomputes a distribution from the stakes, of a file or read from the chain; names each line that differs (exit 1). Without stakes: root and arithmetic only. --proof prints an account's proof",
        ["stakes", "rpc", "contract", "previous", "proof"], [], RunAsync);

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var path = arguments.Only("distribution.json");
        var file = await TextFile.ReadAsync(path, DistributionFile.Parse, terminal, cancellationToken);
        var previous = await DistributeCommand.PreviousAsync(arguments, file.Asset, terminal, cancellationToken);
        if (previous is not null && previous.Epoch != file.Epoch - 1) { throw FailureException.BadInput("--previous", $"epoch {previous.Epoch}", $"epoch {file.Epoch - 1}"); }
        var stakes = await StakesAsync(arguments, file, terminal, cancellationToken);

        List<string> wrong = [.. CheckArithmetic(file, previous)];
        if (stakes is not null) { wrong.AddRange(Compare(file, stakes, previous, path)); }
        foreach (var line in wrong.Take(Shown)) { terminal.Error.WriteLine(line); }
        if (wrong.Count > Shown) { terminal.Error.WriteLine($"and {wrong.Count - Shown} more"); }
        if (wrong.Count > 0) { throw FailureException.Wrong($"{path}: epoch {file.Epoch} of {file.Asset} is wrong in {wrong.Count} places"); }

        terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ok: epoch {file.Epoch} of {file.Asset}, root {file.Root}, {file.Leaves.Count} accounts, {file.Pool} base units"));
        if (stakes is null) { terminal.Error.WriteLine("checked: root and arithmetic only; give --stakes, or --rpc and --contract, to recompute the shares"); }
        if (previous is null && file.Epoch > 1) { terminal.Error.WriteLine("not checked: cumulative amounts against the epoch before; give --previous"); }
        if (arguments.Find("proof") is { } account) { Prove(file, account, terminal); }
        return Exit.Done;
    }

    private static async Task<IReadOnlyList<StakeDelta>?> StakesAsync(Arguments arguments, DistributionFile file, Terminal terminal, CancellationToken cancellationToken) => (arguments.Find("stakes"), arguments.Find("rpc")) switch
    {
        (not null, not null) => throw FailureException.BadInput("--rpc", "given beside --stakes", "one of them"),
        ({ } csv, null) => await TextFile.ReadAsync(csv, StakesCsv.Parse, terminal, cancellationToken),
        (null, { } rpc) => await ChainStakes.ReadAsync(rpc, arguments.Need("contract", "the staking contract's address"), file.To, cancellationToken),
        _ => arguments.Find("contract") is null ? null : throw FailureException.BadInput("--contract", "given without --rpc", "both"),
    };

    /// <summary>What must hold of the file by itself and of its step from the file before.</summary>
    private static IEnumerable<string> CheckArithmetic(DistributionFile file, DistributionFile? previous)
    {
        var before = previous?.Leaves.ToDictionary(l => l.Account, l => l.Cumulative);
        for (var i = 0; i < file.Leaves.Count; i++)
        {
            var (leaf, at) = (file.Leaves[i], $"leaves[{i}] {file.Leaves[i].Account.Checksummed()}");
            if (i > 0 && leaf.Account <= file.Leaves[i - 1].Account) { yield return $"{at}: stands after {file.Leaves[i - 1].Account.Checksummed()}; expected accounts in ascending order, each once"; }
            // Without the file before, the first epoch's step is known all the same: it is from nothing.
            if (before is not null || file.Epoch == 1)
            {
                var expected = (before?.GetValueOrDefault(leaf.Account) ?? 0) + leaf.Amount;
                if (leaf.Cumulative != expected) { yield return $"{at}: cumulative {leaf.Cumulative}; expected {expected}"; }
            }
            else if (leaf.Cumulative < leaf.Amount) { yield return $"{at}: cumulative {leaf.Cumulative} is below its amount {leaf.Amount}"; }
        }
        foreach (var account in before?.Keys.Except(file.Leaves.Select(l => l.Account)) ?? []) { yield return $"{account.Checksummed()}: had {before![account]} before and has no leaf now"; }
        var sum = file.Leaves.Aggregate(BigInteger.Zero, (total, l) => total + l.Amount);
        if (sum != file.Pool) { yield return $"pool: the amounts add up to {sum}; expected {file.Pool}"; }
        if (DistributionFile.RootOf(file.Leaves) is var root && root != file.Root) { yield return $"root: {file.Root}; recomputed {root}"; }
    }

    /// <summary>The lines that the stakes do not give.</summary>
    private static IEnumerable<string> Compare(DistributionFile file, IReadOnlyList<StakeDelta> stakes, DistributionFile? previous, string path)
    {
        DistributionFile recomputed;
        try { recomputed = DistributionFile.Compute(stakes, file.From, file.To, file.Pool, file.Asset, previous); }
        catch (StakeHistoryException e) { throw FailureException.BadInput($"{path}: {e.Message}", e); }
        var expected = recomputed.Leaves.ToDictionary(l => l.Account);
        foreach (var (i, leaf) in file.Leaves.Index())
        {
            var at = $"leaves[{i}] {leaf.Account.Checksummed()}";
            if (!expected.Remove(leaf.Account, out var should))
            {
                // Whoever held nothing now keeps a line for what it had before, which only the file before can show.
                if (!leaf.Amount.IsZero || !leaf.BalanceSeconds.IsZero || previous is not null) { yield return $"{at}: the stakes give it no line"; }
                continue;
            }
            if (leaf.BalanceSeconds != should.BalanceSeconds) { yield return $"{at}: balanceSeconds {leaf.BalanceSeconds}; recomputed {should.BalanceSeconds}"; }
            if (leaf.Amount != should.Amount) { yield return $"{at}: amount {leaf.Amount}; recomputed {should.Amount}"; }
        }
        foreach (var missing in expected.Values) { yield return $"{missing.Account.Checksummed()}: missing; recomputed amount {missing.Amount}"; }
    }

    private static void Prove(DistributionFile file, string account, Terminal terminal)
    {
        if (!EvmAddress.TryParse(account, AddressSpelling.ChecksumOrLowerCase, out var address)) { throw FailureException.BadInput("--proof", $"'{account}'", "an address, lower case or with the right EIP-55 checksum"); }
        var wallet = WalletAddress.Parse(address.ToLowerHex());
        var proof = file.ProofOf(wallet) ?? throw FailureException.Wrong($"{wallet.Checksummed()} has no leaf in epoch {file.Epoch} of {file.Asset}");
        var leaf = file.Leaves.Single(l => l.Account == wallet);
        terminal.Out.WriteLine(new JsonObject
        {
            ["account"] = wallet.Checksummed(),
            ["cumulative"] = leaf.Cumulative.ToString(CultureInfo.InvariantCulture),
            ["root"] = file.Root,
            ["proof"] = new JsonArray([.. proof.Select(p => (JsonNode)p)]),
        }.ToJsonString());
    }
}
