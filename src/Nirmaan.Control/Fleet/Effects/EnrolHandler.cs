using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet.Effects;

/// <summary>Makes a miner known to its network, or takes it off again.</summary>
internal sealed class EnrolHandler(IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks) : IOperationHandler
{
    public IReadOnlyList<OperationKind> Kinds => [OperationKind.Enrol, OperationKind.Withdraw];

    public async Task<Hold?> HoldAsync(NirmaanDbContext db, Operation operation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (operation.Kind == OperationKind.Withdraw) { return null; }
        var miner = await db.Miners.SingleAsync(m => m.Id == operation.MinerId, cancellationToken);
        if (!miner.IsLive) { return new Hold(default, "the miner has ended", Refuse: true); }
        return await IsLeavingAsync(db, miner, cancellationToken) ? new Hold(default, "its machine is given back", Refuse: true) : null;
    }

    public async Task<Effect> SendAsync(Operation operation, CancellationToken cancellationToken)
    {
        var network = networks.Get(operation.Network!.Value);
        if (operation.Kind == OperationKind.Withdraw) { return await network.WithdrawAsync(operation.ExternalId!, cancellationToken); }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var miner = await db.Miners.AsNoTracking().SingleAsync(m => m.Id == operation.MinerId, cancellationToken);
        return await network.EnrolAsync(miner.Id, miner.NetworkKey, networks.TemplateOf(miner.Workload), cancellationToken);
    }

    public async Task<LookUp> LookUpAsync(Operation operation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (operation.Kind == OperationKind.Withdraw) { return new LookUp.SafeToRepeat(); }
        var found = await networks.Get(operation.Network!.Value).FindEnrolmentAsync(operation.ExternalId!, cancellationToken);
        return found is null ? new LookUp.NeverHappened("the network knows nothing of it") : new LookUp.Happened(new Effect.Done(Answer: found), "the network shows it");
    }

    public async Task SucceedAsync(NirmaanDbContext db, Operation operation, Effect.Done done, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var miner = await db.Miners.SingleAsync(m => m.Id == operation.MinerId, cancellationToken);
        if (operation.Kind == OperationKind.Withdraw) { miner.MarkWithdrawn(); return; }
        miner.MarkEnrolled(now);
        db.Note(now, "miner", miner.Id, nameof(RunOperations), "enrolled", done.Answer is { } what ? $"{miner.Network}: {what}" : $"{miner.Network} sends it work");
        // It ended, or its machine began to leave, while it was being enrolled: no more work may be sent to it.
        if (!miner.IsLive || await IsLeavingAsync(db, miner, cancellationToken)) { await db.WithdrawAsync(miner, now, cancellationToken); }
    }

    private static Task<bool> IsLeavingAsync(NirmaanDbContext db, Miner miner, CancellationToken cancellationToken) =>
        db.Instances.AnyAsync(i => i.Id == miner.InstanceId && (i.State == InstanceState.Draining || i.State == InstanceState.Closing || i.State == InstanceState.Closed || i.State == InstanceState.Failed), cancellationToken);

    public async Task RejectAsync(NirmaanDbContext db, Operation operation, Effect.Refused refused, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var miner = await db.Miners.SingleAsync(m => m.Id == operation.MinerId, cancellationToken);
        db.Note(now, "miner", miner.Id, nameof(RunOperations), $"{operation.Kind} refused".ToLowerInvariant(), refused.Why);
    }
}
