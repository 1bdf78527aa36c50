using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>Small writes that every fleet verb makes the same way.</summary>
internal static class Books
{
    /// <summary>Adds a line to a thing's history, in the same transaction as the change.</summary>
    public static void Note(this NirmaanDbContext db, DateTimeOffset at, string kind, object subject, string actor, string what, string why, object? before = null, object? after = null) =>
        db.Timeline.Add(new TimelineEvent(at, kind, subject.ToString()!, actor, what, why, before?.ToString(), after?.ToString()));

    /// <summary>Changes an instance and writes its history line.</summary>
    public static void Change(this NirmaanDbContext db, Instance instance, DateTimeOffset at, string actor, string what, string why, Action<Instance> change)
    {
        var before = instance.State;
        change(instance);
        db.Note(at, "instance", instance.Id, actor, what, why, before, instance.State);
    }

    /// <summary>Changes an operation and writes its history line.</summary>
    public static void Change(this NirmaanDbContext db, Operation operation, DateTimeOffset at, string actor, string why, Action<Operation> change)
    {
        var before = operation.State;
        change(operation);
        db.Note(at, "operation", operation.Id, actor, $"{operation.Kind} {operation.State}".ToLowerInvariant(), why, before, operation.State);
    }

    /// <summary>Ends the miners of an instance.</summary>
    public static async Task StopMinersAsync(this NirmaanDbContext db, InstanceId instance, DateTimeOffset at, string actor, string why, CancellationToken cancellationToken)
    {
        foreach (var miner in await db.Miners.Where(m => m.InstanceId == instance && m.State != MinerState.Stopped).ToListAsync(cancellationToken))
        {
            StopMiner(db, miner, at, actor, why);
        }
    }

    /// <summary>Ends a miner and asks its network to send it no more work.</summary>
    public static void StopMiner(this NirmaanDbContext db, Miner miner, DateTimeOffset at, string actor, string why)
    {
        var before = miner.State;
        miner.Become(MinerState.Stopped, at, why);
        db.Note(at, "miner", miner.Id, actor, "stopped", why, before, miner.State);
        if (miner.EnrolledAt is not null)
        {
            db.Operations.Add(new Operation(
                OperationId.New(at), OperationKind.Withdraw, null, miner.Network, miner.InstanceId, miner.Id, $"withdraw:{miner.Id}", Hashes.Of(miner.NetworkKey), 0, null, at, TimeSpan.FromHours(6)).About(miner.NetworkKey));
        }
    }

    /// <summary>The machines that operations are about.</summary>
    public static Task<List<InstanceId>> InstancesOfAsync(this NirmaanDbContext db, IEnumerable<OperationId> operations, CancellationToken cancellationToken) =>
        db.Operations.AsNoTracking().Where(o => operations.Contains(o.Id)).Select(o => o.InstanceId!.Value).ToListAsync(cancellationToken);

    /// <summary>Gives back what an instance holds outside. The key makes a second request for the same thing a no-op (the caller checks <see cref="HasCloseAsync"/>).</summary>
    public static Operation Close(this NirmaanDbContext db, Instance instance, string externalId, DateTimeOffset at)
    {
        var close = new Operation(
            OperationId.New(at), OperationKind.Close, instance.Supplier, null, instance.Id, null, CloseKey(instance.Supplier, externalId), Hashes.Of(externalId), instance.UsdPerHour, null, at, TimeSpan.FromHours(24)).About(externalId);
        db.Operations.Add(close);
        return close;
    }

    /// <summary>Whether a thing outside is being or was closed.</summary>
    public static Task<bool> HasCloseAsync(this NirmaanDbContext db, SupplierName supplier, string externalId, CancellationToken cancellationToken)
    {
        var key = CloseKey(supplier, externalId);
        return db.Operations.AnyAsync(o => o.Key == key, cancellationToken);
    }

    /// <summary>One close per thing outside.</summary>
    public static string CloseKey(SupplierName supplier, string externalId) => $"close:{supplier}:{externalId}";
}
