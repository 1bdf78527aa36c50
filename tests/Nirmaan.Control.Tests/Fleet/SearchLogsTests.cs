using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

public sealed class SearchLogsTests(ControlPostgres database)
{
    private async Task<FleetWorld> RunningAsync(int count = 1)
    {
        var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(count);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        return world;
    }

    private static async Task KeepAsync(FleetWorld world, params string[] texts)
    {
        world.Agents.Write(world.Clock.GetUtcNow(), texts);
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        await world.Get<KeepLogs>().RunAsync(CancellationToken.None);
    }

    private static Task<FoundLines> FindAsync(FleetWorld world, LogSearch search, int? limit = null, string? after = null) => world.Get<SearchLogs>().RunAsync(search, limit, after, CancellationToken.None);

    private static async Task<IEnumerable<string>> TextsAsync(FleetWorld world, LogSearch search) => (await FindAsync(world, search)).Lines.Select(f => f.Line.Text);

    [Fact]
    public async Task A_line_is_found_by_words_anywhere_in_it_whatever_their_case_and_order()
    {
        await using var world = await RunningAsync();
        await KeepAsync(world, "loading model", "CUDAError:700 out of memory", "memory is fine", "100%_done");
        (await TextsAsync(world, new LogSearch("MEMORY error"))).ShouldBe(["CUDAError:700 out of memory"]);
        (await TextsAsync(world, new LogSearch("100%_"))).ShouldBe(["100%_done"]);
        (await TextsAsync(world, new LogSearch("1001"))).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_lines_of_a_machine_that_is_gone_are_found()
    {
        await using var world = await RunningAsync();
        await KeepAsync(world, "last words");
        var id = (await world.InstancesAsync())[0].Id;
        await world.Get<RetireInstance>().RunAsync(id, "ops@test", "done with it", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromHours(2));
        (await world.InstancesAsync())[0].State.ShouldBe(InstanceState.Closed);
        var found = (await FindAsync(world, new LogSearch("last words"))).Lines.ShouldHaveSingleItem();
        (found.InstanceId, found.Workload, found.Supplier).ShouldBe((id, new WorkloadName("heurist-llm"), SupplierName.Akash));
    }

    [Fact]
    public async Task A_machine_is_named_by_its_id_the_end_that_pages_show_the_beginning_or_its_suppliers_id()
    {
        await using var world = await RunningAsync(2);
        await KeepAsync(world, "hello");
        var one = (await world.InstancesAsync())[0];
        foreach (var name in new[] { one.Id.Value.ToString(), one.Id.Value.ToString()[^12..], one.ExternalId! }) { (await FindAsync(world, new LogSearch(Machine: name))).Lines.ShouldHaveSingleItem().InstanceId.ShouldBe(one.Id); }
        (await FindAsync(world, new LogSearch(Machine: "nobodys"))).Lines.ShouldBeEmpty();
        (await FindAsync(world, new LogSearch(Machine: one.Id.Value.ToString()[..4]))).Lines.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Workload_and_time_narrow_what_is_found()
    {
        await using var world = await RunningAsync();
        var begin = world.Clock.GetUtcNow();
        await KeepAsync(world, "early");
        await KeepAsync(world, "late");
        (await TextsAsync(world, new LogSearch(Workload: new WorkloadName("heurist-llm")))).ShouldBe(["late", "early"]);
        (await TextsAsync(world, new LogSearch(Workload: new WorkloadName("heurist-image")))).ShouldBeEmpty();
        (await TextsAsync(world, new LogSearch(From: begin.AddMinutes(1)))).ShouldBe(["late"]);
        (await TextsAsync(world, new LogSearch(Until: begin.AddMinutes(1)))).ShouldBe(["early"]);
    }

    [Fact]
    public async Task The_first_and_the_last_time_there_is_are_times_like_others()
    {
        await using var world = await RunningAsync();
        await KeepAsync(world, "last words");
        (await TextsAsync(world, new LogSearch("last words", From: DateTimeOffset.MinValue, Until: DateTimeOffset.MaxValue))).ShouldBe(["last words"]);
    }

    [Fact]
    public async Task Pages_give_every_line_once_the_newest_first()
    {
        await using var world = await RunningAsync(3);
        for (var i = 0; i < 4; i++) { await KeepAsync(world, [.. Enumerable.Range(0, 7).Select(n => $"job {i}-{n}")]); }
        List<(InstanceId, string)> all = [];
        string? after = null;
        do
        {
            var page = await FindAsync(world, new LogSearch("job"), limit: 10, after);
            page.Lines.Count.ShouldBeLessThanOrEqualTo(10);
            all.AddRange(page.Lines.Select(f => (f.InstanceId, f.Line.Text)));
            after = page.Next;
        }
        while (after is not null);
        all.Count.ShouldBe(3 * 28);
        all.Distinct().Count().ShouldBe(3 * 28);
        all[0].Item2.ShouldBe("job 3-6");
    }

    [Fact]
    public async Task A_rare_line_is_found_behind_many_newer_readings()
    {
        await using var world = await RunningAsync(2);
        await KeepAsync(world, "a needle");
        await using (var db = await world.DbAsync())
        {
            var (ids, now) = ((await world.InstancesAsync()).Select(i => i.Id).ToList(), world.Clock.GetUtcNow());
            // Two machines' readings at each time, the last of them at that of the needle's neighbours.
            for (var i = 0; i < 400; i++) { foreach (var id in ids) { db.InstanceLogs.Add(new InstanceLog(id, now.AddSeconds(i + 1), $"{now:yyyy-MM-dd'T'HH:mm:ss'Z'} stdout hay {i}", i)); } }
            await db.SaveChangesAsync();
        }
        (await TextsAsync(world, new LogSearch("needle"))).ShouldBe(["a needle", "a needle"]);
        (await TextsAsync(world, new LogSearch("needle hay"))).ShouldBeEmpty();
        List<string> hay = [];
        string? after = null;
        do
        {
            var page = await FindAsync(world, new LogSearch("hay"), limit: 200, after);
            hay.AddRange(page.Lines.Select(f => $"{f.InstanceId} {f.Line.Text}"));
            after = page.Next;
        }
        while (after is not null);
        (hay.Count, hay.Distinct().Count()).ShouldBe((800, 800));
    }

    [Theory]
    [InlineData("go", null, "words", "'go'")]
    [InlineData(null, "abc", "machine", "'abc'")]
    public async Task What_cannot_be_looked_for_is_named_with_what_was_expected(string? words, string? machine, string field, string value)
    {
        await using var world = await RunningAsync();
        var fault = await Should.ThrowAsync<InvalidInputException>(() => FindAsync(world, new LogSearch(words, machine)));
        fault.Message.ShouldContain(field);
        fault.Message.ShouldContain(value.Trim('\''));
    }

    [Fact]
    public async Task A_mark_that_no_page_gave_is_refused()
    {
        await using var world = await RunningAsync();
        (await Should.ThrowAsync<InvalidInputException>(() => FindAsync(world, new LogSearch("job"), after: "yesterday"))).Message.ShouldContain("after");
    }

    [Fact]
    public async Task Words_are_looked_up_in_an_index()
    {
        await using var world = await RunningAsync();
        await KeepAsync(world, "CUDA error");
        await using var db = await world.DbAsync();
        await db.Database.OpenConnectionAsync(CancellationToken.None);
        // A table of one page is always read whole; what is asked here is whether the index can serve at all.
        await db.Database.ExecuteSqlRawAsync("SET enable_seqscan = off", CancellationToken.None);
        var plan = await db.Database.SqlQueryRaw<string>("""EXPLAIN SELECT lines FROM instance_logs WHERE lines ILIKE '%cuda%' AND lines ILIKE '%error%'""").ToListAsync(CancellationToken.None);
        string.Join('\n', plan).ShouldContain("ix_instance_logs_lines");
    }
}
