using Microsoft.Extensions.Configuration;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Npgsql;

namespace Nirmaan.Storm.Tests;

/// <summary>
/// Holds the books against every cap at the moment a call that may cost money leaves, in words of its own and not by the guard's queries: what is
/// over a cap for a while and right again in the evening was over it all the same.
/// </summary>
internal sealed class CapWatch(StormWorld world)
{
    private const string Sql = """
        SELECT 'over the cap of ' || supplier || ': ' || sum(usd_per_gpu_hour * gpu_count) FROM instances i
        WHERE state NOT IN ('Closed', 'Failed')
            AND NOT (state = 'Requested' AND EXISTS (SELECT 1 FROM operations o WHERE o.instance_id = i.id AND o.kind = 'Create' AND o.state = 'Intended'))
        GROUP BY supplier HAVING sum(usd_per_gpu_hour * gpu_count) > @rent
        UNION ALL
        SELECT 'over the cap of a day: ' || spent || ' and ' || coming FROM
            (SELECT coalesce(-sum(units), 0) / power(10::numeric, @decimals) AS spent FROM ledger WHERE account = @treasury AND asset_id = @usd AND at >= @midnight) s,
            (SELECT coalesce(sum(usd_committed), 0) AS coming, max(sent_at) AS last FROM operations WHERE kind IN ('Create', 'Extend') AND state IN ('Sent', 'Unknown') AND usd_committed > 0) c
        WHERE spent + coming > @day AND last >= @now
        UNION ALL
        SELECT 'dearer than its operation allows: ' || id || ' ' || usd_per_gpu_hour FROM instances
        WHERE state NOT IN ('Closed', 'Failed') AND usd_per_gpu_hour > (wish ->> 'maxUsdPerGpuHour')::numeric
        UNION ALL
        SELECT 'sent after spending was stopped: ' || o.kind || ' ' || o.id FROM operations o JOIN settings s ON s.key = 'spending-stopped' AND s.value <> 'null'::jsonb
        WHERE o.state = 'Sent' AND o.kind IN ('Create', 'Place', 'Extend') AND o.sent_at > s.at
        """;

    private readonly HashSet<string> _exceeded = [];
    private NpgsqlCommand? _look;

    /// <summary>Every cap that ever was exceeded, with the call before which it was seen.</summary>
    public IReadOnlyCollection<string> Exceeded => _exceeded;

    /// <summary>Calls before which was looked.</summary>
    public int Looks { get; private set; }

    /// <summary>Looks before a call.</summary>
    public async Task LookAsync(string call)
    {
        Looks++;
        _look ??= await PrepareAsync();
        var now = world.Now;
        _look.Parameters["now"].Value = now;
        _look.Parameters["midnight"].Value = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        await using var reader = await _look.ExecuteReaderAsync();
        while (await reader.ReadAsync()) { _exceeded.Add($"{reader.GetString(0)} (before {call})"); }
    }

    private Task<NpgsqlCommand> PrepareAsync() => world.LookAsync(Sql,
        new("rent", world.Configuration.GetValue<decimal>("Fleet:MaxUsdPerHourPerSupplier")), new("day", world.Configuration.GetValue<decimal>("Fleet:MaxUsdPerDay")),
        new("decimals", (decimal)Asset.Usd.Decimals), new("treasury", LedgerAccounts.Treasury), new("usd", Asset.Usd.Id), new("now", world.Now), new("midnight", world.Now));
}
