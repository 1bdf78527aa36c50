using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Jobs;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Tests.Jobs;

public sealed class PruneHistoryTests(ControlPostgres postgres) : ControlTest(postgres)
{
    private Task<string> PruneAsync() => new PruneHistory(Contexts, With<JobOptions>(), Clock).RunAsync(Token);

    private static SupplierReport Compared(int daysAgo, bool found)
    {
        var at = Noon.AddDays(-daysAgo);
        return new SupplierReport(Guid.CreateVersion7(at), SupplierName.Akash, at, 1, 1, 0, found ? [new Finding("differs", "x", null, null, null, "it differs", 1, 1, "closed")] : [], null);
    }

    [Fact]
    public async Task Heartbeats_are_deleted_after_a_month_and_newer_ones_stay()
    {
        var miner = await MineAsync(at: Noon.AddDays(-32));
        await WriteAsync(db => db.Heartbeats.AddRange(new[] { 31, 29 }.Select(days => new Heartbeat(miner.Id, Boot, 100 - days, Noon.AddDays(-days), Noon.AddDays(-days), "working", [], 0, null))));
        (await PruneAsync()).ShouldBe("0 old runs, 1 heartbeats and 0 reports deleted");
        (await ReadAsync(db => db.Heartbeats.SingleAsync(Token))).Sequence.ShouldBe(71);
    }

    [Fact]
    public async Task Comparisons_that_found_nothing_go_after_two_days_and_the_others_after_three_months()
    {
        await WriteAsync(db => db.SupplierReports.AddRange(Compared(1, false), Compared(3, false), Compared(3, true), Compared(91, true)));
        await PruneAsync();
        (await ReadAsync(db => db.SupplierReports.Select(r => r.At).ToListAsync(Token))).ShouldBe([Noon.AddDays(-1), Noon.AddDays(-3)], ignoreOrder: true);
    }
}
