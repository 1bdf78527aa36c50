using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Market;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Storm.Tests;

/// <summary>
/// A day of twenty machines in bad weather: two workers do the schedule's verbs in an order that the seed draws, people launch, retire and
/// switch, machines die, and time jumps. Then the weather clears and the books are closed.
/// </summary>
internal sealed class Storm(StormWorld world, Mutation mutation)
{
    private static readonly TimeSpan s_day = TimeSpan.FromHours(24);
    private readonly StormWorker?[] _workers = new StormWorker?[2];
    private readonly List<Line> _lines = [];
    private readonly List<string> _written = [];
    private (StormWorker Sleeper, Dictionary<Guid, string> Rows)? _overtaken;
    private readonly CapWatch _caps = new(world);
    private Npgsql.NpgsqlCommand? _look, _versions;
    private int _deaths;

    private sealed record Line(string Name, TimeSpan Every, Func<StormWorker, Task> Run) { public DateTimeOffset Due { get; set; } }

    private Random Draw => world.Weather.Draw;

    /// <summary>How often a worker died.</summary>
    public int Deaths => _deaths;

    /// <summary>What must hold and does not; empty = all holds.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        world.Others = OvertakeAsync;
        world.BeforeSpending = _caps.LookAsync;
        AddLines();
        await DoAsync(0, "offers", w => w.Get<SyncOffers>().RunAsync(w.Life));
        world.Weather.Rages = true;
        PlanTheDay();
        await PassAsync(world.Now + s_day);
        world.Weather.Rages = false;
        foreach (var provider in _lost) { await StrikeAsync(WorldEvent.RestoreProvider, provider); }
        await DoAsync(0, "spending allowed", w => w.Get<SpendingSwitch>().RunAsync(null, "storm", w.Life));
        await PassAsync(world.Now + TimeSpan.FromMinutes(90));
        var verdict = new Verdict(world, await WorkerAsync(0));
        List<string> wrong = [.. _written, .. _caps.Exceeded, .. await verdict.OwnersAsync()];
        // What was lost and found no other by now is no longer wanted either.
        _lines.RemoveAll(l => l.Name == "replace");
        foreach (var instance in await verdict.LiveAsync()) { await DoAsync(0, "retire", w => w.Get<RetireInstance>().RunAsync(instance, "storm", "the day is over", w.Life)); }
        await PassAsync(world.Now + TimeSpan.FromMinutes(75));
        await DoAsync(0, "bills", w => w.Get<ReadBills>().RunAsync(w.Life));
        await DoAsync(0, "meter", w => w.Get<MeterRent>().RunAsync(w.Life));
        wrong.AddRange(await verdict.EndAsync());
        world.Weather.Note(await verdict.HistoryAsync());
        foreach (var worker in _workers) { if (worker is not null) { await worker.DisposeAsync(); } }
        return wrong;
    }

    private void AddLines()
    {
        void Add(string name, int minutes, Func<StormWorker, Task> run) => _lines.Add(new Line(name, TimeSpan.FromMinutes(minutes), run) { Due = world.Now.AddMinutes(Draw.Next(minutes)) });
        if (mutation != Mutation.NoReconciler) { Add("reconcile", 30, w => w.Get<ReconcileSupplier>().RunAsync(w.Life)); }
        Add("replace", 20, w => w.Get<ReplaceLost>().RunAsync(w.Life));
        Add("enrol", 45, w => w.Get<EnrolMiner>().RunAsync(w.Life));
        Add("bills", 180, w => w.Get<ReadBills>().RunAsync(w.Life));
        Add("meter", 180, w => w.Get<MeterRent>().RunAsync(w.Life));
        Add("offers", 240, w => w.Get<SyncOffers>().RunAsync(w.Life));
        Add("hear", 30, HearAsync);
    }

    /// <summary>Runs until a time: at each moment at which something is due, all that is due in an order of the seed's, on workers of its choice.</summary>
    private async Task PassAsync(DateTimeOffset end)
    {
        var happenings = world.Happenings;
        while (world.Now < end)
        {
            while (happenings.Count > 0 && happenings.Keys[0] <= world.Now)
            {
                var happening = happenings.Values[0];
                happenings.RemoveAt(0);
                await happening();
            }
            var due = _lines.Where(l => l.Due <= world.Now).OrderBy(_ => Draw.Next()).ToList();
            foreach (var line in due)
            {
                line.Due = world.Now + line.Every;
                await DoAsync(Draw.Next(2), line.Name, line.Run);
            }
            var (operation, instance) = await DueAsync();
            if (operation <= world.Now || instance <= world.Now)
            {
                await RoundsAsync(Draw.Next(2), operation <= world.Now, instance <= world.Now);
                (operation, instance) = await DueAsync();
            }
            var next = new[] { operation, instance, _lines.Min(l => l.Due), end }.Min();
            if (happenings.Count > 0 && happenings.Keys[0] < next) { next = happenings.Keys[0]; }
            await world.AdvanceAsync(next > world.Now.AddSeconds(1) ? next : world.Now.AddSeconds(1));
        }
    }

    private async Task RoundsAsync(int worker, bool operations = true, bool instances = true)
    {
        List<string> rounds = [.. operations ? [nameof(RunOperations)] : Array.Empty<string>(), .. instances ? [nameof(AttendInstances)] : Array.Empty<string>()];
        if (rounds.Count > 1 && Draw.Next(2) == 0) { rounds.Reverse(); }
        foreach (var name in rounds) { await DoAsync(worker, name, w => w.All<IFleetRound>().Single(r => r.GetType().Name == name).RunAsync(w.Life)); }
    }

    /// <summary>A worker sleeps, and the other works: from then on what the other has attended is no longer the sleeper's to write.</summary>
    private async Task OvertakeAsync(StormWorker sleeper)
    {
        var before = await VersionsAsync();
        await RoundsAsync(_workers[0] == sleeper ? 1 : 0);
        _overtaken = (sleeper, (await VersionsAsync()).Where(r => before.TryGetValue(r.Key, out var version) && version != r.Value).ToDictionary());
    }

    private async Task<Dictionary<Guid, string>> VersionsAsync()
    {
        _versions ??= await world.LookAsync("SELECT id, xmin::text FROM operations");
        await using var reader = await _versions.ExecuteReaderAsync();
        Dictionary<Guid, string> rows = [];
        while (await reader.ReadAsync()) { rows[reader.GetGuid(0)] = reader.GetString(1); }
        return rows;
    }

    /// <summary>One verb by one worker, which may not live to see its end.</summary>
    private async Task DoAsync(int index, string? what, Func<StormWorker, Task> verb)
    {
        var worker = await WorkerAsync(index);
        if (what is not null) { world.Weather.Note($"{worker.Name} {what}"); }
        try { await verb(worker); }
        catch (Exception) when (worker.IsDead) { }
        // A job that fails is shown and comes again at its next turn.
        catch (Exception e) when (e is SupplierUnavailableException or DbUpdateException) { world.Weather.Note($"{worker.Name} {what} failed: {e.GetType().Name}"); }
        if (_overtaken is { } overtaken && overtaken.Sleeper == worker)
        {
            _overtaken = null;
            var now = await VersionsAsync();
            _written.AddRange(overtaken.Rows.Where(r => now[r.Key] != r.Value).Select(r => $"written by a worker that no longer held it: operation {r.Key}"));
        }
        if (worker.IsDead && _workers[index] == worker)
        {
            _deaths++;
            _workers[index] = null;
            await worker.DisposeAsync();
        }
    }

    private Task<StormWorker> WorkerAsync(int index) => Task.FromResult(_workers[index] is { IsDead: false } alive ? alive : _workers[index] = new StormWorker(world, index == 0 ? "A" : "B", mutation));

    /// <summary>When the next operation and the next instance may be taken: due, and held by nobody or by a worker whose lease is over. The test's own look, which no weather befalls.</summary>
    private async Task<(DateTimeOffset Operation, DateTimeOffset Instance)> DueAsync()
    {
        _look ??= await world.LookAsync("""
            SELECT coalesce((SELECT min(greatest(due_at, token_until)) FROM operations WHERE state IN ('Intended', 'Sent', 'Unknown', 'Closing')), 'infinity'),
                   coalesce((SELECT min(greatest(due_at, token_until)) FROM instances WHERE state NOT IN ('Closed', 'Failed')), 'infinity')
            """);
        await using var reader = await _look.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1));
    }

    private async Task HearAsync(StormWorker worker)
    {
        await using var db = Verdict.Open(world);
        foreach (var miner in await db.Miners.Where(m => m.State != MinerState.Stopped).OrderBy(m => m.Id).ToListAsync())
        {
            // Some reports never arrive.
            if (Draw.Next(8) == 0) { continue; }
            var runs = world.Yard.All.Any(c => c.Phase == Sandbox.Containers.ContainerPhase.Running && c.Spec.Env.GetValueOrDefault("AGENT_TOKEN")?.Contains(miner.Id.Value.ToString("N"), StringComparison.Ordinal) == true);
            if (runs) { miner.Hear("serving", world.Now, 0, null); }
        }
        await db.SaveChangesAsync();
    }

    private readonly List<string> _lost = [];
    private static readonly SupplierName[] s_suppliers = [SupplierName.Akash, SupplierName.IoNet, SupplierName.RunPod, SupplierName.Own];

    private void PlanTheDay()
    {
        void At(double hours, Func<Task> what) => world.Happen(world.Now.AddHours(hours), what);
        for (var i = 0; i < 8; i++)
        {
            var (count, key, supplier) = (i < 4 ? 3 : 2, $"launch-{i}", s_suppliers[i % 4]);
            At(0.1 + Draw.NextDouble() * 8, () => LaunchAsync(key, count, supplier));
        }
        for (var i = 0; i < 5; i++) { At(2 + Draw.NextDouble() * 20, RetireOneAsync); }
        for (var i = 0; i < 2; i++) { At(2 + Draw.NextDouble() * 20, SwitchOneAsync); }
        for (var i = 0; i < 8; i++) { At(1 + Draw.NextDouble() * 22, HarmOneAsync); }
        for (var i = 0; i < 2; i++) { At(1 + Draw.NextDouble() * 22, () => world.AdvanceAsync(world.Now.AddMinutes(5 + Draw.Next(115)))); }
        var stop = 1 + Draw.NextDouble() * 18;
        At(stop, () => DoAsync(0, "spending stopped", w => w.Get<SpendingSwitch>().RunAsync("a drill", "storm", w.Life)));
        At(stop + 1, () => DoAsync(0, "spending allowed", w => w.Get<SpendingSwitch>().RunAsync(null, "storm", w.Life)));
    }

    private async Task LaunchAsync(string key, int count, SupplierName supplier)
    {
        var request = new LaunchRequest(new WorkloadName("heurist-sd"), count, 0.9m, Provider: supplier, Reason: "storm");
        // A person whose page died asks again with the same key.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var outcome = "died";
            await DoAsync(Draw.Next(2), $"launch {count} at {supplier}", async w => outcome = (await w.Get<LaunchInstance>().RunAsync(request, key, "storm", w.Life)) is LaunchOutcome.Refused refused ? refused.Why : "accepted");
            world.Weather.Note($"{key}: {outcome}");
            if (outcome != "died") { return; }
        }
    }

    private async Task<Instance?> OneAsync(params InstanceState[] states)
    {
        await using var db = Verdict.Open(world);
        var all = await db.Instances.AsNoTracking().Where(i => states.Contains(i.State)).OrderBy(i => i.Id).ToListAsync();
        return all.Count == 0 ? null : all[Draw.Next(all.Count)];
    }

    private async Task RetireOneAsync()
    {
        if (await OneAsync(InstanceState.Requested, InstanceState.Placing, InstanceState.Starting, InstanceState.Running, InstanceState.Unknown) is not { } one) { return; }
        await DoAsync(Draw.Next(2), $"retire {one.Id}", w => w.Get<RetireInstance>().RunAsync(one.Id, "storm", "no longer wanted", w.Life));
    }

    private async Task SwitchOneAsync()
    {
        if (await OneAsync(InstanceState.Running) is not { } one) { return; }
        await DoAsync(Draw.Next(2), $"switch {one.Id}", w => w.Get<SwitchWorkload>().RunAsync(one.Id, new WorkloadName("heurist-sd"), "storm", "a plan", w.Life));
    }

    private async Task HarmOneAsync()
    {
        if (await OneAsync(InstanceState.Starting, InstanceState.Running) is not { ExternalId: { } id } one) { return; }
        var kind = Draw.Next(4);
        world.Weather.Note($"harm {kind} {id}");
        if (one.Supplier == SupplierName.Own) { if (world.Machines.Standing.Any(m => m.Id == id)) { world.Machines.Lose(id); } return; }
        if (one.Supplier == SupplierName.Akash && kind == 3 && one.Provider is { } provider) { _lost.Add(provider); await StrikeAsync(WorldEvent.LoseProvider, provider); return; }
        await StrikeAsync(kind switch { 0 => WorldEvent.CloseLease, 1 when one.Supplier == SupplierName.Akash => WorldEvent.ReclaimLease, _ => WorldEvent.LoseMachine }, id);
    }

    private async Task StrikeAsync(string kind, string id)
    {
        foreach (var supplier in world.Suppliers) { if (await supplier.StrikeAsync(new WorldEvent(kind, id), CancellationToken.None)) { return; } }
    }
}
