using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Uptime;

/// <summary>
/// Says of each live miner what it is, from what its agent reports and what its network credits, and fills in the articles' steps. Everything
/// follows from stored facts and the clock, so a repeated run changes nothing.
/// </summary>
public sealed partial class JudgeMiners(
    IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, ControlEvents events, TimeProvider clock, IOptions<UptimeOptions> options,
    ILogger<JudgeMiners> logger)
{
    /// <summary>Judges all live miners.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var unread = await ReadCreditsAsync(db, cancellationToken);
        var miners = await db.Miners.AsNoTracking().Where(m => m.State != MinerState.Stopped).ToListAsync(cancellationToken);
        var steps = await MinerStepReader.ReadAsync(db, [.. miners.Where(IsIncomplete)], cancellationToken);
        int changed = 0, stepped = 0;
        foreach (var miner in miners)
        {
            var (state, events) = (miner.State, new List<TimelineEvent>());
            Reach(miner, steps.GetValueOrDefault(miner.Id), events);
            stepped += events.Count;
            var reason = miner.Reason;
            Judge(miner, clock.GetUtcNow(), events);
            if (events.Count == 0 && reason == miner.Reason) { continue; }
            if (await StoreAsync(db, miner, state, events, cancellationToken) && state != miner.State) { changed++; }
        }
        if (changed + stepped > 0) { events.Changed(Topic.Fleet); }
        LogJudged(miners.Count, changed, stepped);
        return $"{miners.Count} miners: {changed} changed state, {stepped} steps reached{(unread.Count > 0 ? $"; not readable: {string.Join(", ", unread)}" : "")}.";
    }

    private static bool IsIncomplete(Miner miner) =>
        miner.Steps is { Rented: null } or { GpuVerified: null } or { FilesReady: null } or { ModelLoaded: null } or { Enrolled: null } or { FirstCredit: null };

    private async Task<List<NetworkName>> ReadCreditsAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var unread = new List<NetworkName>();
        foreach (var network in networks.All)
        {
            var miners = await db.Miners.AsNoTracking().Where(m => m.Network == network.Network && m.State != MinerState.Stopped)
                .Select(m => new { m.Id, m.NetworkKey }).ToDictionaryAsync(m => m.NetworkKey, m => m.Id, cancellationToken);
            if (miners.Count == 0) { continue; }
            try
            {
                var credits = await network.ReadCreditsAsync(miners.Keys, now, cancellationToken);
                var times = credits
                    .Where(c => miners.ContainsKey(c.NetworkKey) && (c.Active || c.LastCreditAt is not null))
                    // A network whose clock is ahead must not keep a miner Earning for longer.
                    .Select(c => KeyValuePair.Create(miners[c.NetworkKey], c.Active || c.LastCreditAt > now ? now : c.LastCreditAt!.Value))
                    .ToList();
                await MinerCredits.StoreAsync(db, times, cancellationToken);
            }
            catch (SupplierUnavailableException e)
            {
                LogUnread(network.Network, e);
                unread.Add(network.Network);
            }
        }
        return unread;
    }

    private static void Reach(Miner miner, MinerSteps? seen, List<TimelineEvent> events)
    {
        if (seen is null) { return; }
        void Note(DateTimeOffset? before, DateTimeOffset? now, string what, string why)
        {
            if (before is null && now is { } at) { events.Add(Event(miner, at, what, why)); }
        }
        Note(miner.Steps.Rented, seen.Rented, "machine rented", "the supplier bills it");
        Note(miner.Steps.GpuVerified, seen.GpuVerified, "GPU verified", "the agent read it before it started the miner");
        Note(miner.Steps.FilesReady, seen.FilesReady, "files ready", "the agent no longer installs");
        Note(miner.Steps.ModelLoaded, seen.ModelLoaded, "model loaded", "the agent reports that it serves");
        Note(miner.Steps.Enrolled, seen.Enrolled, "enrolled", $"{miner.Network} knows it");
        Note(miner.Steps.FirstCredit, seen.FirstCredit, "first credited work", $"{miner.Network} credits it");
        miner.Reach(seen);
    }

    private void Judge(Miner miner, DateTimeOffset now, List<TimelineEvent> events)
    {
        var (state, why) = MinerRules.StateOf(miner, now, options.Value.SilentAfter, options.Value.CreditReach);
        foreach (var step in MinerRules.PathTo(miner.State, state))
        {
            var before = miner.State;
            if (!miner.Become(step, now, why)) { continue; }
            events.Add(Event(miner, now, $"became {step.ToString().ToLowerInvariant()}", why ?? Reason(miner, step), before, step));
        }
    }

    private string Reason(Miner miner, MinerState state) => state switch
    {
        MinerState.Earning => $"{miner.Network} credited its work in the last {options.Value.CreditReach.TotalMinutes:0} minutes",
        MinerState.Idle when miner.LastCreditAt is { } credit => $"it serves, and {miner.Network} last credited it at {credit:u}",
        MinerState.Idle => $"it serves; {UncreditedWords.Of(miner.Network, miner.JobsDone)}",
        MinerState.WarmingUp => "its model loads",
        _ => $"its agent reports {miner.ReportedState}",
    };

    private static TimelineEvent Event(Miner miner, DateTimeOffset at, string what, string why, MinerState? before = null, MinerState? after = null) =>
        new(at, "miner", miner.Id.ToString(), nameof(JudgeMiners), what, why, before?.ToString(), after?.ToString());

    /// <summary>Writes only while the state is still the one judged: who stopped the miner meanwhile has the last word.</summary>
    private static async Task<bool> StoreAsync(NirmaanDbContext db, Miner miner, MinerState judged, List<TimelineEvent> events, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var written = await db.Miners.Where(m => m.Id == miner.Id && m.State == judged).ExecuteUpdateAsync(m => m
            .SetProperty(x => x.State, miner.State).SetProperty(x => x.Reason, miner.Reason).SetProperty(x => x.StateSince, miner.StateSince)
            .SetProperty(x => x.Steps, miner.Steps), cancellationToken);
        if (written == 0) { return false; }
        db.Timeline.AddRange(events);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Judged {Miners} miners: {Changed} changed state, {Steps} steps reached")]
    private partial void LogJudged(int miners, int changed, int steps);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Network} could not be read; its miners are judged by what was known")]
    private partial void LogUnread(NetworkName network, SupplierUnavailableException exception);
}
