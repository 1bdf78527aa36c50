using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>
/// Reads what the networks paid. A page of rewards, their bookings and the cursor behind it are one transaction, and a reward is unique by its
/// network and id, so neither a crash nor a second reader enters one twice.
/// </summary>
public sealed partial class IngestRewards(
    IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, ControlEvents events, TimeProvider clock, ILogger<IngestRewards> logger)
{
    private sealed record Owner(MinerId Id, string NetworkKey, string Beneficiary);

    /// <summary>Reads every network to its end.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        List<string> lines = [];
        foreach (var network in networks.All)
        {
            try
            {
                var stored = await IngestAsync(network, cancellationToken);
                if (stored > 0) { events.Changed(Topic.Rewards); }
                LogIngested(network.Network, stored);
                lines.Add($"{network.Network}: {stored} new rewards");
            }
            catch (SupplierUnavailableException e)
            {
                LogUnread(network.Network, e);
                lines.Add($"{network.Network}: not readable");
            }
        }
        return lines.Count == 0 ? "No network is switched on." : string.Join("; ", lines);
    }

    private async Task<int> IngestAsync(IMiningNetwork network, CancellationToken cancellationToken)
    {
        // Before the first read: what became final while we read may or may not be among it.
        var began = clock.GetUtcNow();
        var stored = 0;
        while (true)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var cursor = await db.RewardCursors.AsNoTracking().Where(c => c.Network == network.Network).Select(c => c.Cursor).SingleOrDefaultAsync(cancellationToken);
            var accounts = await db.Miners.Where(m => m.Network == network.Network).Select(m => m.PayoutAddress).Distinct().ToListAsync(cancellationToken);
            var page = accounts.Count == 0 ? new RewardPage([], cursor) : await network.ReadRewardsAsync(cursor, accounts, cancellationToken);
            if (await StoreAsync(db, network.Network, cursor, page, began, cancellationToken) is not { } added) { continue; }
            stored += added;
            if (page.Rewards.Count == 0) { return stored; }
            if (page.Cursor == cursor) { throw new InvalidOperationException($"{network.Network} answered {page.Rewards.Count} rewards without moving its cursor '{cursor}'."); }
        }
    }

    /// <summary>Stores a page; null = another reader moved the cursor meanwhile, so the page is read anew.</summary>
    private async Task<int?> StoreAsync(NirmaanDbContext db, NetworkName network, string? readFrom, RewardPage page, DateTimeOffset began, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"INSERT INTO reward_cursors (network) VALUES ({network.Value}) ON CONFLICT DO NOTHING", cancellationToken);
        var cursor = (await db.RewardCursors.FromSql($"SELECT *, xmin FROM reward_cursors WHERE network = {network.Value} FOR UPDATE").ToListAsync(cancellationToken))[0];
        if (cursor.Cursor != readFrom) { return null; }

        var fresh = await DropKnownAsync(db, network, page.Rewards, cancellationToken);
        var owners = await OwnersAsync(db, network, fresh, cancellationToken);
        foreach (var reading in fresh)
        {
            var owner = reading.NetworkKey is { } key ? owners.GetValueOrDefault(key) : null;
            if (owner is null) { LogUnattributed(network, reading.ExternalId, reading.NetworkKey ?? "no key"); }
            var reward = new Reward(reading with { At = reading.At.ToUniversalTime() }, owner?.Id, owner?.Beneficiary ?? Beneficiary.NrmPool.Name, now);
            db.Rewards.Add(reward);
            var holder = reward.Beneficiary == Beneficiary.NrmPool.Name ? LedgerAccounts.Pool : LedgerAccounts.Client(reward.Beneficiary);
            db.Ledger.AddRange(new LedgerBooking(reward.At, LedgerCauses.Reward, LedgerSubjects.Reward(network, reading.ExternalId))
                .Move(LedgerAccounts.Network(network), holder, new TokenAmount(reading.Units, reading.Asset)).ToEntries());
        }
        cursor.MoveTo(page.Cursor);
        if (page.Rewards.Count == 0) { cursor.MarkReadTo(began); }
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return fresh.Count;
    }

    private static async Task<List<RewardReading>> DropKnownAsync(NirmaanDbContext db, NetworkName network, IReadOnlyList<RewardReading> readings, CancellationToken cancellationToken)
    {
        var ids = readings.Select(r => r.ExternalId).ToList();
        var known = await db.Rewards.Where(r => r.Network == network && ids.Contains(r.ExternalId)).Select(r => r.ExternalId).ToListAsync(cancellationToken);
        return [.. readings.DistinctBy(r => r.ExternalId).ExceptBy(known, r => r.ExternalId)];
    }

    private static async Task<Dictionary<string, Owner>> OwnersAsync(NirmaanDbContext db, NetworkName network, List<RewardReading> readings, CancellationToken cancellationToken)
    {
        var keys = readings.Select(r => r.NetworkKey).OfType<string>().Distinct().ToList();
        return await db.Miners.Where(m => m.Network == network && keys.Contains(m.NetworkKey))
            .Select(m => new Owner(m.Id, m.NetworkKey, m.Beneficiary)).ToDictionaryAsync(m => m.NetworkKey, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Network}: {Rewards} new rewards")]
    private partial void LogIngested(NetworkName network, int rewards);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Network}: reward {Reward} belongs to no miner of ours ({Key}); it goes to the pool")]
    private partial void LogUnattributed(NetworkName network, string reward, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rewards of {Network} could not be read")]
    private partial void LogUnread(NetworkName network, SupplierUnavailableException exception);
}
