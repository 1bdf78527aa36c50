using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;

namespace Nirmaan.Control.Rewards;

/// <summary>One rule that must always hold.</summary>
/// <param name="Breaches">What breaks it, a few at most; empty = it holds.</param>
public sealed record InvariantCheck(string Name, IReadOnlyList<string> Breaches)
{
    /// <summary>True when nothing breaks it.</summary>
    public bool Holds => Breaches.Count == 0;
}

/// <summary>All rules at one moment.</summary>
public sealed record InvariantReport(DateTimeOffset At, IReadOnlyList<InvariantCheck> Checks)
{
    /// <summary>True when all hold.</summary>
    public bool Holds => Checks.All(c => c.Holds);
}

/// <summary>Checks that the books, the epochs, the machines and the plans agree with each other and with themselves, and keeps the result for the pages. It only ever reads.</summary>
public sealed partial class CheckInvariants(IDbContextFactory<NirmaanDbContext> contexts, ControlEvents events, TimeProvider clock, ILogger<CheckInvariants> logger)
{
    internal const string SettingKey = "invariants";
    private const int Shown = 5;

    // Each answers one line per breach; no line = the rule holds. They read the same snapshot.
    private static readonly (string Name, string Sql)[] s_rules =
    [
        ("every asset adds up to zero", """
            SELECT asset_id || ' adds up to ' || sum(units) AS "Value" FROM ledger GROUP BY asset_id HAVING sum(units) <> 0
            """),
        ("every booking adds up to zero", """
            SELECT cause || ' ' || subject || ' adds up to ' || sum(units) || ' ' || asset_id AS "Value"
            FROM ledger GROUP BY transaction_id, cause, subject, asset_id HAVING sum(units) <> 0
            """),
        ("received = distributed + fees + sold or set aside for rent + clients + undistributed", """
            WITH received AS (SELECT asset_id, sum(units) AS units FROM rewards GROUP BY asset_id),
            held AS (SELECT asset_id, sum(units) AS units FROM ledger
                WHERE account IN ('pool', 'fees', 'cover', 'sold') OR account LIKE 'staker:%' OR account LIKE 'client:%' GROUP BY asset_id)
            SELECT asset_id || ': received ' || coalesce(r.units, 0) || ', accounted for ' || coalesce(h.units, 0) AS "Value"
            FROM received r FULL JOIN held h USING (asset_id) WHERE coalesce(r.units, 0) <> coalesce(h.units, 0)
            """),
        ("what is undistributed is in no epoch yet or was carried on", """
            WITH waiting AS (
                SELECT asset_id, sum(units) AS units FROM (
                    SELECT asset_id, units FROM rewards WHERE epoch IS NULL AND beneficiary = 'nrm-pool'
                    UNION ALL
                    SELECT asset_id, -units FROM sales s WHERE source = 'Rewards' AND taken_back_at IS NULL
                        AND NOT EXISTS (SELECT 1 FROM distributions d WHERE d.asset_id = s.asset_id AND d.epoch = s.epoch)
                    UNION ALL
                    (SELECT DISTINCT ON (asset_id) asset_id, carried_out FROM distributions ORDER BY asset_id, epoch DESC)) w GROUP BY asset_id),
            pool AS (SELECT asset_id, sum(units) AS units FROM ledger WHERE account = 'pool' GROUP BY asset_id)
            SELECT asset_id || ': the pool holds ' || coalesce(p.units, 0) || ', waiting are ' || coalesce(w.units, 0) AS "Value"
            FROM pool p FULL JOIN waiting w USING (asset_id) WHERE coalesce(p.units, 0) <> coalesce(w.units, 0)
            """),
        ("an epoch holds its rewards and no other epoch's", """
            SELECT 'epoch ' || d.epoch || ' of ' || d.asset_id || ' received ' || d.gross
                || ', its rewards are ' || coalesce(r.units, 0) || ' and ' || d.carried_in || ' carried in' AS "Value"
            FROM distributions d LEFT JOIN (SELECT epoch, asset_id, sum(units) AS units FROM rewards WHERE epoch IS NOT NULL GROUP BY epoch, asset_id) r USING (epoch, asset_id)
            WHERE d.gross <> coalesce(r.units, 0) + d.carried_in
            """),
        ("an epoch's cost is what was sold for it", """
            SELECT 'epoch ' || d.epoch || ' of ' || d.asset_id || ' was charged ' || d.cost || ', sold were ' || coalesce(s.units, 0) AS "Value"
            FROM distributions d LEFT JOIN (SELECT epoch, asset_id, sum(units) AS units FROM sales WHERE epoch IS NOT NULL AND taken_back_at IS NULL GROUP BY epoch, asset_id) s USING (epoch, asset_id)
            WHERE d.policy_version IS NOT NULL AND d.cost <> coalesce(s.units, 0)
            """),
        ("what was sold and what it brought is in the books", """
            WITH recorded AS (SELECT asset_id, sum(units) AS units FROM sales WHERE taken_back_at IS NULL GROUP BY asset_id),
            booked AS (SELECT asset_id, sum(units) AS units FROM ledger WHERE account = 'sold' GROUP BY asset_id)
            SELECT asset_id || ': recorded ' || coalesce(r.units, 0) || ', booked ' || coalesce(b.units, 0) AS "Value"
            FROM recorded r FULL JOIN booked b USING (asset_id) WHERE coalesce(r.units, 0) <> coalesce(b.units, 0)
            UNION ALL
            SELECT account || ' is overdrawn by ' || -sum(units) || ' units of USD' FROM ledger WHERE account LIKE 'rent-fund:%' GROUP BY account HAVING sum(units) < 0
            """),
        ("what was paid for points is received or locked", """
            WITH recorded AS (
                SELECT asset_id, sum(units - carried - released) FILTER (WHERE taken_back_at IS NULL) AS locked, sum(released) AS released FROM conversions GROUP BY asset_id),
            booked AS (SELECT asset_id, sum(units) AS units FROM ledger WHERE account = 'vesting' GROUP BY asset_id),
            received AS (SELECT asset_id, sum(units) AS units FROM rewards WHERE external_id LIKE 'conversion:%' GROUP BY asset_id)
            SELECT asset_id || ': locked ' || coalesce(r.locked, 0) || ', booked ' || coalesce(b.units, 0) || '; released ' || coalesce(r.released, 0) || ', received ' || coalesce(g.units, 0) AS "Value"
            FROM recorded r FULL JOIN booked b USING (asset_id) FULL JOIN received g USING (asset_id)
            WHERE coalesce(r.locked, 0) <> coalesce(b.units, 0) OR coalesce(r.released, 0) <> coalesce(g.units, 0)
            """),
        ("an epoch's lines add up to its pool", """
            SELECT 'epoch ' || d.epoch || ' of ' || d.asset_id || ' pays ' || l.units || ' of ' || d.pool AS "Value"
            FROM distributions d, LATERAL (SELECT coalesce(sum((leaf ->> 'amount')::numeric), 0) AS units FROM jsonb_array_elements(d.leaves) leaf) l WHERE l.units <> d.pool
            """),
        ("a staker's account is what the newest epoch says", """
            WITH owed AS (
                SELECT d.asset_id, 'staker:' || (leaf ->> 'account') AS account, (leaf ->> 'cumulative')::numeric AS units
                FROM (SELECT DISTINCT ON (asset_id) * FROM distributions ORDER BY asset_id, epoch DESC) d, jsonb_array_elements(d.leaves) leaf),
            booked AS (SELECT asset_id, account, sum(units) AS units FROM ledger WHERE account LIKE 'staker:%' GROUP BY asset_id, account)
            SELECT account || ': booked ' || coalesce(b.units, 0) || ' ' || asset_id || ', the epoch says ' || coalesce(o.units, 0) AS "Value"
            FROM owed o FULL JOIN booked b USING (asset_id, account) WHERE coalesce(o.units, 0) <> coalesce(b.units, 0)
            """),
        ("stakes add up to what the contract says", """
            SELECT account || ': events add up to ' || sum(delta) || ', the contract says ' || (array_agg(balance ORDER BY block_number DESC, log_index DESC))[1] AS "Value"
            FROM stake_events GROUP BY account HAVING sum(delta) <> (array_agg(balance ORDER BY block_number DESC, log_index DESC))[1]
            """),
        ("no machine bills without an owner", """
            SELECT 'instance ' || i.id || ' is ' || i.state || ' and bills, and nothing closes it' AS "Value" FROM instances i
            WHERE i.billed_from IS NOT NULL AND i.closed_at IS NULL AND i.state IN ('Closed', 'Failed', 'Closing')
                AND NOT EXISTS (SELECT 1 FROM operations o WHERE o.instance_id = i.id AND o.state IN ('Intended', 'Sent', 'Unknown', 'Closing'))
            UNION ALL
            SELECT r.supplier || ' bills ' || coalesce(f ->> 'name', f ->> 'externalId', 'something') || ', which nobody here owns' FROM
                (SELECT DISTINCT ON (supplier) * FROM supplier_reports WHERE error IS NULL ORDER BY supplier, at DESC) r, jsonb_array_elements(r.findings) f
            WHERE f ->> 'kind' = 'theirs-not-ours'
            """),
        ("the plans solved again last are the same plans", """
            SELECT 'plan ' || plan_id || ': ' || differs AS "Value" FROM (SELECT * FROM plan_replays ORDER BY at DESC LIMIT 100) r
            WHERE differs IS NOT NULL AND planned_by = replayed_by
            """),
    ];

    /// <summary>Checks all rules.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var report = new InvariantReport(clock.GetUtcNow(), await CheckAsync(db, cancellationToken));
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO settings (key, value, by, at) VALUES ({SettingKey}, {JsonSerializer.Serialize(report, DomainJson.Options)}::jsonb, {nameof(CheckInvariants)}, {report.At})
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, by = excluded.by, at = excluded.at
            """, cancellationToken);
        events.Changed(Topic.Rewards);
        foreach (var broken in report.Checks.Where(c => !c.Holds)) { LogBroken(broken.Name, broken.Breaches); }
        return report.Holds
            ? $"All {report.Checks.Count} rules hold."
            : $"BROKEN: {string.Join("; ", report.Checks.Where(c => !c.Holds).Select(c => $"{c.Name} ({string.Join(", ", c.Breaches)})"))}";
    }

    private static async Task<IReadOnlyList<InvariantCheck>> CheckAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        await using var snapshot = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        List<InvariantCheck> checks = [];
        foreach (var (name, sql) in s_rules)
        {
            checks.Add(new InvariantCheck(name, await db.Database.SqlQueryRaw<string>(sql).OrderBy(breach => breach).Take(Shown).ToListAsync(cancellationToken)));
        }
        return checks;
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "Broken: {Rule}: {Breaches}")]
    private partial void LogBroken(string rule, IReadOnlyList<string> breaches);
}

/// <summary>Reads of the last check.</summary>
public sealed class InvariantQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>The last report; null = never checked, which is not the same as fine.</summary>
    public async Task<InvariantReport?> FindAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var value = await db.Settings.AsNoTracking().Where(s => s.Key == CheckInvariants.SettingKey).Select(s => s.Value).SingleOrDefaultAsync(cancellationToken);
        return value is null ? null : JsonSerializer.Deserialize<InvariantReport>(value, DomainJson.Options);
    }
}
