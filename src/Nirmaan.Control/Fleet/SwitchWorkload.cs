using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Fleet;

/// <summary>What became of a wish to set a machine to other work.</summary>
public enum SwitchOutcome
{
    /// <summary>The change is intended; the old miner ends when the supplier confirms it.</summary>
    Switching,
    /// <summary>The supplier cannot change a machine in place: give it back and rent another.</summary>
    NotInPlace,
    /// <summary>It is not running.</summary>
    NotRunning,
    /// <summary>A person keeps it as it is.</summary>
    Cordoned,
}

/// <summary>Whether one machine can be set to other work.</summary>
/// <param name="WhyNot">Null = it can.</param>
public sealed record SwitchPreview(InstanceId Id, string? WhyNot);

/// <summary>Sets a running machine to other work in place, keeping its lease.</summary>
public sealed class SwitchWorkload(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, NetworkShelf networks, LaunchInstance launch, ControlEvents events, TimeProvider clock)
{
    /// <summary>Which of these machines can be set to a workload, and why the others cannot. Changes nothing; unknown ids are left out.</summary>
    /// <exception cref="InvalidInputException">No network has the workload.</exception>
    public async Task<IReadOnlyList<SwitchPreview>> PlanAsync(IReadOnlyCollection<InstanceId> ids, WorkloadName workload, CancellationToken cancellationToken)
    {
        var template = networks.TemplateOf(workload);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instances = await db.Instances.AsNoTracking().Where(i => ids.Contains(i.Id)).OrderBy(i => i.CreatedAt).ThenBy(i => i.Id).ToListAsync(cancellationToken);
        return [.. instances.Select(i => new SwitchPreview(i.Id, WhyNot(i, template)))];
    }

    private string? WhyNot(Instance instance, Template template) => instance switch
    {
        { State: not InstanceState.Running } or { ExternalId: null } => $"it is {instance.State}, not Running",
        { Cordon: { } cordon } => cordon.ToString(),
        _ when instance.Workload == template.WorkloadName => $"it runs {template.Workload} already",
        _ when suppliers.Find(instance.Supplier) is not { Traits.ChangesInPlace: true } => $"{instance.Supplier} changes nothing in place: give it back and rent another",
        _ when instance.GpuCount != template.Needs.Gpus => $"it has {instance.GpuCount} GPUs, {template.Workload} wants {template.Needs.Gpus}",
        _ when GpuCatalogue.Find(instance.Gpu)?.VramGb is var vram && (vram ?? -1) < template.Needs.MinVramGb =>
            $"its {GpuCatalogue.Name(instance.Gpu)} has {vram?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "an unknown amount of"} GB, {template.Workload} needs {template.Needs.MinVramGb}",
        _ => null,
    };

    /// <summary>Switches one instance.</summary>
    public async Task<SwitchOutcome> RunAsync(InstanceId id, WorkloadName workload, string by, string why, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var instance = await db.Instances.SingleAsync(i => i.Id == id, cancellationToken);
            if (instance.State != InstanceState.Running || instance.ExternalId is null) { return SwitchOutcome.NotRunning; }
            if (instance.Cordon is not null) { return SwitchOutcome.Cordoned; }
            if (!suppliers.Get(instance.Supplier).Traits.ChangesInPlace) { return SwitchOutcome.NotInPlace; }
            var now = clock.GetUtcNow();
            var template = networks.TemplateOf(workload);
            var miner = launch.EnterMiner(db, id, template, now);
            db.Operations.Add(new Operation(
                OperationId.New(now), OperationKind.Change, instance.Supplier, null, id, miner.Id, $"change:{id}:{miner.Id}", Hashes.OfJson(new { template.Name, template.Version }), instance.UsdPerHour, null, now, TimeSpan.FromMinutes(20)).About(instance.ExternalId));
            db.Note(now, "instance", id, by, "switching", why, instance.Workload, workload);
            db.Note(now, "miner", miner.Id, by, "created", $"{template.Name} v{template.Version}", null, miner.State);
            // The row's version is part of the save, so an instance that was lost in between is not switched.
            db.Entry(instance).Property(i => i.DueAt).IsModified = true;
            try { await db.SaveChangesAsync(cancellationToken); }
            catch (DbUpdateConcurrencyException) when (attempt < 10) { continue; }
            events.Changed(Topic.Fleet);
            return SwitchOutcome.Switching;
        }
    }
}
