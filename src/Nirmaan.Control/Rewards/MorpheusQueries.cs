using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>The miner whose model it is.</summary>
public sealed record MorMiner(MinerId Id, InstanceId Instance, MinerState State);

/// <summary>Our provider on Morpheus: its account with the contract, whose miner each model is, and what arrived of what was paid.</summary>
/// <param name="Miners">By model.</param>
/// <param name="Reconciliation">Null = not all sessions were read, so that nothing can be held against them.</param>
/// <param name="PerDay">Earned a day in the last seven, or since the first session, wei.</param>
/// <param name="ReadTo">Up to when transfers are read; null = none was.</param>
public sealed record MorBooks(MorAccount Account, IReadOnlyDictionary<string, MorMiner> Miners, MorReconciliation? Reconciliation, BigInteger PerDay, DateTimeOffset? ReadTo);

/// <summary>Reads of Morpheus beside our books. There is nothing to read where Morpheus is switched off.</summary>
public sealed class MorpheusQueries(IDbContextFactory<NirmaanDbContext> contexts, IEnumerable<IMorpheusAccount> accounts, TimeProvider clock)
{
    private static readonly TimeSpan s_pace = TimeSpan.FromDays(7), s_shortest = TimeSpan.FromDays(1);
    private readonly IMorpheusAccount? _account = accounts.FirstOrDefault();

    /// <summary>False = no Morpheus is configured.</summary>
    public bool IsOn => _account is not null;

    /// <summary>The account beside our books; null where Morpheus is switched off.</summary>
    /// <exception cref="SupplierUnavailableException">Node or chain cannot be read.</exception>
    public async Task<MorBooks?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_account is null) { return null; }
        var now = clock.GetUtcNow();
        var account = await _account.ReadAsync(now, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var miners = await db.Miners.AsNoTracking().Where(m => m.Network == NetworkName.Morpheus)
            .Select(m => new { m.NetworkKey, Miner = new MorMiner(m.Id, m.InstanceId, m.State) }).ToDictionaryAsync(m => m.NetworkKey, m => m.Miner, cancellationToken);
        var readTo = await db.RewardCursors.AsNoTracking().Where(c => c.Network == NetworkName.Morpheus).Select(c => c.ReadTo).SingleOrDefaultAsync(cancellationToken);
        var keys = miners.ToDictionary(m => m.Value.Id, m => m.Key);
        var provider = account.Provider.ToLowerInvariant();
        // Addresses are kept as they were configured, with their checksum or without.
        var received = await db.Database.SqlQuery<ReceivedRow>(
            $"""SELECT miner_id AS "MinerId", sum(units) AS "Units" FROM rewards WHERE network = {NetworkName.Morpheus.Value} AND asset_id = {Asset.Mor.Id} AND lower(paid_to) = {provider} GROUP BY miner_id""")
            .ToListAsync(cancellationToken);
        var byModel = received.GroupBy(r => r.MinerId is { } id ? keys.GetValueOrDefault(new MinerId(id), "") : "").ToDictionary(g => g.Key, g => g.Aggregate(BigInteger.Zero, (sum, r) => sum + r.Units));
        return new MorBooks(account, miners, account.IsComplete ? MorReconciliation.Of(account.Sessions, byModel, readTo) : null, Pace(account.Sessions, now), readTo);
    }

    private sealed record ReceivedRow(Guid? MinerId, BigInteger Units);

    // What was worked for, paid or not: the year's limit must bear all of it.
    private static BigInteger Pace(IReadOnlyList<MorSession> sessions, DateTimeOffset now)
    {
        var recent = sessions.Where(s => s.End <= now && s.End > now - s_pace).ToList();
        if (recent.Count == 0) { return 0; }
        var over = now - sessions.Min(s => s.OpenedAt);
        over = over > s_pace ? s_pace : over < s_shortest ? s_shortest : over;
        return recent.Aggregate(BigInteger.Zero, (sum, s) => sum + s.Worth) * TimeSpan.SecondsPerDay / (long)over.TotalSeconds;
    }
}
