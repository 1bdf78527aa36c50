using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet.Effects;
using Nirmaan.Control.Live;
using Nirmaan.Control.Market;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

using Lists = System.Collections.Concurrent.ConcurrentDictionary<Nirmaan.Domain.Amounts.SupplierName, System.Lazy<System.Threading.Tasks.Task<System.Collections.Generic.IReadOnlyList<Nirmaan.Domain.Fleet.SupplierInstance>>>>;

namespace Nirmaan.Control.Fleet;

/// <summary>
/// Looks at each live instance when it is due and draws the conclusion: picks a bid, sees it start, run, vanish or be taken back, drains and
/// closes it, buys more hours. Every effect that follows is an operation; this verb itself only reads the outside.
/// </summary>
internal sealed partial class AttendInstances(
    IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, PlaceHandler place, DrainWatch drains, ProviderBook providers, Standstills standstills, ControlEvents events, IOptions<FleetOptions> options, TimeProvider clock,
    ILogger<AttendInstances> logger) : IFleetRound
{
    private const string Actor = nameof(AttendInstances);

    /// <summary>What the supplier, and of a draining one the network, told of one instance, read before the transaction.</summary>
    private sealed record Sight(SupplierInstance? Instance, IReadOnlyList<Bid> Bids, string? Unavailable, DrainWait? Wait = null);

    /// <inheritdoc />
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid();
        IReadOnlyList<Instance> taken;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            taken = await WorkQueue.TakeInstancesAsync(db, token, clock.GetUtcNow(), options.Value.WorkerLease, options.Value.Parallel * 4, cancellationToken);
        }
        if (taken.Count == 0) { return 0; }
        // Read at most once a round, and only when something is missing.
        Lists lists = new();
        var still = await standstills.ReadAsync(cancellationToken);
        await using var hold = WorkQueue.Hold(contexts, "instances", token, options.Value, clock, LogHoldFailed);
        await Parallel.ForEachAsync(taken, new ParallelOptions { MaxDegreeOfParallelism = options.Value.Parallel, CancellationToken = cancellationToken },
            async (instance, ct) => await AttendAsync(instance, token, lists, still, ct));
        events.Changed(Topic.Fleet);
        return taken.Count;
    }

    private async Task AttendAsync(Instance before, Guid token, Lists lists, StandstillsNow still, CancellationToken cancellationToken)
    {
        var id = before.Id;
        try
        {
            var sight = await LookAsync(before, lists, cancellationToken);
            for (var attempt = 1; ; attempt++)
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                if (await WorkQueue.HeldAsync(db, id, token, cancellationToken) is not { } instance) { return; }
                // Someone changed it while the supplier was asked: what was seen may no longer apply, so it is looked at anew.
                if (instance.State == before.State) { await ConcludeAsync(db, instance, sight, still, clock.GetUtcNow(), cancellationToken); }
                instance.Release();
                try { await db.SaveChangesAsync(cancellationToken); return; }
                catch (DbUpdateConcurrencyException) when (attempt < 5) { }
            }
        }
        catch (DbUpdateConcurrencyException) { LogLostRow(id.Value); }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e, id.Value);
            await PutOffAsync(id, token, cancellationToken);
        }
    }

    private async Task PutOffAsync(InstanceId id, Guid token, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await WorkQueue.HeldAsync(db, id, token, cancellationToken) is not { } instance) { return; }
        instance.Postpone(clock.GetUtcNow() + options.Value.ObserveEvery);
        instance.Release();
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateConcurrencyException) { LogLostRow(id.Value); }
    }

    private async Task<Sight> LookAsync(Instance instance, Lists lists, CancellationToken cancellationToken)
    {
        if (instance.ExternalId is not { } external || suppliers.Find(instance.Supplier) is not { } supplier) { return new Sight(null, [], null); }
        try
        {
            var seen = await supplier.FindAsync(external, cancellationToken);
            if (seen is null && instance.State is InstanceState.Starting or InstanceState.Running or InstanceState.Reclaiming or InstanceState.Unknown) { return await AskTheListAsync(instance, supplier, lists, cancellationToken); }
            var bids = seen is not null && instance.State == InstanceState.Placing && supplier.Traits.HasBids ? await supplier.ListBidsAsync(external, instance.Wish, cancellationToken) : [];
            return new Sight(seen, bids, null, instance.State == InstanceState.Draining ? await drains.LookAsync(instance, cancellationToken) : null);
        }
        catch (SupplierUnavailableException e) { return new Sight(null, [], e.Message); }
    }

    /// <summary>The second witness for a machine that is not found: one answer alone, of a wrong account or a proxy, must not end a healthy machine.</summary>
    private async Task<Sight> AskTheListAsync(Instance instance, IComputeProvider supplier, Lists lists, CancellationToken cancellationToken)
    {
        var list = await lists.GetOrAdd(supplier.Supplier, _ => new Lazy<Task<IReadOnlyList<SupplierInstance>>>(() => supplier.ListAsync(cancellationToken))).Value;
        if (list.FirstOrDefault(i => i.ExternalId == instance.ExternalId) is { } listed) { return new Sight(listed, [], null); }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var others = await db.Instances.AsNoTracking().Where(i => i.Supplier == supplier.Supplier && i.Id != instance.Id && i.State == InstanceState.Running && i.ExternalId != null).Select(i => i.ExternalId!).ToListAsync(cancellationToken);
        var patience = others.Count > 0 && !list.Any(i => others.Contains(i.ExternalId)) ? options.Value.AllGonePatience : options.Value.GonePatience;
        return clock.GetUtcNow() - (instance.ObservedAt ?? instance.StateSince) < patience
            ? new Sight(null, [], "neither found nor listed; it is looked at again before that is believed")
            : new Sight(null, [], null);
    }

    private async Task ConcludeAsync(NirmaanDbContext db, Instance instance, Sight sight, StandstillsNow still, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Whoever is away while it is worked on may come back, and under a freeze nothing is given up but by people.
        var isHeld = still.At(instance.Supplier) is not null;
        if (isHeld && instance.State is InstanceState.Starting or InstanceState.Running or InstanceState.Reclaiming or InstanceState.Unknown && (sight.Unavailable is not null || IsGone(sight.Instance)))
        {
            instance.Postpone(now + options.Value.ObserveEvery);
            return;
        }
        if (sight.Unavailable is { } why)
        {
            // Not readable is not gone: nothing is concluded, but what never came up is not waited for without end.
            instance.Postpone(now + options.Value.Poll * 3);
            if (now - instance.StateSince <= options.Value.StartPatience) { return; }
            if (instance.State == InstanceState.Placing) { await place.GiveUpAuctionAsync(db, instance, new Effect.Refused("unreadable", $"its auction cannot be read: {why}", true), now, cancellationToken); }
            else if (instance.State == InstanceState.Starting && await SilentSinceAsync(db, instance, now, cancellationToken) > options.Value.UnreachablePatience)
            {
                await FailAsync(db, instance, $"not up {options.Value.StartPatience.TotalMinutes:0} minutes after it was rented, and not readable: {why}", LossCause.NeverUp, now, cancellationToken);
            }
            return;
        }
        if (sight.Instance is { } seen) { instance.Observe(seen, now); }
        switch (instance.State)
        {
            case InstanceState.Requested: await WaitForCreateAsync(db, instance, now, cancellationToken); break;
            case InstanceState.Placing: await PickBidAsync(db, instance, sight, now, cancellationToken); break;
            case InstanceState.Starting: await SeeStartAsync(db, instance, sight.Instance, isHeld, now, cancellationToken); break;
            case InstanceState.Running or InstanceState.Reclaiming: await SeeRunAsync(db, instance, sight.Instance, isHeld, now, cancellationToken); break;
            case InstanceState.Draining: await SeeDrainAsync(db, instance, sight, now, cancellationToken); break;
            case InstanceState.Closing: await SeeCloseAsync(db, instance, sight.Instance, now, cancellationToken); break;
            case InstanceState.Unknown: await SeeUnknownAsync(db, instance, sight.Instance, now, cancellationToken); break;
        }
    }

    private async Task WaitForCreateAsync(NirmaanDbContext db, Instance instance, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Its create operation moves it on; a wanted instance without one was cut off by a crash and is ended in the open.
        var open = await db.Operations.AnyAsync(o => o.InstanceId == instance.Id && o.Kind == OperationKind.Create
            && o.State != OperationState.Rejected && o.State != OperationState.Succeeded, cancellationToken);
        if (open) { instance.Postpone(now + options.Value.ObserveEvery); return; }
        db.Change(instance, now, Actor, "failed", "nothing asks for it any more", i => i.MarkFailed(now, "nothing asks for it any more", stillOutside: false, replace: false));
        await db.StopMinersAsync(instance.Id, now, Actor, "its machine was not to be had", cancellationToken);
    }

    private async Task PickBidAsync(NirmaanDbContext db, Instance instance, Sight sight, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (sight.Instance is null or { Status: SupplierStatus.Closed or SupplierStatus.Failed or SupplierStatus.Lost })
        {
            await place.GiveUpAuctionAsync(db, instance, new Effect.Refused("auction-over", "the auction ended without us", true), now, cancellationToken);
            return;
        }
        var standings = await providers.ReadAsync(db, cancellationToken);
        ProviderStanding Of(Bid bid) => standings.Of(new ProviderKey(instance.Supplier, bid.Provider));
        sight = sight with { Bids = [.. sight.Bids.Select(b => b.Unsuitable is null && Of(b).Blocked is { } blocked ? b with { Unsuitable = blocked } : b)] };
        await KeepBidsAsync(db, instance, sight.Bids, now, cancellationToken);
        instance.Postpone(now + options.Value.Poll);
        var places = await db.Operations.Where(o => o.InstanceId == instance.Id && o.Kind == OperationKind.Place && o.ExternalId == instance.ExternalId).ToListAsync(cancellationToken);
        if (places.Any(p => p.IsOpen) || instance.Wish.AcceptBidsByHand) { return; }

        var since = now - instance.StateSince;
        var gone = places.Select(p => p.SpecHash).ToHashSet();
        var best = sight.Bids.Where(b => b.Open && b.Unsuitable is null && !gone.Contains(Hashes.Of(b.Ref))).OrderBy(b => Of(b).PerUsefulHour(b.UsdPerGpuHour)).ThenBy(b => b.UsdPerGpuHour).ThenByDescending(b => b.Reliability ?? 0).ThenBy(b => b.Ref, StringComparer.Ordinal).FirstOrDefault();
        if (best is not null && since >= options.Value.BidWait)
        {
            db.Operations.Add(PlaceHandler.For(instance, best, places.Count + 1, now));
            db.Note(now, "instance", instance.Id, Actor, "bid chosen", $"{best.ProviderLabel} at ${best.UsdPerGpuHour:0.0000} per GPU and hour, the cheapest per useful hour of {sight.Bids.Count(b => b.Open && b.Unsuitable is null)} suitable bids");
        }
        else if (best is null && since >= options.Value.BidPatience)
        {
            var why = sight.Bids.Count == 0 ? $"no bids after {since.TotalSeconds:0} s" : $"no suitable bid among {sight.Bids.Count}: {string.Join("; ", sight.Bids.Select(b => b.Unsuitable).OfType<string>().Distinct().Take(4))}";
            await place.GiveUpAuctionAsync(db, instance, new Effect.Refused("no-bids", why, true), now, cancellationToken);
        }
    }

    private static async Task KeepBidsAsync(NirmaanDbContext db, Instance instance, IReadOnlyList<Bid> bids, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var bid in bids)
        {
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO bids (instance_id, ref, provider, provider_label, gpu, usd_per_gpu_hour, reliability, region, open, unsuitable, first_seen_at, expires_at, accepted)
                VALUES ({instance.Id.Value}, {bid.Ref}, {bid.Provider}, {bid.ProviderLabel}, {bid.Gpu?.Id}, {bid.UsdPerGpuHour}, {bid.Reliability}, {bid.Region}, {bid.Open}, {bid.Unsuitable}, {now}, {bid.ExpiresAt}, false)
                ON CONFLICT (instance_id, ref) DO UPDATE SET open = excluded.open, unsuitable = excluded.unsuitable
                """, cancellationToken);
        }
    }

    private async Task SeeStartAsync(NirmaanDbContext db, Instance instance, SupplierInstance? seen, bool isHeld, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (seen?.Status == SupplierStatus.Running)
        {
            db.Change(instance, now, Actor, "running", $"the supplier shows it {seen.RawState}", i => i.MarkRunning(now));
            instance.Postpone(now + options.Value.ObserveEvery);
        }
        else if (IsGone(seen)) { await LoseAsync(db, instance, seen, now, cancellationToken); }
        else if (!isHeld && now - instance.StateSince > options.Value.StartPatience)
        {
            await FailAsync(db, instance, $"not up {options.Value.StartPatience.TotalMinutes:0} minutes after it was rented", LossCause.NeverUp, now, cancellationToken);
        }
        else
        {
            instance.Postpone(now + options.Value.Poll);
            if (seen!.Status == SupplierStatus.Bare) { await SetUpAsync(db, instance, now, cancellationToken); }
        }
    }

    /// <summary>A bare machine gets its miner by an operation of its own, so that a crash in between forgets nothing.</summary>
    private static async Task SetUpAsync(NirmaanDbContext db, Instance instance, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var earlier = await db.Operations.Where(o => o.InstanceId == instance.Id && o.Kind == OperationKind.Change && o.ExternalId == instance.ExternalId).ToListAsync(cancellationToken);
        if (earlier.Exists(o => o.IsOpen)) { return; }
        var miner = await db.Miners.Where(m => m.InstanceId == instance.Id && m.State != MinerState.Stopped).OrderByDescending(m => m.CreatedAt).FirstOrDefaultAsync(cancellationToken);
        if (miner is null) { await FailAsync(db, instance, "it is up, and its miner could not be put on it", LossCause.NotSetUp, now, cancellationToken); return; }
        db.Operations.Add(ChangeHandler.SetUp(instance, miner, earlier.Count + 1, now));
        db.Note(now, "instance", instance.Id, Actor, "setting up", $"the supplier shows it up and bare; {miner.Workload} is put on it");
    }

    private async Task SeeRunAsync(NirmaanDbContext db, Instance instance, SupplierInstance? seen, bool isHeld, DateTimeOffset now, CancellationToken cancellationToken)
    {
        instance.Postpone(now + options.Value.ObserveEvery);
        if (IsGone(seen)) { await LoseAsync(db, instance, seen, now, cancellationToken); return; }
        if (seen!.Status == SupplierStatus.Reclaiming && instance.State == InstanceState.Running)
        {
            db.Change(instance, now, Actor, "being taken back", seen.Reason ?? "the supplier takes it back", i => i.MarkReclaiming(now, seen.ReclaimDeadline, seen.Reason ?? "the supplier takes it back"));
            instance.AskForReplacement();
        }
        if (instance.State == InstanceState.Reclaiming && instance.ReclaimDeadline is { } deadline && now > deadline.AddMinutes(-5))
        {
            await db.WithdrawMinersAsync(instance.Id, now, cancellationToken);
            db.Change(instance, now, Actor, "draining", "its deadline is near", i => i.MarkDraining(now, "its deadline is near"));
        }
        if ((instance.LeavesWhy is not null || instance.State == InstanceState.Reclaiming) && await db.EarningSuccessorAsync(instance.Id, cancellationToken) is { } successor)
        {
            var why = $"{instance.LeavesWhy ?? instance.Reason}; {successor} earns in its place";
            await db.WithdrawMinersAsync(instance.Id, now, cancellationToken);
            db.Change(instance, now, Actor, "draining", why, i => i.MarkDraining(now, why));
            return;
        }
        // A supplier's word alone proves little, and so does silence: both together, for long enough, are a machine that only bills.
        var down = !seen.Reachable ? "the provider cannot be reached" : seen.Status is SupplierStatus.Starting or SupplierStatus.Bare ? $"its container is down ({seen.RawState})" : null;
        if (down is not null && !isHeld && await SilentSinceAsync(db, instance, now, cancellationToken) > options.Value.UnreachablePatience)
        {
            await FailAsync(db, instance, $"{down} and the miner is silent, while the lease bills", LossCause.Silent, now, cancellationToken);
            return;
        }
        if (suppliers.Get(instance.Supplier).Traits.Prepaid && instance.PaidUntil is { } until && until - now < TimeSpan.FromMinutes(options.Value.ExtendWhenMinutesLeft)
            && !await db.Operations.AnyAsync(o => o.InstanceId == instance.Id && o.Kind == OperationKind.Extend && (o.State == OperationState.Intended || o.State == OperationState.Sent || o.State == OperationState.Unknown), cancellationToken))
        {
            db.Operations.Add(ChangeHandler.Extend(instance, options.Value.ExtendHours, now));
        }
    }

    private async Task SeeDrainAsync(NirmaanDbContext db, Instance instance, Sight sight, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (sight.Wait is { } wait && now < wait.Until)
        {
            if (instance.WaitFor(wait.For, wait.Until)) { db.Note(now, "instance", instance.Id, Actor, "waits", $"for {wait.For}, until {wait.Until:u} at the latest"); }
            var next = now + options.Value.Poll;
            instance.Postpone(next < wait.Until ? next : wait.Until);
            return;
        }
        if (sight.Wait is { } over) { db.Note(now, "instance", instance.Id, Actor, "waits no longer", $"its time for {over.For} is up"); }
        await db.StopMinersAsync(instance.Id, now, Actor, instance.Reason ?? "drained", cancellationToken);
        await CloseAsync(db, instance, instance.Reason ?? "drained", now, cancellationToken);
    }

    private async Task SeeCloseAsync(NirmaanDbContext db, Instance instance, SupplierInstance? seen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        instance.Postpone(now + options.Value.ObserveEvery);
        if (instance.ExternalId is null)
        {
            // Nothing known outside: a create that is still under way closes what it makes, one that is not leaves nothing.
            if (!await db.Operations.AnyAsync(o => o.InstanceId == instance.Id && o.Kind == OperationKind.Create && (o.State == OperationState.Sent || o.State == OperationState.Unknown || o.State == OperationState.Intended), cancellationToken))
            {
                db.Change(instance, now, Actor, "closed", "nothing was rented", i => i.MarkClosed(now));
                await db.StopMinersAsync(instance.Id, now, Actor, instance.Reason ?? "called off", cancellationToken);
            }
            return;
        }
        if (seen is null or { Status: SupplierStatus.Closed })
        {
            db.Change(instance, now, Actor, "closed", instance.Reason ?? "given back", i => i.MarkClosed(now));
            await db.StopMinersAsync(instance.Id, now, Actor, instance.Reason ?? "its machine was given back", cancellationToken);
        }
        else { await db.GiveBackAsync(instance, now, cancellationToken); }
    }

    private async Task SeeUnknownAsync(NirmaanDbContext db, Instance instance, SupplierInstance? seen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        instance.Postpone(now + options.Value.Poll * 3);
        if (instance.ExternalId is null) { return; }
        if (IsGone(seen)) { await LoseAsync(db, instance, seen, now, cancellationToken); }
        else if (seen!.Status == SupplierStatus.Running) { db.Change(instance, now, Actor, "running", "seen again", i => i.MarkRunning(now)); }
        else if (seen.Status is SupplierStatus.Starting or SupplierStatus.Bare) { db.Change(instance, now, Actor, "starting", "seen again", i => i.MarkStarting(now, seen.UsdPerGpuHour, seen.Provider, seen.Region, seen.PaidUntil)); }
    }

    /// <summary>It vanished. What the supplier still holds (money in an auction without a lease) is given back, and another machine is asked for.</summary>
    private static async Task LoseAsync(NirmaanDbContext db, Instance instance, SupplierInstance? seen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var why = seen is null ? "the supplier knows nothing of it" : seen.Reason is { Length: > 0 } reason ? reason : $"the supplier shows it as {seen.RawState}";
        // What failed but is still there is closed too: "failed" is a word, an answered close is an end.
        var cause = instance.State == InstanceState.Reclaiming ? LossCause.TakenBack : instance.RunningAt is null ? LossCause.NeverUp : LossCause.Gone;
        await FailAsync(db, instance, why, cause, now, cancellationToken, stillOutside: seen is { Status: SupplierStatus.Lost or SupplierStatus.Failed });
    }

    private static async Task FailAsync(NirmaanDbContext db, Instance instance, string why, LossCause loss, DateTimeOffset now, CancellationToken cancellationToken, bool stillOutside = true)
    {
        // Who was to leave, or was being taken back, may have another in its place already.
        var wanted = instance.State is not InstanceState.Draining
            && !((instance.LeavesWhy is not null || instance.State == InstanceState.Reclaiming) && await db.Instances.AnyAsync(i => i.Replaces == instance.Id, cancellationToken));
        db.Change(instance, now, Actor, "failed", why, i => i.MarkFailed(now, why, stillOutside, replace: wanted, loss));
        await db.StopMinersAsync(instance.Id, now, Actor, why, cancellationToken);
        if (stillOutside) { await db.GiveBackAsync(instance, now, cancellationToken); }
    }

    internal static async Task CloseAsync(NirmaanDbContext db, Instance instance, string why, DateTimeOffset now, CancellationToken cancellationToken)
    {
        db.Change(instance, now, Actor, "closing", why, i => i.MarkClosing(now, why));
        await db.GiveBackAsync(instance, now, cancellationToken);
    }

    private static async Task<TimeSpan> SilentSinceAsync(NirmaanDbContext db, Instance instance, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A miner that was only just set up on it has had no time to speak.
        var heard = await db.Miners.Where(m => m.InstanceId == instance.Id).MaxAsync(m => (DateTimeOffset?)(m.LastHeartbeatAt ?? m.CreatedAt), cancellationToken);
        return now - (heard ?? instance.RunningAt ?? instance.StateSince);
    }

    private static bool IsGone(SupplierInstance? seen) => seen is null or { Status: SupplierStatus.Closed or SupplierStatus.Failed or SupplierStatus.Lost };

    [LoggerMessage(Level = LogLevel.Warning, Message = "A hold on due rows could not be renewed")]
    private partial void LogHoldFailed(Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Instance {Instance} belongs to another worker now; nothing was written")]
    private partial void LogLostRow(Guid instance);

    [LoggerMessage(Level = LogLevel.Error, Message = "Instance {Instance} could not be attended")]
    private partial void LogFailed(Exception e, Guid instance);
}
