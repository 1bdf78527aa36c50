using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Rewards;

/// <summary>
/// Reads the networks' points counters, stores what each reading adds, and shares it out to the miners that worked for the account since the
/// reading before. A miner that worked while its counter rose is credited. A reading that is stored already adds nothing again.
/// </summary>
public sealed partial class SamplePoints(
    IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, ControlEvents events, TimeProvider clock, ILogger<SamplePoints> logger)
{
    /// <summary>Samples every network.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        List<string> lines = [];
        foreach (var network in networks.All)
        {
            try
            {
                if (await SampleAsync(network, cancellationToken) is { } line) { lines.Add(line); }
            }
            catch (SupplierUnavailableException e)
            {
                LogUnread(network.Network, e);
                lines.Add($"{network.Network}: not readable");
            }
        }
        if (lines.Count > 0) { events.Changed(Topic.Rewards); }
        return lines.Count == 0 ? "No network counts points for a miner of ours." : string.Join("; ", lines);
    }

    private async Task<string?> SampleAsync(IMiningNetwork network, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var accounts = await db.Miners.Where(m => m.Network == network.Network).Select(m => m.PayoutAddress).Distinct().ToListAsync(cancellationToken);
        if (accounts.Count == 0) { return null; }
        var readings = (await network.ReadPointsAsync(accounts, clock.GetUtcNow(), cancellationToken)).Select(r => r with { At = StoredTime.Of(r.At) }).ToList();
        if (readings.Count == 0) { return null; }
        int stored = 0, irregular = 0;
        foreach (var reading in readings)
        {
            if (await StoreAsync(db, network, reading, cancellationToken) is not { } sample) { continue; }
            stored++;
            if (sample.Irregularity is { } irregularity)
            {
                irregular++;
                LogIrregular(network.Network, reading.Kind, reading.Account, irregularity);
            }
        }
        return $"{network.Network}: {stored} of {readings.Count} readings are new{(irregular > 0 ? $", {irregular} irregular" : "")}";
    }

    private static async Task<PointsSample?> StoreAsync(NirmaanDbContext db, IMiningNetwork network, PointsReading reading, CancellationToken cancellationToken)
    {
        var before = await db.PointsSamples.AsNoTracking()
            .Where(s => s.Network == reading.Network && s.Kind == reading.Kind && s.Account == reading.Account)
            .OrderByDescending(s => s.At).FirstOrDefaultAsync(cancellationToken);
        if (before is not null && reading.At <= before.At) { return null; }
        var (earned, irregularity) = PointsCounter.Difference(before?.Counter, reading.Counter);
        var sample = new PointsSample(reading.Network, reading.Kind, reading.Account, reading.At, reading.Counter, earned, irregularity, reading.Source);
        var work = before is null || earned == 0 ? [] : await WorkAsync(db, network, reading, before.At, cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        db.PointsSamples.Add(sample);
        db.PointsAwards.AddRange(PointsCounter.ShareOut(earned, work).Where(p => p.Points != 0).Select(p => new PointsAward(p.Miner, reading.Kind, sample.At, p.Points)));
        await db.SaveChangesAsync(cancellationToken);
        if (earned > 0)
        {
            await MinerCredits.StoreAsync(db, [.. work.Where(w => w.Work > 0).Select(w => KeyValuePair.Create(w.Miner, sample.At))], cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        return sample;
    }

    /// <summary>The miners of the account that could earn this kind since the reading before, each with the jobs it reported in that time by their weight.</summary>
    private static async Task<IReadOnlyList<(MinerId Miner, decimal Work)>> WorkAsync(
        NirmaanDbContext db, IMiningNetwork network, PointsReading reading, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var weights = network.WorkloadsOf(reading.Kind, reading.At);
        var workloads = weights.Keys.ToList();
        var miners = await db.Miners
            .Where(m => m.Network == network.Network && m.PayoutAddress == reading.Account && workloads.Contains(m.Workload)
                && m.CreatedAt < reading.At && (m.StoppedAt == null || m.StoppedAt > since))
            .OrderBy(m => m.CreatedAt).ThenBy(m => m.Id).Select(m => new { m.Id, m.Workload }).ToListAsync(cancellationToken);
        var heartbeats = await HeartbeatReader.ReadAsync(db, [.. miners.Select(m => m.Id)], since, reading.At, cancellationToken);
        return [.. miners.Select(m => (m.Id, weights[m.Workload] * UptimeWindow.JobsBetween(heartbeats[m.Id], since, reading.At)))];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Network}, {Kind} of {Account}: {Irregularity}")]
    private partial void LogIrregular(NetworkName network, string kind, string account, string irregularity);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Points of {Network} could not be read")]
    private partial void LogUnread(NetworkName network, SupplierUnavailableException exception);
}
