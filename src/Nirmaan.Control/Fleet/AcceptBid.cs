using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet.Effects;
using Nirmaan.Control.Live;
using Nirmaan.Control.Market;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Fleet;

/// <summary>What became of a bid accepted by hand.</summary>
public abstract record AcceptBidOutcome
{
    private AcceptBidOutcome() { }

    /// <summary>It will be accepted.</summary>
    public sealed record Accepting(OperationId Operation) : AcceptBidOutcome;
    /// <summary>It cannot be.</summary>
    public sealed record Refused(string Why) : AcceptBidOutcome;
}

/// <summary>Accepts one bid of a live auction by hand.</summary>
public sealed class AcceptBid(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, ProviderBook providers, ControlEvents events, TimeProvider clock)
{
    /// <summary>Accepts. The bid is read once more first: what a person saw may be seconds old.</summary>
    public async Task<AcceptBidOutcome> RunAsync(InstanceId id, string bidRef, string by, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instance = await db.Instances.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, cancellationToken);
        if (instance is not { State: InstanceState.Placing, ExternalId: { } external }) { return new AcceptBidOutcome.Refused($"The instance is {instance?.State.ToString() ?? "not there"}; bids are accepted while it is Placing."); }
        var bid = (await suppliers.Get(instance.Supplier).ListBidsAsync(external, instance.Wish, cancellationToken)).FirstOrDefault(b => b.Ref == bidRef);
        if (bid is not { Open: true }) { return new AcceptBidOutcome.Refused("The bid is no longer open."); }
        var standing = (await providers.ReadAsync(db, cancellationToken)).Of(new ProviderKey(instance.Supplier, bid.Provider));
        if ((bid.Unsuitable ?? standing.Blocked) is { } why) { return new AcceptBidOutcome.Refused(why); }
        var places = await db.Operations.Where(o => o.InstanceId == id && o.Kind == OperationKind.Place && o.ExternalId == external).ToListAsync(cancellationToken);
        if (places.Any(p => p.IsOpen)) { return new AcceptBidOutcome.Refused("Another bid is being accepted."); }
        var now = clock.GetUtcNow();
        var operation = PlaceHandler.For(instance, bid, places.Count + 1, now);
        db.Operations.Add(operation);
        db.Note(now, "instance", id, by, "bid chosen", $"{bid.ProviderLabel} at ${bid.UsdPerGpuHour:0.0000} per GPU and hour, by hand");
        await db.SaveChangesAsync(cancellationToken);
        events.Changed(Topic.Fleet);
        return new AcceptBidOutcome.Accepting(operation.Id);
    }
}
