using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Data.Configurations;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Live;

/// <summary>How old what we know is, per source. Null = never read.</summary>
/// <param name="Offers">Newest offer seen.</param>
/// <param name="Machines">The live machine that its supplier showed longest ago.</param>
/// <param name="Heartbeats">Newest report of an agent.</param>
/// <param name="Uptime">End of the newest scored hour.</param>
/// <param name="Points">Newest reading of a counter.</param>
/// <param name="Rewards">Everything paid before is entered, on every network that was ever read.</param>
/// <param name="Prices">Newest price.</param>
/// <param name="Stakes">Newest final block read.</param>
/// <param name="Epochs">When an epoch was closed last.</param>
/// <param name="Checked">When the books were checked last.</param>
public sealed record Freshness(
    DateTimeOffset? Offers, DateTimeOffset? Machines, DateTimeOffset? Heartbeats, DateTimeOffset? Uptime, DateTimeOffset? Points, DateTimeOffset? Rewards, DateTimeOffset? Prices,
    DateTimeOffset? Stakes, DateTimeOffset? Epochs, DateTimeOffset? Checked);

/// <summary>Reads of how old the data are.</summary>
public sealed class FreshnessQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>Per source.</summary>
    public async Task<Freshness> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return new Freshness(
            await db.Offers.MaxAsync(o => (DateTimeOffset?)o.SeenAt, cancellationToken),
            await db.Instances.Where(i => i.BilledFrom != null && i.ClosedAt == null).MinAsync(i => i.ObservedAt, cancellationToken),
            await db.Miners.Where(m => m.State != MinerState.Stopped).MaxAsync(m => m.LastHeartbeatAt, cancellationToken),
            (await db.UptimeWindows.MaxAsync(w => (DateTimeOffset?)w.StartsAt, cancellationToken)) + Domain.Uptime.UptimeWindow.Length,
            await db.PointsSamples.MaxAsync(s => (DateTimeOffset?)s.At, cancellationToken),
            await db.RewardCursors.MinAsync(c => c.ReadTo, cancellationToken),
            await db.Prices.Where(p => !EF.Property<bool>(p, PriceQuoteConfiguration.Rejected)).MaxAsync(p => (DateTimeOffset?)p.At, cancellationToken),
            await ChainCursors.StakesReadToAsync(db, cancellationToken),
            await db.Distributions.MaxAsync(d => (DateTimeOffset?)d.ClosedAt, cancellationToken),
            await db.Settings.Where(s => s.Key == CheckInvariants.SettingKey).Select(s => (DateTimeOffset?)s.At).SingleOrDefaultAsync(cancellationToken));
    }
}
