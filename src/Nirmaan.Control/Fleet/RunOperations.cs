using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>
/// Carries out intended effects, exactly once each (design, section 4): the row is marked Sent and committed before the call leaves; the
/// answer is written only while this worker's token stands; a time-out, a crash or a lost token leaves Unknown, which is looked up by name
/// before anything is sent again.
/// </summary>
internal sealed partial class RunOperations(
    IDbContextFactory<NirmaanDbContext> contexts, IEnumerable<IOperationHandler> handlers, SupplierShelf suppliers, ControlEvents events,
    IOptions<FleetOptions> options, TimeProvider clock, ILogger<RunOperations> logger) : IFleetRound
{
    private const string Actor = nameof(RunOperations);
    private readonly Dictionary<OperationKind, IOperationHandler> _handlers = handlers.SelectMany(h => h.Kinds.Select(kind => (kind, h))).ToDictionary(x => x.kind, x => x.h);

    /// <summary>Attends what is due now, once; answers how many rows that were.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid();
        IReadOnlyList<Operation> taken;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            taken = await WorkQueue.TakeOperationsAsync(db, token, clock.GetUtcNow(), options.Value.WorkerLease, options.Value.Parallel * 2, cancellationToken);
        }
        if (taken.Count == 0) { return 0; }
        await using var hold = WorkQueue.Hold(contexts, "operations", token, options.Value, clock, LogHoldFailed);
        await Parallel.ForEachAsync(taken, new ParallelOptions { MaxDegreeOfParallelism = options.Value.Parallel, CancellationToken = cancellationToken },
            async (operation, ct) => await AttendAsync(operation, token, ct));
        events.Changed(Topic.Fleet);
        return taken.Count;
    }

    private async Task AttendAsync(Operation operation, Guid token, CancellationToken cancellationToken)
    {
        var id = operation.Id;
        try
        {
            var handler = _handlers[operation.Kind];
            switch (operation.State)
            {
                case OperationState.Intended:
                    await SendAsync(operation, handler, token, cancellationToken);
                    break;
                case OperationState.Sent:
                    // The worker that sent it is gone: its lease ran out without an answer.
                    await WriteAsync(id, token, (db, o, now) =>
                    {
                        db.Change(o, now, Actor, "the worker that sent it ended before it wrote the answer", x => x.MarkUnknown(now, now, "crash", "the worker that sent it ended before it wrote the answer"));
                        return Task.CompletedTask;
                    }, cancellationToken);
                    break;
                case OperationState.Unknown:
                    await LookUpAsync(operation, handler, token, cancellationToken);
                    break;
                case OperationState.Closing:
                    await CloseFoundAsync(operation, handler, token, cancellationToken);
                    break;
            }
        }
        catch (DbUpdateConcurrencyException) { LogLostRow(id.Value); }
        catch (SupplierUnavailableException e) { await PostponeAsync(id, token, e.Message, cancellationToken); }
        catch (Exception e) when (e is not OperationCanceledException) { LogFailed(e, id.Value); await PostponeAsync(id, token, e.Message, cancellationToken); }
    }

    private async Task SendAsync(Operation operation, IOperationHandler handler, Guid token, CancellationToken cancellationToken)
    {
        if (await MarkSentAsync(operation.Id, handler, token, cancellationToken) is not { } sent) { return; }
        Effect effect;
        try { effect = await handler.SendAsync(sent, cancellationToken); }
        // Whatever went wrong, the call may have left: only a look tells.
        catch (Exception e) when (e is not OperationCanceledException) { LogFailed(e, operation.Id.Value); effect = new Effect.Uncertain("error", e.Message); }
        await WriteAsync(operation.Id, token, (db, o, now) => ApplyAsync(db, o, handler, effect, now, cancellationToken), cancellationToken);
    }

    /// <summary>The operation as it is sent; null = it is held back, refused, or another worker's now.</summary>
    private async Task<Operation?> MarkSentAsync(OperationId id, IOperationHandler handler, Guid token, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await WorkQueue.HeldAsync(db, id, token, cancellationToken) is not { } operation) { LogLostRow(id.Value); return null; }
        var now = clock.GetUtcNow();
        var hold = await handler.HoldAsync(db, operation, now, cancellationToken);
        if (hold is null)
        {
            db.Change(operation, now, Actor, "sent", o => o.MarkSent(now));
        }
        else if (hold.Refuse)
        {
            db.Change(operation, now, Actor, hold.Why, o => o.MarkRejected(now, "held", hold.Why));
            await handler.RejectAsync(db, operation, new Effect.Refused("held", hold.Why, false), now, cancellationToken);
            operation.Release();
        }
        else
        {
            operation.Hold(now + hold.For, hold.Why);
            operation.Release();
        }
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return hold is null ? operation : null;
    }

    private async Task ApplyAsync(NirmaanDbContext db, Operation operation, IOperationHandler handler, Effect effect, DateTimeOffset now, CancellationToken cancellationToken)
    {
        switch (effect)
        {
            case Effect.Done done:
                db.Change(operation, now, Actor, "the outside confirmed it", o => o.MarkSucceeded(now, done.ExternalId, done.Answer));
                await handler.SucceedAsync(db, operation, done, now, cancellationToken);
                break;
            case Effect.Refused refused:
                db.Change(operation, now, Actor, refused.Why, o => o.MarkRejected(now, refused.Code, refused.Why));
                await handler.RejectAsync(db, operation, refused, now, cancellationToken);
                break;
            case Effect.NotSent notSent when now < operation.Deadline:
                db.Change(operation, now, Actor, notSent.Why, o => o.MarkNotSent(now + (notSent.RetryAfter ?? Backoff(o.Attempts)), notSent.Why));
                break;
            case Effect.NotSent notSent when operation.Kind == OperationKind.Close:
                // The machine bills until it is closed: there is no time after which that would be given up.
                db.Change(operation, now, Actor, notSent.Why, o => o.MarkUnknown(now, now + (notSent.RetryAfter ?? Backoff(o.Attempts)), "overdue", notSent.Why));
                break;
            case Effect.NotSent notSent:
                db.Change(operation, now, Actor, notSent.Why, o => o.MarkRejected(now, "deadline", notSent.Why));
                await handler.RejectAsync(db, operation, new Effect.Refused("deadline", notSent.Why, true), now, cancellationToken);
                break;
            case Effect.Uncertain uncertain:
                db.Change(operation, now, Actor, uncertain.Why, o => o.MarkUnknown(now, now + options.Value.Poll, uncertain.Code, uncertain.Why));
                break;
        }
    }

    private async Task LookUpAsync(Operation operation, IOperationHandler handler, Guid token, CancellationToken cancellationToken)
    {
        var found = await handler.LookUpAsync(operation, clock.GetUtcNow(), cancellationToken);
        var effect = found is LookUp.SafeToRepeat ? await handler.SendAsync(operation, cancellationToken) : null;
        await WriteAsync(operation.Id, token, async (db, o, now) =>
        {
            switch (found)
            {
                case LookUp.Happened happened:
                    db.Change(o, now, Actor, happened.How, x => x.MarkSucceeded(now, happened.Done.ExternalId, happened.Done.Answer));
                    await handler.SucceedAsync(db, o, happened.Done, now, cancellationToken);
                    break;
                case LookUp.NeverHappened never:
                    db.Change(o, now, Actor, never.Why, x => x.MarkRejected(now, "not-found", never.Why));
                    await handler.RejectAsync(db, o, new Effect.Refused("not-found", never.Why, true), now, cancellationToken);
                    break;
                case LookUp.SafeToRepeat when effect is Effect.NotSent or Effect.Uncertain:
                    o.Postpone(now + Backoff(o.Attempts));
                    break;
                case LookUp.SafeToRepeat:
                    await ApplyAsync(db, o, handler, effect!, now, cancellationToken);
                    break;
                case LookUp.StillUnknown still:
                    o.MarkUnknown(now, now + Backoff(o.Attempts), o.ReasonCode ?? "unknown", still.Why);
                    o.Postpone(now + Backoff(o.Attempts));
                    break;
            }
        }, cancellationToken);
    }

    private async Task CloseFoundAsync(Operation operation, IOperationHandler handler, Guid token, CancellationToken cancellationToken)
    {
        if (operation.ExternalId is null && await handler.LookUpAsync(operation, clock.GetUtcNow(), cancellationToken) is var found and not LookUp.NeverHappened)
        {
            // Until it is found there is nothing to close, and until it surely never happened there is no end.
            var made = (found as LookUp.Happened)?.Done.ExternalId;
            await WriteAsync(operation.Id, token, (_, o, now) =>
            {
                if (made is not null) { o.MarkClosing(now, made, o.Reason ?? "to be closed"); }
                else { o.Postpone(now + Backoff(o.Attempts)); }
                return Task.CompletedTask;
            }, cancellationToken);
            return;
        }
        var effect = operation is { ExternalId: { } external, Supplier: { } supplier }
            ? await suppliers.Get(supplier).CloseAsync(external, cancellationToken)
            : new Effect.Done();
        await WriteAsync(operation.Id, token, async (db, o, now) =>
        {
            if (effect is Effect.Done)
            {
                var why = o.ExternalId is null ? "it never happened: nothing of it was found" : "what was found of it was closed";
                db.Change(o, now, Actor, why, x => x.MarkRejected(now, "closed", why));
                await handler.RejectAsync(db, o, new Effect.Refused("closed", why, false), now, cancellationToken);
            }
            else { o.Postpone(now + Backoff(o.Attempts)); }
        }, cancellationToken);
    }

    private async Task PostponeAsync(OperationId id, Guid token, string why, CancellationToken cancellationToken)
    {
        try { await WriteAsync(id, token, (_, o, now) => { o.Postpone(now + Backoff(o.Attempts)); return Task.CompletedTask; }, cancellationToken); }
        catch (DbUpdateConcurrencyException) { LogLostRow(id.Value); }
        LogPostponed(id.Value, why);
    }

    /// <summary>Writes a result and gives the row back. A neighbour's row that changed meanwhile is read again; a token that no longer stands ends it.</summary>
    private async Task WriteAsync(OperationId id, Guid token, Func<NirmaanDbContext, Operation, DateTimeOffset, Task> write, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var operation = await WorkQueue.HeldAsync(db, id, token, cancellationToken);
            if (operation is null) { LogLostRow(id.Value); return; }
            await write(db, operation, clock.GetUtcNow());
            operation.Release();
            try { await db.SaveChangesAsync(cancellationToken); return; }
            catch (DbUpdateConcurrencyException) when (attempt < 8) { /* Someone changed the instance in between: read it again and decide anew. */ }
        }
    }

    private TimeSpan Backoff(int attempts) => TimeSpan.FromSeconds(Math.Min(300, options.Value.Poll.TotalSeconds * Math.Pow(1.6, Math.Min(attempts, 12))));

    [LoggerMessage(Level = LogLevel.Warning, Message = "A hold on due rows could not be renewed")]
    private partial void LogHoldFailed(Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Operation {Operation} belongs to another worker now; nothing was written")]
    private partial void LogLostRow(Guid operation);

    [LoggerMessage(Level = LogLevel.Error, Message = "Operation {Operation} could not be attended")]
    private partial void LogFailed(Exception e, Guid operation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Operation {Operation} waits: {Why}")]
    private partial void LogPostponed(Guid operation, string why);
}

/// <summary>A round of work on due rows; the worker loop and the history driver call them in turn.</summary>
public interface IFleetRound
{
    /// <summary>Attends what is due now, once; answers how many rows that were.</summary>
    Task<int> RunAsync(CancellationToken cancellationToken);
}
