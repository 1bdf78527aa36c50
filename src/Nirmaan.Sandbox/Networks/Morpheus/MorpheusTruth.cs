using System.Globalization;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>What truly is on Morpheus' market: every live bid with its slots and sessions, how ours fared, whom nobody could serve.</summary>
internal sealed class MorpheusTruth(MorpheusBook book, SessionBook sessions, ModelServers servers, Consumers consumers) : IWorldPart
{
    /// <inheritdoc />
    public string Name => "morpheus";

    /// <inheritdoc />
    public object Describe() => new
    {
        sandboxOnly = true,
        claimed = sessions.Claimed.ToString(CultureInfo.InvariantCulture),
        turnedAway = consumers.TurnedAway(),
        servers = servers.Ids,
        bids = book.Bids(b => b.DeletedAt == 0)
            .OrderBy(b => book.ModelOf(b.ModelId)!.Name, StringComparer.Ordinal).ThenBy(b => b.PricePerSecond).ThenBy(b => b.Id, StringComparer.Ordinal)
            .Select(Bid).ToArray()
    };

    private object Bid(Bid bid)
    {
        var ours = bid.Provider == book.Own;
        var (successes, ended) = consumers.Served(bid.ModelId);
        return new
        {
            name = book.ModelOf(bid.ModelId)!.Name,
            modelId = bid.ModelId,
            bidId = bid.Id,
            provider = bid.Provider,
            ours,
            pricePerSecond = bid.PricePerSecond.ToString(CultureInfo.InvariantCulture),
            slots = consumers.SlotsOf(bid),
            activeSessions = sessions.Active(bid.ModelId),
            endedSessions = ours ? ended : (int?)null,
            successes = ours ? successes : (int?)null
        };
    }
}
