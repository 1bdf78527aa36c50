using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet.Effects;

/// <summary>Gives a machine back. Safe to repeat, and never held back: neither a cap nor the kill switch stops a close.</summary>
internal sealed class CloseHandler(SupplierShelf suppliers, KeepLogs logs) : IOperationHandler
{
    public IReadOnlyList<OperationKind> Kinds => [OperationKind.Close];

    public Task<Hold?> HoldAsync(NirmaanDbContext db, Operation operation, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<Hold?>(null);

    public async Task<Effect> SendAsync(Operation operation, CancellationToken cancellationToken)
    {
        // What it wrote since the last reading would go with it.
        if (operation.InstanceId is { } id) { await logs.LastWordsAsync(id, operation.ExternalId!, cancellationToken); }
        return await suppliers.Get(operation.Supplier!.Value).CloseAsync(operation.ExternalId!, cancellationToken) switch
        {
            // A refused close is not the end: the machine still bills, so it is looked at and tried again.
            Effect.Refused refused => new Effect.Uncertain(refused.Code, refused.Why),
            var effect => effect,
        };
    }

    public async Task<LookUp> LookUpAsync(Operation operation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var seen = await suppliers.Get(operation.Supplier!.Value).FindAsync(operation.ExternalId!, cancellationToken);
        return seen is null or { Status: SupplierStatus.Closed or SupplierStatus.Failed }
            ? new LookUp.Happened(new Effect.Done(operation.ExternalId), "the supplier shows it closed")
            : seen.Status == SupplierStatus.Closing ? new LookUp.StillUnknown("the supplier is closing it") : new LookUp.SafeToRepeat();
    }

    public async Task SucceedAsync(NirmaanDbContext db, Operation operation, Effect.Done done, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (operation.InstanceId is null) { return; }
        var instance = await db.Instances.SingleAsync(i => i.Id == operation.InstanceId, cancellationToken);
        // An instance that was retried elsewhere lives on under another id.
        if (instance.ExternalId != operation.ExternalId) { return; }
        if (instance.State is InstanceState.Closing or InstanceState.Unknown)
        {
            db.Change(instance, now, nameof(RunOperations), "closed", instance.Reason ?? "given back", i => i.MarkClosed(now));
            await db.StopMinersAsync(instance.Id, now, nameof(RunOperations), instance.Reason ?? "its machine was given back", cancellationToken);
        }
        else if (instance.State == InstanceState.Failed) { instance.MarkCleanedUp(now); }
    }

    public Task RejectAsync(NirmaanDbContext db, Operation operation, Effect.Refused refused, DateTimeOffset now, CancellationToken cancellationToken) => Task.CompletedTask;
}
