using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet.Effects;

/// <summary>Accepts a bid, which starts the billing. Repeating it for the same bid is safe, by the port's contract.</summary>
internal sealed class PlaceHandler(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, CreateHandler create, SpendGuard guard, IOptions<FleetOptions> options) : IOperationHandler
{
    /// <summary>What a place operation carries: the bid, as it was.</summary>
    internal sealed record Input(string BidRef, string Provider, decimal UsdPerGpuHour, string? Region);

    public IReadOnlyList<OperationKind> Kinds => [OperationKind.Place];

    public async Task<Hold?> HoldAsync(NirmaanDbContext db, Operation operation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var instance = await db.Instances.SingleAsync(i => i.Id == operation.InstanceId, cancellationToken);
        if (instance.State != InstanceState.Placing) { return new Hold(default, "the instance is no longer wanted", Refuse: true); }
        var why = await guard.RefuseEffectAsync(db, operation, cancellationToken);
        return why is null ? null : new Hold(default, why, Refuse: true);
    }

    public async Task<Effect> SendAsync(Operation operation, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var answer = await db.Operations.AsNoTracking()
            .Where(o => o.InstanceId == operation.InstanceId && o.Kind == OperationKind.Create && o.ExternalId == operation.ExternalId).Select(o => o.Answer).FirstOrDefaultAsync(cancellationToken);
        return await suppliers.Get(operation.Supplier!.Value).AcceptBidAsync(operation.ExternalId!, Read(operation).BidRef, answer, cancellationToken);
    }

    public async Task<LookUp> LookUpAsync(Operation operation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var seen = await suppliers.Get(operation.Supplier!.Value).FindAsync(operation.ExternalId!, cancellationToken);
        return seen?.Status switch
        {
            SupplierStatus.Running => new LookUp.Happened(new Effect.Done(operation.ExternalId), "the supplier shows it running"),
            // A lease without a manifest bills and never starts, so the call is repeated until the supplier confirms both.
            SupplierStatus.Starting or SupplierStatus.AwaitingBid or SupplierStatus.Requested => new LookUp.SafeToRepeat(),
            null or SupplierStatus.Closed or SupplierStatus.Failed or SupplierStatus.Lost => new LookUp.NeverHappened("the auction is over"),
            _ => new LookUp.StillUnknown($"the supplier says {seen.RawState}"),
        };
    }

    public async Task SucceedAsync(NirmaanDbContext db, Operation operation, Effect.Done done, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var instance = await db.Instances.SingleAsync(i => i.Id == operation.InstanceId, cancellationToken);
        if (instance.State is not (InstanceState.Placing or InstanceState.Unknown)) { return; }
        var bid = Read(operation);
        await CreateHandler.StartAsync(db, instance, bid.UsdPerGpuHour, bid.Provider, bid.Region, now, null, cancellationToken);
        await db.Bids.Where(b => b.InstanceId == instance.Id && b.Ref == bid.BidRef).ExecuteUpdateAsync(b => b.SetProperty(x => x.Accepted, true), cancellationToken);
        instance.Postpone(now + options.Value.Poll);
    }

    public async Task RejectAsync(NirmaanDbContext db, Operation operation, Effect.Refused refused, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var instance = await db.Instances.SingleAsync(i => i.Id == operation.InstanceId, cancellationToken);
        if (instance.State != InstanceState.Placing) { return; }
        if (refused.Code == "bid-gone")
        {
            // Another open bid of the same auction may still be had.
            db.Note(now, "instance", instance.Id, nameof(RunOperations), "bid gone", refused.Why);
            instance.Postpone(now);
            return;
        }
        await GiveUpAuctionAsync(db, instance, refused, now, cancellationToken);
    }

    /// <summary>Closes the auction and asks for another offer where that may help.</summary>
    internal async Task GiveUpAuctionAsync(NirmaanDbContext db, Instance instance, Effect.Refused refused, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (instance.ExternalId is { } external && !await db.HasCloseAsync(instance.Supplier, external, cancellationToken)) { db.Close(instance, external, now); }
        await create.AgainAsync(db, instance, refused, now, cancellationToken);
    }

    internal static Operation For(Instance instance, Bid bid, int number, DateTimeOffset now) => new Operation(
        Domain.Amounts.OperationId.New(now), OperationKind.Place, instance.Supplier, null, instance.Id, null, $"place:{instance.Id}:{instance.ExternalId}:{number}", Hashes.Of(bid.Ref),
        bid.UsdPerGpuHour * instance.GpuCount, null, now, TimeSpan.FromMinutes(10))
        .About(instance.ExternalId!).With(JsonSerializer.Serialize(new Input(bid.Ref, bid.Provider, bid.UsdPerGpuHour, bid.Region), DomainJson.Options));

    private static Input Read(Operation operation) => JsonSerializer.Deserialize<Input>(operation.Input!, DomainJson.Options)!;
}
