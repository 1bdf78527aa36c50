using System.Globalization;
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
    // A distribution may have very many leaves; whoever has all of them wrong learns nothing from the last.
    private const int Shown = 50;

    public static readonly Command Verify = new(
        "verify", "verify distribution.json [--stakes stakes.csv | --rpc URL --contract ADDRESS [--from-block N]] [--previous distribution.json] [--proof ADDRESS]",
        """
        Recomputes a distribution from the stakes, of a file or as the staking contract's events tell them, and names each line that differs (exit 1).
        --from-block is the block of the contract's deployment, 0 without it: earlier blocks hold nothing of it and need not be read.
        Without stakes it checks root and arithmetic only, and says so. --previous is the epoch before: with it the cumulative amounts are checked too.
        --proof prints an account's cumulative amount with its proof.
        """,
        ["stakes", "rpc", "contract", "from-block", "previous", "proof"], [], RunAsync);

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var path = arguments.Only("distribution.json");
        var proven = arguments.Find("proof") is { } account ? Account(account) : (WalletAddress?)null;
        var file = await TextFile.ReadAsync(path, DistributionFile.Parse, terminal, cancellationToken);
        var previous = await PreviousAsync(arguments, file, terminal, cancellationToken);
        var stakes = await StakesAsync(arguments, file, terminal, cancellationToken);

        List<string> wrong = [.. DistributionCheck.Alone(file)];
        if (previous is not null) { wrong.AddRange([.. DistributionCheck.Alone(previous).Select(line => $"{arguments.Find("previous")}: {line}"), .. DistributionCheck.Step(file, previous)]); }
        if (stakes is { Deltas: var deltas, Source: var source })
        {
            try { wrong.AddRange(DistributionCheck.Parts(file, deltas)); }
            catch (StakeHistoryException e) { throw FailureException.BadInput($"{source}: {e.Message}", e); }
        }
        foreach (var line in wrong.Take(Shown)) { terminal.Error.WriteLine(line); }
        if (wrong.Count > Shown) { terminal.Error.WriteLine($"and {wrong.Count - Shown} more"); }
        if (wrong.Count > 0) { throw FailureException.Wrong($"{path}: epoch {file.Epoch} of {file.Asset} is wrong in {wrong.Count} {(wrong.Count == 1 ? "place" : "places")}"); }

        terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ok: epoch {file.Epoch} of {file.Asset}, root {file.Root}, {file.Leaves.Count} accounts, {file.Pool} base units"));
        if (stakes is null) { terminal.Error.WriteLine("checked: root and arithmetic only; give --stakes, or --rpc and --contract, to recompute the shares"); }
        if (previous is null && file.Epoch > 1) { terminal.Error.WriteLine("not checked: cumulative amounts against the epoch before; give --previous"); }
        if (proven is { } wallet) { Prove(file, wallet, terminal); }
        return Exit.Done;
    }

    private static async Task<DistributionFile?> PreviousAsync(Arguments arguments, DistributionFile file, Terminal terminal, CancellationToken cancellationToken)
    {
        if (arguments.Find("previous") is not { } path) { return null; }
        if (file.Epoch == 1) { throw FailureException.BadInput("--previous", "given for epoch 1", "nothing, it is the first"); }
        var previous = await DistributeCommand.ReadPreviousAsync(path, file.Asset, terminal, cancellationToken);
        return previous.Epoch == file.Epoch - 1 ? previous : throw FailureException.BadInput(path, $"epoch {previous.Epoch}", $"epoch {file.Epoch - 1}");
    }

    private static async Task<(IReadOnlyList<StakeDelta> Deltas, string Source)?> StakesAsync(Arguments arguments, DistributionFile file, Terminal terminal, CancellationToken cancellationToken)
    {
        if (arguments.Find("from-block") is not null && arguments.Find("rpc") is null) { throw FailureException.BadInput("--from-block", "given without a chain", "--rpc and --contract beside it"); }
        switch (arguments.Find("stakes"), arguments.Find("rpc"), arguments.Find("contract"))
        {
            case (null, null, null): return null;
            case ({ } csv, null, null): return (await TextFile.ReadAsync(csv, StakesCsv.Parse, terminal, cancellationToken), csv);
            case (null, { } rpc, { } contract): return (await ChainStakes.ReadAsync(rpc, contract, arguments.Whole("from-block") ?? 0, file.To, cancellationToken), $"{contract} on {rpc}");
            case (not null, _, _): throw FailureException.BadInput("--stakes", "given beside the chain", "a file or the chain (--rpc and --contract)");
            case (null, null, _): throw FailureException.BadInput("--rpc", "missing beside --contract", "a node's address");
            case (null, _, null): throw FailureException.BadInput("--contract", "missing beside --rpc", "the staking contract's address");
        }
    }

    private static void Prove(DistributionFile file, WalletAddress account, Terminal terminal)
    {
        var proof = file.ProofOf(account) ?? throw FailureException.Wrong($"{account.Checksummed()} has no leaf in epoch {file.Epoch} of {file.Asset}");
        terminal.Out.WriteLine(new JsonObject
        {
            ["account"] = account.Checksummed(),
            ["cumulative"] = file.Leaves.Single(l => l.Account == account).Cumulative.ToString(CultureInfo.InvariantCulture),
            ["root"] = file.Root,
            ["proof"] = new JsonArray([.. proof.Select(p => (JsonNode)p)]),
        }.ToJsonString());
    }

    private static WalletAddress Account(string text) => EvmAddress.TryParse(text, AddressSpelling.ChecksumOrLowerCase, out var address)
        ? WalletAddress.Parse(address.ToLowerHex())
        : throw FailureException.BadInput("--proof", $"'{text}'", "an address, lower case or with the right EIP-55 checksum");
}
