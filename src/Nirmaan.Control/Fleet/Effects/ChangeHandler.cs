using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Fleet.Effects;

/// <summary>Sets a machine to other work in place (safe to repeat: the same content twice is one change) or buys more hours of it (not safe).</summary>
internal sealed class ChangeHandler(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, RentRequests requests, SpendGuard guard, IOptions<FleetOptions> options) : IOperationHandler
{
    /// <summary>What the history of a machine says when hours were bought.</summary>
    internal const string Extended = "extended";

    /// <summary>Why nothing is bought for a machine that ended in the meantime.</summary>
    internal const string Gone = "the instance is no longer there";

    private const string Actor = nameof(RunOperations);

    public IReadOnlyList<OperationKind> Kinds => [OperationKind.Change, OperationKind.Extend];

    public async Task<Hold?> HoldAsync(NirmaanDbContext db, Operation operation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var instance = await db.Instances.SingleAsync(i => i.Id == operation.InstanceId, cancellationToken);
        if (!instance.IsLive || instance.ExternalId != operation.ExternalId) { return new Hold(default, Gone, Refuse: true); }
        if (operation.Kind != OperationKind.Extend) { return null; }
        var why = await guard.RefuseEffectAsync(db, operation, cancellationToken);
        return why is null ? null : now < operation.Deadline ? new Hold(TimeSpan.FromSeconds(30), why) : new Hold(default, why, Refuse: true);
    }

    public async Task<Effect> SendAsync(Operation operation, CancellationToken cancellationToken)
    {
        var supplier = suppliers.Get(operation.Supplier!.Value);
        if (operation.Kind == OperationKind.Extend)
        {
            return await supplier.ExtendAsync(operation.ExternalId!, Hours(operation), cancellationToken);
        }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instance = await db.Instances.AsNoTracking().SingleAsync(i => i.Id == operation.InstanceId, cancellationToken);
        var miner = await db.Miners.AsNoTracking().SingleAsync(m => m.Id == operation.MinerId, cancellationToken);
        // The machine keeps the name of its create operation, so that lists and containers still show whose it is.
        var name = await db.Operations.AsNoTracking().Where(o => o.InstanceId == instance.Id && o.Kind == OperationKind.Create && o.ExternalId == instance.ExternalId)
            .Select(o => o.Name).FirstOrDefaultAsync(cancellationToken) ?? operation.Name;
        return await supplier.ChangeAsync(operation.ExternalId!, requests.For(name, instance.Wish, miner), cancellationToken);
    }

    public async Task<LookUp> LookUpAsync(Operation operation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (operation.Kind == OperationKind.Change) { return new LookUp.SafeToRepeat(); }
        var seen = await suppliers.Get(operation.Supplier!.Value).FindAsync(operation.ExternalId!, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var paidUntil = await db.Instances.AsNoTracking().Where(i => i.Id == operation.InstanceId).Select(i => i.PaidUntil).SingleAsync(cancellationToken);
        return seen switch
        {
            null => new LookUp.NeverHappened("the instance is gone"),
            { PaidUntil: { } until } when until > PaidBefore(operation).AddMinutes(30) => new LookUp.Happened(new Effect.Done(operation.ExternalId, UsdPaid: operation.UsdCommitted), $"the supplier shows it paid until {until:u}"),
            { PaidUntil: not null } when now - operation.SentAt > options.Value.SettleFor => new LookUp.NeverHappened("the paid time did not grow"),
            _ => new LookUp.StillUnknown($"paid until {paidUntil:u} as far as we know"),
        };
    }

    public async Task SucceedAsync(NirmaanDbContext db, Operation operation, Effect.Done done, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var instance = await db.Instances.SingleAsync(i => i.Id == operation.InstanceId, cancellationToken);
        if (operation.Kind == OperationKind.Extend)
        {
            instance.Extend(Hours(operation));
            if ((done.UsdPaid ?? operation.UsdCommitted) is { } paid)
            {
                db.Ledger.AddRange(new LedgerBooking(now, "prepayment", operation.Id.ToString())
                    .Move(LedgerAccounts.Treasury, LedgerAccounts.Prepaid(instance.Supplier), TokenAmount.Usd(paid)).ToEntries());
            }
            db.Note(now, "instance", instance.Id, Actor, Extended, $"{Hours(operation)} h more, paid until {instance.PaidUntil:u}");
            return;
        }
        var next = await db.Miners.SingleAsync(m => m.Id == operation.MinerId, cancellationToken);
        foreach (var old in await db.Miners.Where(m => m.InstanceId == instance.Id && m.Id != next.Id && m.State != MinerState.Stopped).ToListAsync(cancellationToken))
        {
            await db.StopMinerAsync(old, now, Actor, $"its machine was set to {next.Workload}", cancellationToken);
        }
        instance.ChangeWorkload(next.Workload);
        next.Reach(new MinerSteps(Rented: instance.BilledFrom));
        db.Note(now, "instance", instance.Id, Actor, "workload changed", $"set to {next.Workload} in place");
    }

    public async Task RejectAsync(NirmaanDbContext db, Operation operation, Effect.Refused refused, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (operation.MinerId is not { } id) { return; }
        var miner = await db.Miners.SingleAsync(m => m.Id == id, cancellationToken);
        if (miner.IsLive) { await db.StopMinerAsync(miner, now, Actor, "the machine could not be set to it: " + refused.Why, cancellationToken); }
    }

    /// <summary>An operation that buys hours.</summary>
    internal static Operation Extend(Instance instance, int hours, DateTimeOffset now) => new Operation(
        OperationId.New(now), OperationKind.Extend, instance.Supplier, null, instance.Id, null, $"extend:{instance.Id}:{instance.PaidUntil:O}", Hashes.Of($"{instance.ExternalId}:{hours}"),
        instance.UsdPerHour, instance.UsdPerHour * hours, now, TimeSpan.FromMinutes(20))
        .About(instance.ExternalId!).With(JsonSerializer.Serialize(new ExtendInput(hours, instance.PaidUntil ?? now), DomainJson.Options));

    /// <summary>An operation that puts its miner on a machine that came up bare.</summary>
    internal static Operation SetUp(Instance instance, Miner miner, int number, DateTimeOffset now) => new Operation(
        OperationId.New(now), OperationKind.Change, instance.Supplier, null, instance.Id, miner.Id, $"set-up:{instance.ExternalId}:{miner.Id}:{number}",
        Hashes.Of($"{instance.ExternalId}:{miner.Id}"), instance.UsdPerHour, null, now, TimeSpan.FromMinutes(20)).About(instance.ExternalId!);

    internal sealed record ExtendInput(int Hours, DateTimeOffset PaidBefore);

    /// <summary>Hours that an operation's input asks for.</summary>
    internal static int Hours(string input) => JsonSerializer.Deserialize<ExtendInput>(input, DomainJson.Options)!.Hours;
    private static int Hours(Operation operation) => Hours(operation.Input!);
    private static DateTimeOffset PaidBefore(Operation operation) => JsonSerializer.Deserialize<ExtendInput>(operation.Input!, DomainJson.Options)!.PaidBefore;
}
