using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet.Effects;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Fleet;

/// <summary>An operation as pages and programs see it.</summary>
/// <param name="AgeSeconds">Since it was sent (or intended).</param>
/// <param name="UsdAtRisk">What may have been lost by now; null = unknown.</param>
public sealed record OperationRow(
    OperationId Id, OperationKind Kind, OperationState State, SupplierName? Supplier, NetworkName? Network, InstanceId? InstanceId, MinerId? MinerId, string Name, string? ReasonCode, string? Reason, string? ExternalId,
    int Attempts, DateTimeOffset CreatedAt, DateTimeOffset? SentAt, DateTimeOffset? UnknownSince, DateTimeOffset? EndedAt, DateTimeOffset DueAt, int AgeSeconds, decimal? UsdPerHourAtRisk, decimal? UsdAtRisk);

/// <summary>Which operations are asked for; null = any.</summary>
public sealed record OperationFilter(OperationState? State = null, OperationKind? Kind = null, SupplierName? Supplier = null, NetworkName? Network = null);

/// <summary>A thing on a supplier's account that an unknown create may have made: no operation of ours has it.</summary>
public sealed record Candidate(string ExternalId, string? Name, string RawState, DateTimeOffset? CreatedAt, GpuModel? Gpu, int? GpuCount, decimal? UsdPerGpuHour, string? Provider);

/// <summary>Reads of operations and of comparisons with suppliers.</summary>
public sealed class OperationQueries(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, TimeProvider clock)
{
    /// <summary>Operations of a state (null = all), newest first.</summary>
    public Task<Page<OperationRow>> ListAsync(OperationState? state, int? limit, string? after, CancellationToken cancellationToken) =>
        ListAsync(new OperationFilter(state), limit, after, cancellationToken);

    /// <summary>Operations that fit a filter, newest first.</summary>
    public async Task<Page<OperationRow>> ListAsync(OperationFilter filter, int? limit, string? after, CancellationToken cancellationToken)
    {
        var take = Paging.Limit(limit);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var query = db.Operations.AsNoTracking();
        if (filter.State is { } state) { query = query.Where(o => o.State == state); }
        if (filter.Kind is { } kind) { query = query.Where(o => o.Kind == kind); }
        if (filter.Supplier is { } supplier) { query = query.Where(o => o.Supplier == supplier); }
        if (filter.Network is { } network) { query = query.Where(o => o.Network == network); }
        if (after is not null)
        {
            var cursor = new OperationId(Paging.Cursor(after));
            var at = await db.Operations.AsNoTracking().Where(o => o.Id == cursor).Select(o => (DateTimeOffset?)o.CreatedAt).SingleOrDefaultAsync(cancellationToken) ?? throw Paging.NoSuchPage(after);
            query = query.Where(o => EF.Functions.LessThan(ValueTuple.Create(o.CreatedAt, o.Id), ValueTuple.Create(at, cursor)));
        }
        var rows = await query.OrderByDescending(o => o.CreatedAt).ThenByDescending(o => o.Id).Take(take + 1).ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        return Paging.Cut([.. rows.Select(o => Row(o, now))], take, r => r.Id.ToString());
    }

    /// <summary>What needs a person's eye: unknown, closing and given up.</summary>
    public async Task<IReadOnlyList<OperationRow>> OpenQuestionsAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Operations.AsNoTracking()
            .Where(o => o.State == OperationState.Unknown || o.State == OperationState.Closing || o.State == OperationState.Abandoned)
            .OrderBy(o => o.CreatedAt).Take(500).ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        return [.. rows.Select(o => Row(o, now))];
    }

    /// <summary>
    /// What an unknown create may have made: things on the supplier's account that appeared since and that no operation of ours has. The
    /// supplier is asked now. Empty for operations that are not unknown creates.
    /// </summary>
    /// <exception cref="SupplierUnavailableException">The supplier could not be read.</exception>
    public async Task<IReadOnlyList<Candidate>> CandidatesAsync(OperationId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var operation = await db.Operations.AsNoTracking().SingleOrDefaultAsync(o => o.Id == id, cancellationToken);
        if (operation is not { State: OperationState.Unknown or OperationState.Closing, Kind: OperationKind.Create, Supplier: { } name } || suppliers.Find(name) is not { } supplier) { return []; }
        var inventory = await supplier.ListAsync(cancellationToken);
        var known = await CreateHandler.KnownAsync(db, name, cancellationToken);
        return [.. CreateHandler.Candidates(operation, inventory, known)
            .Select(c => new Candidate(c.ExternalId, c.Name, c.RawState, c.CreatedAt, c.Gpu, c.GpuCount, c.UsdPerGpuHour, c.Provider))];
    }

    /// <summary>The newest comparison with each supplier.</summary>
    public async Task<IReadOnlyList<SupplierReport>> NewestReportsAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.SupplierReports.FromSql($"SELECT DISTINCT ON (supplier) * FROM supplier_reports ORDER BY supplier, at DESC").AsNoTracking().ToListAsync(cancellationToken);
    }

    /// <summary>Comparisons that found something, newest first, each with the next one that could be read.</summary>
    public async Task<IReadOnlyList<FindingReport>> ReportsWithFindingsAsync(int count, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.SupplierReports.FromSql($"SELECT * FROM supplier_reports WHERE jsonb_array_length(findings) > 0 OR error IS NOT NULL").AsNoTracking().OrderByDescending(r => r.At).Take(count)
            .Select(r => new FindingReport(r, db.SupplierReports.Where(next => next.Supplier == r.Supplier && next.At > r.At && next.Error == null).Min(next => (DateTimeOffset?)next.At)))
            .ToListAsync(cancellationToken);
    }

    internal static OperationRow Row(Operation o, DateTimeOffset now) => new(
        o.Id, o.Kind, o.State, o.Supplier, o.Network, o.InstanceId, o.MinerId, o.Name, o.ReasonCode, o.Reason, o.ExternalId, o.Attempts, o.CreatedAt, o.SentAt, o.UnknownSince, o.EndedAt, o.DueAt,
        (int)((o.EndedAt ?? now) - (o.SentAt ?? o.CreatedAt)).TotalSeconds, o.UsdPerHourAtRisk, o.UsdAtRisk(now));
}
