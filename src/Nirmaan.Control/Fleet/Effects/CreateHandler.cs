using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Fleet.Effects;

/// <summary>Asks a supplier for a machine.</summary>
internal sealed class CreateHandler(
    IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, NetworkShelf networks, RentRequests requests, Placement placement, SpendGuard guard, Standstills standstills,
    IOptions<FleetOptions> options) : IOperationHandler
{
    private const string Actor = nameof(RunOperations);

    public IReadOnlyList<OperationKind> Kinds => [OperationKind.Create];

    public async Task<Hold?> HoldAsync(NirmaanDbContext db, Operation operation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var instance = await db.Instances.SingleAsync(i => i.Id == operation.InstanceId, cancellationToken);
        if (instance.State != InstanceState.Requested) { return new Hold(default, "the instance is no longer wanted", Refuse: true); }
        var supplier = operation.Supplier!.Value;
        if (suppliers.Find(supplier) is null) { return new Hold(default, $"supplier {supplier} is switched off", Refuse: true); }
        if ((await guard.RefuseEffectAsync(db, operation, cancellationToken) ?? (await standstills.ReadAsync(db, cancellationToken)).MaintenanceOf(supplier)?.ToString()) is { } why)
        {
            // A cap, the kill switch or a maintenance holds it back until its deadline: it may be lifted.
            return now < operation.Deadline ? new Hold(TimeSpan.FromSeconds(30), why) : new Hold(default, why, Refuse: true);
        }
        if (suppliers.Get(supplier).Traits.ListsNames) { return null; }
        // The list bears no names: one create in flight per account, so that the only new thing on it can be told to be ours.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext({"create:" + supplier}))", cancellationToken);
        var inFlight = await db.Operations.AnyAsync(
            o => o.Id != operation.Id && o.Supplier == supplier && o.Kind == OperationKind.Create && (o.State == OperationState.Sent || o.State == OperationState.Unknown), cancellationToken);
        return inFlight ? new Hold(options.Value.Poll, "another create is in flight on this account") : null;
    }

    public async Task<Effect> SendAsync(Operation operation, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instance = await db.Instances.AsNoTracking().SingleAsync(i => i.Id == operation.InstanceId, cancellationToken);
        var miner = await db.Miners.AsNoTracking().Where(m => m.InstanceId == instance.Id && m.State != MinerState.Stopped).OrderByDescending(m => m.CreatedAt).FirstAsync(cancellationToken);
        return await suppliers.Get(instance.Supplier).CreateAsync(requests.For(operation.Name, instance.Wish, miner), cancellationToken);
    }

    public async Task<LookUp> LookUpAsync(Operation operation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var supplier = suppliers.Get(operation.Supplier!.Value);
        var sentAt = operation.SentAt ?? operation.CreatedAt;
        var inventory = await supplier.ListAsync(cancellationToken);
        if (inventory.FirstOrDefault(i => i.Name == operation.Name) is { } named) { return Found(named, "found by its name"); }
        var settled = now - sentAt > options.Value.SettleFor;
        if (supplier.Traits.ListsNames)
        {
            return settled && operation.Attempts > 1
                ? new LookUp.NeverHappened($"not on the account under its name {options.Value.SettleFor.TotalSeconds:0} s after it was sent")
                : new LookUp.StillUnknown("not on the account under its name yet; lists lag creates");
        }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var candidates = Candidates(operation, inventory, await KnownAsync(db, operation.Supplier!.Value, cancellationToken)).Where(c => c.Name is null).ToList();
        return candidates switch
        {
            [var only] => Found(only, "the only thing on the account newer than the intention and unknown to us"),
            [] when settled && operation.Attempts > 1 => new LookUp.NeverHappened("nothing new on the account"),
            [] => new LookUp.StillUnknown("nothing new on the account yet; lists lag creates"),
            _ => new LookUp.StillUnknown($"{candidates.Count} things on the account could be it: {string.Join(", ", candidates.Select(c => c.ExternalId))}"),
        };
    }

    /// <summary>What the supplier made for creates of ours.</summary>
    internal static async Task<HashSet<string>> KnownAsync(NirmaanDbContext db, SupplierName supplier, CancellationToken cancellationToken) =>
        [.. await db.Operations.AsNoTracking().Where(o => o.Supplier == supplier && o.Kind == OperationKind.Create && o.ExternalId != null).Select(o => o.ExternalId!).ToListAsync(cancellationToken)];

    /// <summary>What a create may have made: it bears this create's name or none, is not known, and is not older than the intention.</summary>
    internal static IEnumerable<SupplierInstance> Candidates(Operation operation, IEnumerable<SupplierInstance> inventory, HashSet<string> known) =>
        inventory.Where(i => (i.Name is null || i.Name == operation.Name) && !known.Contains(i.ExternalId)
            && (i.CreatedAt is null || i.CreatedAt >= (operation.SentAt ?? operation.CreatedAt).AddSeconds(-30)));

    public async Task SucceedAsync(NirmaanDbContext db, Operation operation, Effect.Done done, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var instance = await db.Instances.SingleAsync(i => i.Id == operation.InstanceId, cancellationToken);
        var external = done.ExternalId ?? throw new InvalidOperationException($"{operation.Supplier} confirmed {operation.Name} without an id.");
        if (instance.State is not (InstanceState.Requested or InstanceState.Unknown))
        {
            // It was called off while the call was under way: what came of it is given back.
            instance.Adopt(external);
            await db.GiveBackAsync(operation.Supplier!.Value, external, instance.Id, instance.UsdPerHour, now, again: false, cancellationToken);
            db.Note(now, "instance", instance.Id, Actor, "given back", "it was called off while the supplier was being asked");
            return;
        }
        var traits = suppliers.Get(instance.Supplier).Traits;
        db.Change(instance, now, Actor, "asked for", $"{instance.Supplier} knows it as {external}", i => i.MarkPlacing(now, external));
        if (done.UsdPaid is { } paid)
        {
            db.Ledger.AddRange(new LedgerBooking(now, "prepayment", operation.Id.ToString())
                .Move(LedgerAccounts.Treasury, LedgerAccounts.Prepaid(instance.Supplier), TokenAmount.Usd(paid)).ToEntries());
        }
        if (traits.HasBids) { instance.Postpone(now + options.Value.Poll); }
        else { await StartAsync(db, instance, instance.UsdPerGpuHour, null, null, now, traits.Prepaid ? now.AddHours(instance.Wish.Hours) : null, cancellationToken); }
    }

    public async Task RejectAsync(NirmaanDbContext db, Operation operation, Effect.Refused refused, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var instance = await db.Instances.SingleAsync(i => i.Id == operation.InstanceId, cancellationToken);
        if (instance.State == InstanceState.Closing)
        {
            db.Change(instance, now, Actor, "closed", "nothing was rented: " + refused.Why, i => i.MarkClosed(now));
            return;
        }
        if (instance.State is InstanceState.Requested or InstanceState.Unknown) { await AgainAsync(db, instance, refused, now, cancellationToken); }
    }

    /// <summary>Billing begins: the machine is ours.</summary>
    internal static async Task StartAsync(
        NirmaanDbContext db, Instance instance, decimal? usdPerGpuHour, string? provider, string? region, DateTimeOffset now, DateTimeOffset? paidUntil, CancellationToken cancellationToken)
    {
        db.Change(instance, now, Actor, "rented", $"${usdPerGpuHour:0.0000} per GPU and hour at {provider ?? instance.Provider ?? instance.Supplier.Value}", i => i.MarkStarting(now, usdPerGpuHour, provider, region, paidUntil));
        foreach (var miner in await db.Miners.Where(m => m.InstanceId == instance.Id && m.State != MinerState.Stopped).ToListAsync(cancellationToken))
        {
            miner.Reach(new MinerSteps(Rented: now));
        }
    }

    /// <summary>Asks for another offer where that may help and the budget of attempts allows, else fails the instance.</summary>
    internal async Task AgainAsync(NirmaanDbContext db, Instance instance, Effect.Refused refused, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (instance.State == InstanceState.Unknown) { instance.MarkWantedAgain(now); }
        var tried = await Placement.TriedAsync(db, instance.Id, cancellationToken);
        // What was never carried out at all says nothing against its offer.
        if (refused.Code == "not-found") { tried.Remove(Placement.KeyOf(instance.Supplier, instance.Wish.OfferKey)); }
        var next = refused.RetryElsewhere && instance.Attempts + 1 < options.Value.MaxAttempts ? await placement.NextAsync(db, instance, tried, refused, now, cancellationToken) : null;
        if (next is null)
        {
            db.Change(instance, now, Actor, "failed", refused.Why, i => i.MarkFailed(now, refused.Why, stillOutside: false, replace: false));
            await db.StopMinersAsync(instance.Id, now, Actor, "its machine was not to be had", cancellationToken);
            return;
        }
        var template = networks.TemplateOf(instance.Workload);
        var request = new LaunchRequest(instance.Workload, 1, instance.Wish.MaxUsdPerGpuHour, null, null, instance.Wish.Region, Resources: instance.Wish.Resources);
        instance.Retry(placement.WishFor(next, request, template.Needs.Gpus), next.Id, next.UsdPerGpuHour, now);
        db.Operations.Add(Placement.CreateFor(instance, template, now, suppliers.Get(next.Supplier).Traits.Prepaid ? next.UsdPerGpuHour * template.Needs.Gpus * options.Value.PrepaidHours : null));
        db.Note(now, "instance", instance.Id, Actor, "asked for elsewhere", $"{refused.Why}; next: {next.Supplier} {next.ProviderLabel} at ${next.UsdPerGpuHour:0.0000}", null, instance.State);
    }

    private static LookUp.Happened Found(SupplierInstance seen, string how) => new(new Effect.Done(seen.ExternalId), $"{how}: {seen.ExternalId} ({seen.RawState})");
}
