using System.Numerics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;
using Nirmaan.Networks;

namespace Nirmaan.Cli.Files;

/// <summary>Changes of stake as the staking contract's events tell them, so that a distribution can be checked against the chain alone.</summary>
internal static class ChainStakes
{
    /// <summary>Every change before a time.</summary>
    /// <param name="fromBlock">The deployment's block; a later one would leave stakes out, and is refused as soon as an account's balance shows it.</param>
    /// <exception cref="FailureException">The node cannot be read, or its chain has not come to that time.</exception>
    public static async Task<IReadOnlyList<StakeDelta>> ReadAsync(string rpc, string contract, long fromBlock, DateTimeOffset to, CancellationToken cancellationToken)
    {
        // All blocks that the node has: who verifies sees a reorganisation as a difference, and asks again.
        var settings = new Dictionary<string, string?> { ["Chain:Rpc"] = rpc, ["Chain:Staking"] = contract, ["Chain:FinalityDepth"] = "0" };
        if (fromBlock < 0) { throw FailureException.BadInput("--from-block", $"'{fromBlock}'", "a block's number, 0 or more"); }
        await using var services = new ServiceCollection().AddLogging().AddNirmaanNetworks(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).BuildServiceProvider();
        try
        {
            var chain = services.GetRequiredService<IStakeChain>();
            List<StakeDelta> deltas = [];
            BlockRef? last = null;
            Dictionary<WalletAddress, BigInteger> balances = [];
            for (var from = fromBlock; await chain.ReadAsync(from, cancellationToken) is { } page; from = page.To.Number + 1)
            {
                foreach (var stake in page.Events) { Follow(balances, stake, fromBlock); }
                deltas.AddRange(page.Events.Select(e => e.ToDelta()));
                last = page.To;
                if (last.At >= to) { break; }
            }
            return last is not null && last.At >= to ? deltas : throw FailureException.Outside($"{rpc}: the chain has come to {last?.At:u}, not yet to the epoch's end {to:u}");
        }
        catch (SupplierUnavailableException e) { throw FailureException.Outside(e.Message, e); }
        catch (OptionsValidationException e) { throw FailureException.BadInput(string.Join(" ", e.Failures).Replace("Chain:Rpc", "--rpc", StringComparison.Ordinal).Replace("Chain:Staking", "--contract", StringComparison.Ordinal), e); }
    }

    // Each event carries the account's balance after it, so a change that was not read shows at the next one.
    private static void Follow(Dictionary<WalletAddress, BigInteger> balances, StakeEvent stake, long fromBlock)
    {
        var balance = balances[stake.Account] = balances.GetValueOrDefault(stake.Account) + stake.Delta;
        if (balance != stake.Balance)
        {
            throw FailureException.BadInput("--from-block", $"{fromBlock}: {stake.Account.Checksummed()} had staked before it", "the block of the contract's deployment, or an earlier one");
        }
    }
}
