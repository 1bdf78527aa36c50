using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>
/// Compares each supplier's inventory with our books, both ways: what is ours and not there, what is there under our name and not ours, what
/// differs. Adopts, ends or closes, and keeps the report with the dollars at risk. The inventory is read before the books, so that a machine
/// made in between is not taken for an orphan. Nothing without our name prefix is ever touched.
/// </summary>
public sealed partial class ReconcileSupplier(
    IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, Standstills standstills, ControlEvents events, IOptions<FleetOptions> options, TimeProvider clock, ILogger<ReconcileSupplier> logger)
{
    private const string Actor = nameof(ReconcileSupplier);

    /// <summary>All suppliers; one line of what was found.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        List<string> lines = [];
        var still = await standstills.ReadAsync(cancellationToken);
        foreach (var supplier in suppliers.All)
        {
            // What is missing or too much while a supplier is worked on says nothing, and under a freeze only people act.
            if (still.At(supplier.Supplier) is { } hold) { lines.Add($"{supplier.Supplier}: not compared, {hold}"); continue; }
            var report = await RunAsync(supplier, cancellationToken);
            lines.Add(report.Error is { } error ? $"{report.Supplier}: not readable ({error})" : $"{report.Supplier}: {report.Ours} ours, {report.Theirs} there, {report.Findings.Length} findings");
        }
        events.Changed(Topic.Fleet);
        return string.Join("; ", lines);
    }

    /// <summary>One supplier.</summary>
    public async Task<SupplierReport> RunAsync(IComputeProvider supplier, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        SupplierReport report;
        try
        {
            var inventory = await supplier.ListAsync(cancellationToken);
            report = await CompareAsync(supplier, inventory, now, cancellationToken);
        }
        catch (SupplierUnavailableException e)
        {
            report = new SupplierReport(Guid.CreateVersion7(now), supplier.Supplier, now, 0, 0, 0, [], e.Message);
        }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.SupplierReports.Add(report);
        await db.SaveChangesAsync(cancellationToken);
        LogReport(report.Supplier.Value, report.Ours, report.Theirs, report.Foreign, report.Findings.Length);
        return report;
    }

    private async Task<SupplierReport> CompareAsync(IComputeProvider supplier, IReadOnlyList<SupplierInstance> inventory, DateTimeOffset now, CancellationToken cancellationToken)
    {
        List<Instance> ours;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            ours = await db.Instances.AsNoTracking()
                .Where(i => i.Supplier == supplier.Supplier && i.ExternalId != null && ((i.State != InstanceState.Closed && i.State != InstanceState.Failed) || (i.ClosedAt == null && i.BilledFrom != null)))
                .OrderBy(i => i.Id).ToListAsync(cancellationToken);
        }
        var byExternal = ours.ToDictionary(i => i.ExternalId!);
        var theirs = inventory.ToDictionary(i => i.ExternalId);
        List<Finding> findings = [];
        var foreign = 0;

        foreach (var seen in inventory)
        {
            if (byExternal.TryGetValue(seen.ExternalId, out var known))
            {
                if (await DiffersAsync(known, seen, now, cancellationToken) is { } differs) { findings.Add(differs); }
                continue;
            }
            var operationId = Operation.IdOf(seen.Name);
            if (operationId is null && !await WasOursAsync(supplier.Supplier, seen.ExternalId, cancellationToken)) { foreign++; continue; }
            if (await OrphanAsync(supplier, seen, operationId, now, cancellationToken) is { } orphan) { findings.Add(orphan); }
        }
        foreach (var instance in ours.Where(i => !theirs.ContainsKey(i.ExternalId!)))
        {
            if (await MissingAsync(supplier, instance, now, cancellationToken) is { } missing) { findings.Add(missing); }
        }
        // What is over stays listed at some suppliers; it is counted only while our books still have it.
        var there = inventory.Count(i => i.Status is not (SupplierStatus.Closed or SupplierStatus.Failed) || byExternal.ContainsKey(i.ExternalId));
        return new SupplierReport(Guid.CreateVersion7(now), supplier.Supplier, now, ours.Count, there, foreign, [.. findings], null);
    }

    /// <summary>Both know it, but the books and the supplier say different things: it is looked at now.</summary>
    private async Task<Finding?> DiffersAsync(Instance known, SupplierInstance seen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var difference = (known.State, seen.Status) switch
        {
            (InstanceState.Running, SupplierStatus.Lost or SupplierStatus.Failed or SupplierStatus.Closed or SupplierStatus.Reclaiming) => $"ours is running, theirs is {seen.RawState}",
            (InstanceState.Failed or InstanceState.Closed, not (SupplierStatus.Closed or SupplierStatus.Closing)) => $"ours has ended, theirs is {seen.RawState}",
            (InstanceState.Closing, not (SupplierStatus.Closed or SupplierStatus.Closing or SupplierStatus.Failed)) => $"ours is closing, theirs is {seen.RawState}",
            (InstanceState.Starting or InstanceState.Placing, SupplierStatus.Lost or SupplierStatus.Failed) => $"ours is {known.State}, theirs is {seen.RawState}",
            _ => null,
        };
        if (difference is null) { return null; }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instance = await db.Instances.SingleAsync(i => i.Id == known.Id, cancellationToken);
        string action;
        if (instance.State == InstanceState.Closing)
        {
            // While its close is under way there is nothing to find; one that ended without closing it is followed by another.
            if (await db.ClosesOf(instance.Supplier, seen.ExternalId).AnyAsync(o => o.State == OperationState.Intended || o.State == OperationState.Sent || o.State == OperationState.Unknown || o.State == OperationState.Closing, cancellationToken)) { return null; }
            action = await CloseOnceAsync(db, instance.Supplier, seen.ExternalId, instance.Id, instance.UsdPerHour, now, cancellationToken);
        }
        else if (!instance.IsLive)
        {
            action = await CloseOnceAsync(db, instance.Supplier, seen.ExternalId, instance.Id, instance.UsdPerHour, now, cancellationToken);
        }
        else { instance.Postpone(now); action = "looked at now"; }
        await SaveLeavingBusyRowsAsync(db, cancellationToken);
        return new Finding("differs", seen.ExternalId, seen.Name, known.Id, null, difference, known.UsdPerHour, known.ObservedAt is { } at ? (int)(now - at).TotalSeconds : null, action);
    }

    /// <summary>There under our name, and no instance of ours has it: finish its operation, or close it.</summary>
    internal async Task<Finding?> OrphanAsync(IComputeProvider supplier, SupplierInstance seen, OperationId? operationId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (seen.Status is SupplierStatus.Closed or SupplierStatus.Closing) { return null; }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var operation = operationId is null ? null : await db.Operations.SingleOrDefaultAsync(o => o.Id == operationId, cancellationToken);
        // Not every supplier's list says when a thing was made; it is no older than the operation that asked for it.
        var born = seen.CreatedAt ?? operation?.CreatedAt;
        if (now - born < options.Value.OrphanGrace) { return null; }
        // The books were read before this operation was: its worker may have taken the machine over in between.
        if (await db.Instances.AnyAsync(i => i.Supplier == supplier.Supplier && i.ExternalId == seen.ExternalId && i.State != InstanceState.Closed && i.State != InstanceState.Failed, cancellationToken)) { return null; }
        var seconds = (int?)(now - born)?.TotalSeconds;
        var atRisk = seen.UsdPerGpuHour * (seen.GpuCount ?? 1);
        if (operation is { IsOpen: true })
        {
            // Its worker, or the look-up after a time-out, will take it over: let that happen now.
            if (operation.State == OperationState.Unknown && operation.Token is null) { operation.Postpone(now); await SaveLeavingBusyRowsAsync(db, cancellationToken); }
            return operation.State == OperationState.Unknown
                ? new Finding("theirs-not-ours", seen.ExternalId, seen.Name, operation.InstanceId, operation.Id, $"its {operation.Kind} is Unknown with us", atRisk, seconds, "looked up now")
                : null;
        }
        if (operation is { State: OperationState.Abandoned })
        {
            return new Finding("theirs-not-ours", seen.ExternalId, seen.Name, operation.InstanceId, operation.Id, $"given up: {operation.Reason}", atRisk, seconds, "left alone: a person gave it up");
        }
        // Some suppliers list what failed for good. Once our close of it was answered, nothing of it is left to end.
        if (seen.Status == SupplierStatus.Failed && await WasClosedAsync(db, supplier.Supplier, seen.ExternalId, cancellationToken)) { return null; }
        var action = await CloseOnceAsync(db, supplier.Supplier, seen.ExternalId, operation?.InstanceId, atRisk, now, cancellationToken);
        await SaveLeavingBusyRowsAsync(db, cancellationToken);
        return new Finding("theirs-not-ours", seen.ExternalId, seen.Name, operation?.InstanceId, operation?.Id,
            operation is null ? "bears our name, but no operation of ours has it" : $"its {operation.Kind} is {operation.State} with us", atRisk, seconds, action);
    }

    /// <summary>Ours, and not in the inventory: a second witness is asked before anything is concluded.</summary>
    private async Task<Finding?> MissingAsync(IComputeProvider supplier, Instance known, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Lists lag creates: a machine this young may not be on it yet.
        if (now - known.CreatedAt < options.Value.OrphanGrace) { return null; }
        var seen = await supplier.FindAsync(known.ExternalId!, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instance = await db.Instances.SingleAsync(i => i.Id == known.Id, cancellationToken);
        if (!instance.IsLive)
        {
            if (seen is not null and not { Status: SupplierStatus.Closed or SupplierStatus.Failed } || instance.ClosedAt is not null) { return null; }
            instance.MarkCleanedUp(now);
            db.Note(now, "instance", instance.Id, Actor, "gone", "neither listed nor found at the supplier");
            await SaveLeavingBusyRowsAsync(db, cancellationToken);
            return null;
        }
        if (seen is not null and not { Status: SupplierStatus.Closed or SupplierStatus.Failed or SupplierStatus.Lost }) { return null; }
        if (instance.State is InstanceState.Closing or InstanceState.Draining) { return null; }
        instance.Postpone(now);
        await SaveLeavingBusyRowsAsync(db, cancellationToken);
        return new Finding("ours-not-theirs", known.ExternalId, null, known.Id, null, $"ours is {known.State}, the supplier shows {seen?.RawState ?? "nothing"}", 0,
            known.ObservedAt is { } at ? (int)(now - at).TotalSeconds : null, "looked at now; replaced if it is gone");
    }

    private async Task<bool> WasOursAsync(SupplierName supplier, string externalId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Operations.AnyAsync(o => o.Supplier == supplier && o.Kind == OperationKind.Create && o.ExternalId == externalId, cancellationToken);
    }

    private static Task<bool> WasClosedAsync(NirmaanDbContext db, SupplierName supplier, string externalId, CancellationToken cancellationToken) =>
        db.ClosesOf(supplier, externalId).AnyAsync(o => o.State == OperationState.Succeeded, cancellationToken);

    private static async Task<string> CloseOnceAsync(NirmaanDbContext db, SupplierName supplier, string externalId, InstanceId? instance, decimal? usdPerHour, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await GivenUpAsync(db, supplier, externalId, cancellationToken) is { } why) { return why; }
        return await db.GiveBackAsync(supplier, externalId, instance, usdPerHour, now, again: true, cancellationToken) ? "closed" : "being closed";
    }

    private static async Task<string?> GivenUpAsync(NirmaanDbContext db, SupplierName supplier, string externalId, CancellationToken cancellationToken) =>
        await db.ClosesOf(supplier, externalId).OrderByDescending(o => o.CreatedAt).ThenByDescending(o => o.Id).Select(o => o.State == OperationState.Abandoned ? o.Reason : null).FirstOrDefaultAsync(cancellationToken) is { } why
            ? $"left alone: its close was given up ({why}); give it back again to retry" : null;

    private async Task SaveLeavingBusyRowsAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        // A row that a worker holds right now is being attended anyway; the next round looks again.
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateConcurrencyException) { LogBusy(); }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Reconciled {Supplier}: {Ours} ours, {Theirs} there, {Foreign} not ours to touch, {Findings} findings")]
    private partial void LogReport(string supplier, int ours, int theirs, int foreign, int findings);

    [LoggerMessage(Level = LogLevel.Information, Message = "A row is being attended by a worker; the next round looks again")]
    private partial void LogBusy();
}
