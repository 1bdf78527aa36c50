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
            await db.StopMinerAsync(miner, at, actor, why, cancellationToken);
        }
    }

    /// <summary>Asks the networks of an instance's miners to send them no more work; the miners themselves go on with what they have.</summary>
    public static async Task WithdrawMinersAsync(this NirmaanDbContext db, InstanceId instance, DateTimeOffset at, CancellationToken cancellationToken)
    {
        foreach (var miner in await db.Miners.Where(m => m.InstanceId == instance && m.State != MinerState.Stopped).ToListAsync(cancellationToken)) { await db.WithdrawAsync(miner, at, cancellationToken); }
    }

    /// <summary>Asks a miner's network to send it no more work, once: a miner that it does not know, or was taken off or is being taken off, is left alone.</summary>
    public static async Task WithdrawAsync(this NirmaanDbContext db, Miner miner, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var key = $"withdraw:{miner.Id}";
        if (miner.EnrolledAt is null || await db.Operations.AnyAsync(o => o.Key == key, cancellationToken)) { return; }
        db.Operations.Add(new Operation(OperationId.New(at), OperationKind.Withdraw, null, miner.Network, miner.InstanceId, miner.Id, key, Hashes.Of(miner.NetworkKey), 0, null, at, TimeSpan.FromHours(6)).About(miner.NetworkKey));
    }

    /// <summary>Ends a miner and asks its network to send it no more work.</summary>
    public static async Task StopMinerAsync(this NirmaanDbContext db, Miner miner, DateTimeOffset at, string actor, string why, CancellationToken cancellationToken)
    {
        var before = miner.State;
        miner.Become(MinerState.Stopped, at, why);
        db.Note(at, "miner", miner.Id, actor, "stopped", why, before, miner.State);
        await db.WithdrawAsync(miner, at, cancellationToken);
    }

    /// <summary>The machine that earns in place of another, though others between them may have been lost; null = none does yet.</summary>
    public static async Task<InstanceId?> EarningSuccessorAsync(this NirmaanDbContext db, InstanceId instance, CancellationToken cancellationToken)
    {
        for (InstanceId? earlier = instance; earlier is { } current;)
        {
            var next = await db.Instances.AsNoTracking().Where(i => i.Replaces == current).OrderByDescending(i => i.CreatedAt).ThenByDescending(i => i.Id)
                .Select(i => new { i.Id, i.State, Earns = db.Miners.Any(m => m.InstanceId == i.Id && m.State == MinerState.Earning) }).FirstOrDefaultAsync(cancellationToken);
            if (next is { State: InstanceState.Running, Earns: true }) { return next.Id; }
            earlier = next?.Id;
        }
        return null;
    }

    /// <summary>The machines that operations are about.</summary>
    public static Task<List<InstanceId>> InstancesOfAsync(this NirmaanDbContext db, IEnumerable<OperationId> operations, CancellationToken cancellationToken) =>
        db.Operations.AsNoTracking().Where(o => operations.Contains(o.Id)).Select(o => o.InstanceId!.Value).ToListAsync(cancellationToken);

    /// <summary>
    /// Sees to it that a thing outside is given back: one close at a time. True = another one was entered. A close that ended without closing
    /// is followed by another, unless a person gave it up.
    /// </summary>
    /// <param name="again">Also after a close that succeeded or was given up: the thing is seen there once more, or a person asks.</param>
    public static async Task<bool> GiveBackAsync(
        this NirmaanDbContext db, SupplierName supplier, string externalId, InstanceId? instance, decimal? usdPerHour, DateTimeOffset at, bool again, CancellationToken cancellationToken)
    {
        // By the thing itself, not by how a key begins: one outside id can be the beginning of another.
        var earlier = await db.ClosesOf(supplier, externalId).Select(o => o.State).ToListAsync(cancellationToken);
        if (earlier.Any(s => s is OperationState.Intended or OperationState.Sent or OperationState.Unknown or OperationState.Closing)) { return false; }
        if (!again && earlier.Any(s => s is OperationState.Succeeded or OperationState.Abandoned)) { return false; }
        // The number makes the key: two who see the same in the same moment enter one close.
        var key = $"close:{supplier}:{externalId}" + (earlier.Count == 0 ? "" : $":{earlier.Count + 1}");
        db.Operations.Add(new Operation(OperationId.New(at), OperationKind.Close, supplier, null, instance, null, key, Hashes.Of(externalId), usdPerHour, null, at, TimeSpan.FromHours(24)).About(externalId));
        return true;
    }

    /// <summary>The same for what an instance holds; nothing when it holds nothing.</summary>
    public static async Task<bool> GiveBackAsync(this NirmaanDbContext db, Instance instance, DateTimeOffset at, CancellationToken cancellationToken, bool again = false) =>
        instance.ExternalId is { } external && await db.GiveBackAsync(instance.Supplier, external, instance.Id, instance.UsdPerHour, at, again, cancellationToken);

    /// <summary>Every close of a thing outside.</summary>
    public static IQueryable<Operation> ClosesOf(this NirmaanDbContext db, SupplierName supplier, string externalId) =>
        db.Operations.Where(o => o.Kind == OperationKind.Close && o.Supplier == supplier && o.ExternalId == externalId);
}
