using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;
using Nirmaan.Networks;

namespace Nirmaan.Cli.Files;

/// <summary>Changes of stake as the staking contract's events tell them, so that a distribution can be checked against the chain alone.</summary>
internal static class ChainStakes
{
    /// <summary>Every change before a time.</summary>
    /// <exception cref="FailureException">The node cannot be read, or its chain has not come to that time.</exception>
    public static async Task<IReadOnlyList<StakeDelta>> ReadAsync(string rpc, string contract, DateTimeOffset to, CancellationToken cancellationToken)
    {
        // All blocks that the node has: who verifies sees a reorganisation as a difference, and asks again.
        var settings = new Dictionary<string, string?> { ["Chain:Rpc"] = rpc, ["Chain:Staking"] = contract, ["Chain:FinalityDepth"] = "0" };
        await using var services = new ServiceCollection().AddLogging().AddNirmaanNetworks(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).BuildServiceProvider();
        try
        {
            var chain = services.GetRequiredService<IStakeChain>();
            List<StakeDelta> deltas = [];
            BlockRef? last = null;
            for (long from = 0; await chain.ReadAsync(from, cancellationToken) is { } page; from = page.To.Number + 1)
            {
                deltas.AddRange(page.Events.Select(e => e.ToDelta()));
                last = page.To;
                if (last.At >= to) { break; }
            }
            return last is not null && last.At >= to ? deltas : throw FailureException.Outside($"{rpc}: the chain has come to {last?.At:u}, not yet to the epoch's end {to:u}");
        }
        catch (SupplierUnavailableException e) { throw FailureException.Outside(e.Message, e); }
        catch (OptionsValidationException e) { throw FailureException.BadInput(string.Join(" ", e.Failures).Replace("Chain:Rpc", "--rpc", StringComparison.Ordinal).Replace("Chain:Staking", "--contract", StringComparison.Ordinal), e); }
    }
}
