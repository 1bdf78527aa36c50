using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Fleet;

/// <summary>What became of a launch.</summary>
public abstract record LaunchOutcome
{
    private LaunchOutcome() { }

    /// <summary>The intentions are committed; workers carry them out. The same key and body answer the same again.</summary>
    public sealed record Accepted(LaunchPlan Plan, IReadOnlyList<OperationId> Operations) : LaunchOutcome;
    /// <summary>The key was used for another request.</summary>
    public sealed record KeyMismatch : LaunchOutcome;
    /// <summary>A cap, the kill switch or a missing permission forbids it. Nothing was done.</summary>
    public sealed record Refused(LaunchPlan Plan, string Why) : LaunchOutcome;
}

/// <summary>Plans the cheapest way to run miners of a workload, and carries it out: instances, miners and operations in one transaction.</summary>
public sealed partial class LaunchInstance(
    IDbContextFactory<NirmaanDbContext> contexts, Placement placement, NetworkShelf networks, SupplierShelf suppliers, PayoutPolicy payout, SpendGuard guard, LimitWatch limits,
    ControlEvents events, IOptions<FleetOptions> options, TimeProvider clock, ILogger<LaunchInstance> logger)
{
    /// <summary>Chosen and rejected offers, price and total. Spends nothing.</summary>
    /// <exception cref="InvalidInputException">A field cannot be used.</exception>
    public async Task<LaunchPlan> PlanAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await ChooseAsync(db, request, cancellationToken)).Plan;
    }

    /// <summary>Launches. <paramref name="key"/> is the idempotency key: a repeated request launches nothing twice.</summary>
    /// <exception cref="InvalidInputException">A field cannot be used.</exception>
    public async Task<LaunchOutcome> RunAsync(LaunchRequest request, string key, string by, CancellationToken cancellationToken)
    {
        if (key.Length is 0 or > 200) { throw new InvalidInputException("Idempotency-Key", key, "1 to 200 characters"); }
        var bodyHash = Hashes.OfJson(request);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await SpendGuard.LockAsync(db, cancellationToken);
        if (await FindAsync(db, key, bodyHash, cancellationToken) is { } earlier) { return earlier; }

        var (plan, selection) = await ChooseAsync(db, request, cancellationToken);
        if (plan.Blocked is { } why) { return new LaunchOutcome.Refused(plan, why); }

        var now = clock.GetUtcNow();
        var template = networks.TemplateOf(request.Workload);
        var operations = new List<Operation>();
        foreach (var (offer, machines) in selection.Chosen)
        {
            for (var i = 0; i < machines; i++) { operations.Add(Enter(db, offer, request, template, key, by, now)); }
        }
        db.Launches.Add(new Launch(key, bodyHash, now, by, plan, [.. operations.Select(o => o.Id.Value)]));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogLaunched(operations.Count, request.Workload.Value, plan.UsdPerHour, by);
        events.Changed(Topic.Fleet);
        return new LaunchOutcome.Accepted(plan, [.. operations.Select(o => o.Id)]);
    }

    /// <summary>Enters one wanted machine with its miner and its create operation into the context. Also used for replacements and plans.</summary>
    internal Operation Enter(NirmaanDbContext db, Offer offer, LaunchRequest request, Template template, string launchKey, string by, DateTimeOffset now, InstanceId? replaces = null)
    {
        var wish = placement.WishFor(offer, request, template.Needs.Gpus);
        var instance = new Instance(InstanceId.New(now), wish, request.Workload, offer.Id, offer.UsdPerGpuHour, launchKey, now, replaces);
        var operation = Placement.CreateFor(instance, template, now, UpFront(offer, template.Needs.Gpus));
        db.Instances.Add(instance);
        var miner = EnterMiner(db, instance.Id, template, now);
        db.Operations.Add(operation);
        db.Note(now, "instance", instance.Id, by, "requested", request.Reason.Length > 0 ? request.Reason : $"launch {launchKey}", null, instance.State);
        db.Note(now, "miner", miner.Id, by, "created", $"{template.Name} v{template.Version}{(request.Resources is { } asked ? $", {asked}" : "")}", null, miner.State);
        return operation;
    }

    /// <summary>Enters a miner for an instance under the payout policy.</summary>
    internal Miner EnterMiner(NirmaanDbContext db, InstanceId instance, Template template, DateTimeOffset now)
    {
        var id = MinerId.New(now);
        var address = payout.AddressFor(template.NetworkName);
        var identity = networks.Get(template.NetworkName).IdentityOf(id, template, address);
        var miner = new Miner(id, instance, template, identity.PayoutAddress, identity.Key, Beneficiary.NrmPool, now, Hashes.OfJson(template));
        db.Miners.Add(miner);
        return miner;
    }

    private async Task<(LaunchPlan Plan, Selection Selection)> ChooseAsync(NirmaanDbContext db, LaunchRequest request, CancellationToken cancellationToken)
    {
        var caps = options.Value;
        if (request.Count < 1 || request.Count > caps.MaxMinersPerLaunch) { throw new InvalidInputException("count", request.Count, $"1 to {caps.MaxMinersPerLaunch} miners"); }
        if (request.MaxUsdPerGpuHour is <= 0 or > 1_000) { throw new InvalidInputException("maxUsdPerGpuHour", request.MaxUsdPerGpuHour, "more than 0 and at most 1000 USD per GPU and hour"); }
        var template = networks.TemplateOf(request.Workload);
        if (request.Resources?.FaultFor(template.Needs) is var (field, value, expected)) { throw new InvalidInputException(field, value, expected); }
        var search = await placement.SearchAsync(db, request, cancellationToken);
        var selection = Selection.Cheapest(search, request.Count, template.Needs.Gpus);

        var perSupplier = selection.Chosen.GroupBy(c => c.Offer.Supplier).ToDictionary(g => g.Key, g => g.Sum(c => c.Machines * template.Needs.Gpus * c.Offer.UsdPerGpuHour!.Value));
        var upFront = selection.Chosen.Sum(c => c.Machines * (UpFront(c.Offer, template.Needs.Gpus) ?? 0));
        var blocked = selection.Found == 0 ? "No offer fits; the funnel says why."
            : payout.Signing.Refuses ? $"{payout.Signing.Fault}. Nothing is launched until an admin has signed the list."
            : options.Value.RequirePermission && string.IsNullOrWhiteSpace(template.Licence) ? $"Template {template.Name} has no recorded licence."
            : selection.UsdPerHour > caps.MaxUsdPerHourPerLaunch
                ? string.Create(CultureInfo.InvariantCulture, $"${selection.UsdPerHour:0.00} an hour is over the cap of one launch, ${caps.MaxUsdPerHourPerLaunch:0.00} (Fleet:MaxUsdPerHourPerLaunch).")
            : await guard.RefuseLaunchAsync(db, perSupplier, upFront, cancellationToken)
            ?? await PriceQueries.FrozenAsync(db, template.NetworkName, clock.GetUtcNow(), cancellationToken);
        var taken = selection.Chosen.Select(c => c.Offer.Id).ToHashSet();
        var plan = new LaunchPlan(
            request, template.Needs.Gpus, selection.Found, selection.UsdPerHour, upFront > 0 ? upFront : null,
            [.. selection.Chosen.Select(c => Describe(c.Offer, c.Machines, null))],
            [.. search.Verdicts.Where(v => !taken.Contains(v.Offer.Id)).Select(v => Describe(v.Offer, 0, v.RejectedFor ?? PlannedOffer.Dearer))],
            search.Funnel, blocked, await limits.BeyondAsync(db, request.Workload, perSupplier, cancellationToken));
        return (plan, selection);
    }

    private decimal? UpFront(Offer offer, int gpus) =>
        suppliers.Get(offer.Supplier).Traits.Prepaid ? offer.UsdPerGpuHour * gpus * options.Value.PrepaidHours : null;

    private static PlannedOffer Describe(Offer o, int machines, string? rejectedFor) => new(
        o.Id, o.Supplier, o.Provider, o.ProviderLabel, o.Gpu, o.GpuCount, o.UsdPerGpuHour, o.PriceKind, o.Region, o.Available, o.SeenAt, machines, rejectedFor);

    private static async Task<LaunchOutcome?> FindAsync(NirmaanDbContext db, string key, string bodyHash, CancellationToken cancellationToken) =>
        await db.Launches.AsNoTracking().SingleOrDefaultAsync(l => l.Key == key, cancellationToken) switch
        {
            null => null,
            { } launch when launch.BodyHash == bodyHash => new LaunchOutcome.Accepted(launch.Plan, [.. launch.Operations.Select(id => new OperationId(id))]),
            _ => new LaunchOutcome.KeyMismatch(),
        };

    [LoggerMessage(Level = LogLevel.Information, Message = "Launched {Count} x {Workload} at {UsdPerHour} USD/h for {By}")]
    private partial void LogLaunched(int count, string workload, decimal usdPerHour, string by);
}
