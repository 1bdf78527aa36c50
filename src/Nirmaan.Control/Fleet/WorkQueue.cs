using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Npgsql;

namespace Nirmaan.Control.Fleet;

/// <summary>
/// Rows taken by one worker at a time: FOR UPDATE SKIP LOCKED, a fresh token and a lease time in one short statement. No row lock is held while
/// a supplier is called; the token alone decides whose result counts.
/// </summary>
internal static class WorkQueue
{
    private static readonly Func<NirmaanDbContext, OperationId, Guid, CancellationToken, Task<Operation?>> s_operation = EF.CompileAsyncQuery(
        (NirmaanDbContext db, OperationId id, Guid token, CancellationToken _) => db.Operations.SingleOrDefault(o => o.Id == id && o.Token == token));

    private static readonly Func<NirmaanDbContext, InstanceId, Guid, CancellationToken, Task<Instance?>> s_instance = EF.CompileAsyncQuery(
        (NirmaanDbContext db, InstanceId id, Guid token, CancellationToken _) => db.Instances.SingleOrDefault(i => i.Id == id && i.Token == token));

    /// <summary>An operation that this worker still holds; null = it is another's now.</summary>
    public static Task<Operation?> HeldAsync(NirmaanDbContext db, OperationId id, Guid token, CancellationToken cancellationToken) => s_operation(db, id, token, cancellationToken);

    /// <summary>An instance that this worker still holds; null = it is another's now.</summary>
    public static Task<Instance?> HeldAsync(NirmaanDbContext db, InstanceId id, Guid token, CancellationToken cancellationToken) => s_instance(db, id, token, cancellationToken);

    /// <summary>Takes due open operations, oldest first. One that was Sent by a worker whose lease ran out is among them.</summary>
    public static async Task<IReadOnlyList<Operation>> TakeOperationsAsync(
        NirmaanDbContext db, Guid token, DateTimeOffset now, TimeSpan lease, int count, CancellationToken cancellationToken) =>
        [.. (await TakeAsync(db.Operations, """
            UPDATE operations SET token = @token, token_until = @until WHERE id IN (
                SELECT id FROM operations
                WHERE state IN ('Intended', 'Sent', 'Unknown', 'Closing') AND due_at <= @now AND (token IS NULL OR token_until <= @now)
                ORDER BY due_at, id FOR UPDATE SKIP LOCKED LIMIT @count)
            RETURNING *, xmin
            """, token, now, lease, count, cancellationToken)).OrderBy(o => o.Id.Value)];

    /// <summary>Takes due live instances, oldest first.</summary>
    public static async Task<IReadOnlyList<Instance>> TakeInstancesAsync(
        NirmaanDbContext db, Guid token, DateTimeOffset now, TimeSpan lease, int count, CancellationToken cancellationToken) =>
        [.. (await TakeAsync(db.Instances, """
            UPDATE instances SET token = @token, token_until = @until WHERE id IN (
                SELECT id FROM instances
                WHERE state NOT IN ('Closed', 'Failed') AND due_at <= @now AND (token IS NULL OR token_until <= @now)
                ORDER BY due_at, id FOR UPDATE SKIP LOCKED LIMIT @count)
            RETURNING *, xmin
            """, token, now, lease, count, cancellationToken)).OrderBy(i => i.Id.Value)];

    /// <summary>
    /// Keeps a worker's hold on the rows it took while it lives, so that a lease can be short: a killed worker's rows are free again after one
    /// lease, and a call that takes minutes keeps its row. Rows given back no longer bear the token and are not touched.
    /// </summary>
    public static IAsyncDisposable Hold(IDbContextFactory<NirmaanDbContext> contexts, string table, Guid token, FleetOptions options, TimeProvider clock, Action<Exception> onFault) =>
        new LeaseHold(contexts, table, token, options, clock, onFault);

    private sealed class LeaseHold : IAsyncDisposable
    {
        private readonly CancellationTokenSource _ended = new();
        private readonly Task _renewing;

        public LeaseHold(IDbContextFactory<NirmaanDbContext> contexts, string table, Guid token, FleetOptions options, TimeProvider clock, Action<Exception> onFault) =>
            _renewing = options.RenewEvery > TimeSpan.Zero ? RenewAsync(contexts, $"UPDATE {table} SET token_until = @until WHERE token = @token", token, options, clock, onFault) : Task.CompletedTask;

        private async Task RenewAsync(IDbContextFactory<NirmaanDbContext> contexts, string sql, Guid token, FleetOptions options, TimeProvider clock, Action<Exception> onFault)
        {
            using var timer = new PeriodicTimer(options.RenewEvery, clock);
            while (await WaitAsync(timer))
            {
                try
                {
                    await using var db = await contexts.CreateDbContextAsync(_ended.Token);
                    await db.Database.ExecuteSqlRawAsync(sql, [new NpgsqlParameter("until", clock.GetUtcNow() + options.WorkerLease), new NpgsqlParameter("token", token)], _ended.Token);
                }
                catch (OperationCanceledException) { return; }
                // A lease that cannot be renewed runs out; whoever takes the row then looks before it acts.
                catch (Exception e) { onFault(e); }
            }
        }

        private async Task<bool> WaitAsync(PeriodicTimer timer)
        {
            try { return await timer.WaitForNextTickAsync(_ended.Token); }
            catch (OperationCanceledException) { return false; }
        }

        public async ValueTask DisposeAsync()
        {
            await _ended.CancelAsync();
            await _renewing;
            _ended.Dispose();
        }
    }

    /// <summary>The earliest time at which an open operation or live instance wants attention (with or without those that simply run); null = none does.</summary>
    public static async Task<DateTimeOffset?> NextDueAsync(NirmaanDbContext db, bool inTransitOnly, CancellationToken cancellationToken)
    {
        var operation = await db.Operations
            .Where(o => o.State == OperationState.Intended || o.State == OperationState.Sent || o.State == OperationState.Unknown || o.State == OperationState.Closing)
            .MinAsync(o => (DateTimeOffset?)o.DueAt, cancellationToken);
        var instance = await db.Instances
            .Where(i => i.State != InstanceState.Closed && i.State != InstanceState.Failed && !(inTransitOnly && i.State == InstanceState.Running))
            .MinAsync(i => (DateTimeOffset?)i.DueAt, cancellationToken);
        return (operation, instance) switch { (null, _) => instance, (_, null) => operation, _ => operation < instance ? operation : instance };
    }

    /// <summary>The rows as they stand after they were taken, in no order: an UPDATE answers in none.</summary>
    private static Task<List<T>> TakeAsync<T>(DbSet<T> rows, string sql, Guid token, DateTimeOffset now, TimeSpan lease, int count, CancellationToken cancellationToken) where T : class, IFenced =>
        rows.FromSqlRaw(sql, new NpgsqlParameter("token", token), new NpgsqlParameter("until", now + lease), new NpgsqlParameter("now", now), new NpgsqlParameter("count", count))
            .AsNoTracking().ToListAsync(cancellationToken);
}
