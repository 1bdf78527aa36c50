using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

public sealed class KeepLogsTests(ControlPostgres database)
{
    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(5), s_every = TimeSpan.FromMinutes(2);

    private async Task<FleetWorld> RunningAsync(int count = 1, params (string, string)[] settings)
    {
        var world = await FleetWorld.CreateAsync(database, settings);
        await world.LaunchAsync(count);
        await world.PassAsync(s_start);
        (await world.InstancesAsync()).ShouldAllBe(i => i.State == InstanceState.Running);
        return world;
    }

    private static async Task<string> KeepAsync(FleetWorld world)
    {
        world.Clock.Advance(s_every);
        return await world.Get<KeepLogs>().RunAsync(CancellationToken.None);
    }

    private static async Task<KeptLog> KeptAsync(FleetWorld world) => await world.Get<LogQueries>().TailAsync((await world.InstancesAsync())[0].Id, 5_000, CancellationToken.None);

    private static async Task<IEnumerable<string>> TextsAsync(FleetWorld world) => (await KeptAsync(world)).Lines.Select(l => l.Text);

    private static async Task RetireAsync(FleetWorld world) =>
        await world.Get<RetireInstance>().RunAsync((await world.InstancesAsync())[0].Id, "ops@test", "done with it", CancellationToken.None);

    private static async Task<LogTail> LiveAsync(FleetWorld world, int? lines = null) =>
        (await world.Get<LogQueries>().ReadTailAsync((await world.MinersAsync())[0].Id, lines, CancellationToken.None)).ShouldNotBeNull();

    [Fact]
    public async Task Lines_are_kept_with_their_source_and_time()
    {
        await using var world = await RunningAsync();
        var at = world.Clock.GetUtcNow();
        world.Agents.Lines!.AddRange([new LogLine(at, "stdout", "model loaded"), new LogLine(at.AddSeconds(1), "stderr", "low memory"), new LogLine(at.AddSeconds(2), "sd.log", "job 1")]);
        await KeepAsync(world);
        (await KeptAsync(world)).Lines.ShouldBe(world.Agents.Lines);
    }

    [Fact]
    public async Task A_second_run_keeps_nothing_twice()
    {
        await using var world = await RunningAsync();
        world.Agents.Write(world.Clock.GetUtcNow(), "one", "two");
        await KeepAsync(world);
        await KeepAsync(world);
        (await TextsAsync(world)).ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task Only_what_was_written_since_is_added()
    {
        await using var world = await RunningAsync();
        world.Agents.Write(world.Clock.GetUtcNow(), "one", "two");
        await KeepAsync(world);
        world.Agents.Write(world.Clock.GetUtcNow(), "three");
        await KeepAsync(world);
        (await TextsAsync(world)).ShouldBe(["one", "two", "three"]);
    }

    [Fact]
    public async Task Readings_at_one_instant_lose_nothing()
    {
        await using var world = await RunningAsync();
        foreach (var text in new[] { "one", "two", "three" })
        {
            world.Agents.Write(world.Clock.GetUtcNow(), text);
            await LiveAsync(world);
        }
        (await TextsAsync(world)).ShouldBe(["one", "two", "three"]);
    }

    [Fact]
    public async Task Readings_at_once_keep_each_line_once()
    {
        await using var world = await RunningAsync();
        world.Agents.Write(world.Clock.GetUtcNow(), "one", "two", "three");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => LiveAsync(world))));
        (await TextsAsync(world)).ShouldBe(["one", "two", "three"]);
    }

    [Fact]
    public async Task Lines_that_went_by_unread_leave_a_mark()
    {
        await using var world = await RunningAsync();
        world.Agents.Write(world.Clock.GetUtcNow(), "one");
        await KeepAsync(world);
        world.Agents.Write(world.Clock.GetUtcNow(), [.. Enumerable.Range(0, 900).Select(i => $"line {i}")]);
        await KeepAsync(world);
        var kept = (await KeptAsync(world)).Lines;
        kept.Count(l => l.Source == LogLine.Gap).ShouldBe(1);
        (kept[0].Text, kept[1].Source, kept[2].Text, kept[^1].Text).ShouldBe(("one", LogLine.Gap, "line 400", "line 899"));
    }

    [Fact]
    public async Task The_agent_is_asked_with_its_miners_token()
    {
        await using var world = await RunningAsync();
        await KeepAsync(world);
        world.Agents.Tokens.ShouldBe([world.Get<MinerTokens>().For((await world.MinersAsync()).Single().Id)]);
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_is_replaced_by_the_supplier()
    {
        await using var world = await RunningAsync();
        world.Agents.Lines = null;
        world.Akash.Log = [new LogLine(world.Clock.GetUtcNow(), LogLine.SupplierOutput, "seen by the supplier")];
        await KeepAsync(world);
        var kept = await KeptAsync(world);
        (kept.Lines.Single().Text, kept.Reading!.Origin).ShouldBe(("seen by the supplier", LogOrigin.Supplier));
    }

    [Fact]
    public async Task The_same_lines_from_the_supplier_are_not_kept_again()
    {
        await using var world = await RunningAsync();
        world.Agents.Write(world.Clock.GetUtcNow(), "one", "two");
        await KeepAsync(world);
        world.Agents.Lines = null;
        world.Akash.Log = [.. new[] { "one", "two", "three" }.Select(t => new LogLine(world.Clock.GetUtcNow(), LogLine.SupplierOutput, t))];
        await KeepAsync(world);
        (await TextsAsync(world)).ShouldBe(["one", "two", "three"]);
    }

    [Fact]
    public async Task When_nobody_answers_the_kept_lines_stay_and_the_reason_is_told()
    {
        await using var world = await RunningAsync();
        world.Agents.Write(world.Clock.GetUtcNow(), "one");
        await KeepAsync(world);
        var readAt = world.Clock.GetUtcNow();
        (world.Agents.Lines, world.Akash.Unreadable) = (null, true);
        (await KeepAsync(world)).ShouldStartWith("0 logs read, 1 not readable");
        var kept = await KeptAsync(world);
        kept.Lines.Single().Text.ShouldBe("one");
        kept.Reading.ShouldBe(new LogReading((await world.InstancesAsync()).Single().Id, world.Clock.GetUtcNow(), readAt, LogOrigin.Agent, kept.Reading!.Why));
        kept.Reading.Why.ShouldNotBeNull().ShouldContain("no route");
    }

    [Fact]
    public async Task A_reader_that_breaks_keeps_no_other_machine_unread()
    {
        await using var world = await RunningAsync(3);
        var calls = 0;
        world.Agents.Write(world.Clock.GetUtcNow(), "one");
        world.Agents.Before = _ => Interlocked.Increment(ref calls) == 1 ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        (await KeepAsync(world)).ShouldStartWith("2 logs read, 1 not readable");
    }

    [Fact]
    public async Task Machines_are_read_side_by_side_but_only_so_many()
    {
        await using var world = await RunningAsync(6, ("Fleet:Parallel", "3"));
        var entered = 0;
        var three = new TaskCompletionSource();
        world.Agents.Before = async ct =>
        {
            if (Interlocked.Increment(ref entered) == 3) { three.SetResult(); }
            await three.Task.WaitAsync(ct);
        };
        await KeepAsync(world);
        (world.Agents.MostInFlight, world.Agents.Tokens.Count).ShouldBe((3, 6));
    }

    [Fact]
    public async Task A_machine_read_a_moment_ago_is_not_due()
    {
        await using var world = await RunningAsync();
        await KeepAsync(world);
        world.Clock.Advance(TimeSpan.FromSeconds(30));
        (await world.Get<KeepLogs>().RunAsync(CancellationToken.None)).ShouldStartWith("0 logs read, 0 not readable, 0 have none");
    }

    [Fact]
    public async Task A_machine_that_writes_nothing_waits_its_turn_all_the_same()
    {
        await using var world = await RunningAsync();
        await KeepAsync(world);
        (await KeptAsync(world)).Reading!.ReadAt.ShouldBe(world.Clock.GetUtcNow());
    }

    [Fact]
    public async Task Secrets_are_struck_out()
    {
        await using var world = await RunningAsync();
        var token = world.Get<MinerTokens>().For((await world.MinersAsync()).Single().Id);
        world.Agents.Write(world.Clock.GetUtcNow(), $"LICENCE_KEY={PlainNetwork.Secret}!", $"Authorization: Bearer {token}");
        (await LiveAsync(world)).Lines.Select(l => l.Text).ShouldBe(["LICENCE_KEY=***!", "Authorization: Bearer ***"]);
        (await TextsAsync(world)).ShouldBe(["LICENCE_KEY=***!", "Authorization: Bearer ***"]);
    }

    [Fact]
    public async Task A_huge_line_is_cut_and_stays_one_line()
    {
        await using var world = await RunningAsync();
        world.Agents.Write(world.Clock.GetUtcNow(), new string('x', 1_000_000), "a\nb\0c\u001b[31md");
        await KeepAsync(world);
        await KeepAsync(world);
        (await TextsAsync(world)).ShouldBe([$"{new string('x', LogText.MaxText)}…", "abcd"]);
    }

    [Fact]
    public async Task Old_lines_are_forgotten()
    {
        await using var world = await RunningAsync();
        world.Agents.Write(world.Clock.GetUtcNow(), "old");
        await KeepAsync(world);
        world.Clock.Advance(TimeSpan.FromDays(15));
        world.Agents.Lines = [];
        await KeepAsync(world);
        (await TextsAsync(world)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_machine_that_writes_without_end_keeps_only_its_newest_lines()
    {
        await using var world = await RunningAsync(1, ("Fleet:KeepLogsCharacters", "100000"));
        for (var reading = 0; reading < 8; reading++)
        {
            world.Agents.Write(world.Clock.GetUtcNow(), [.. Enumerable.Range(0, 20).Select(i => $"{reading}.{i} {new string('x', 1_900)}")]);
            await KeepAsync(world);
        }
        await using var db = await world.DbAsync();
        var readings = await db.InstanceLogs.Select(l => l.Lines.Length).ToListAsync();
        readings.Sum().ShouldBeInRange(100_000, 100_000 + readings.Max());
        (await TextsAsync(world)).Last().ShouldStartWith("7.19 ");
    }

    [Fact]
    public async Task What_was_kept_is_read_when_the_machine_is_gone()
    {
        await using var world = await RunningAsync();
        world.Agents.Write(world.Clock.GetUtcNow(), "one");
        await KeepAsync(world);
        await RetireAsync(world);
        await world.PassAsync(s_start);
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Closed);
        var log = await LiveAsync(world);
        (log.IsLive, log.Origin, log.Lines.Single().Text).ShouldBe((false, LogOrigin.Agent, "one"));
        log.WhyNotLive.ShouldNotBeNull();
    }

    [Fact]
    public async Task Last_words_are_read_before_a_machine_is_given_back()
    {
        await using var world = await RunningAsync();
        world.Agents.Write(world.Clock.GetUtcNow(), "out of memory");
        // With the machine goes its agent.
        world.Akash.OnClose = () => world.Agents.Lines = null;
        await RetireAsync(world);
        await world.PassAsync(s_start);
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Closed);
        (await TextsAsync(world)).ShouldBe(["out of memory"]);
    }

    [Fact]
    public async Task A_machine_that_failed_and_is_cleaned_up_has_last_words_too()
    {
        await using var world = await RunningAsync();
        world.Agents.Write(world.Clock.GetUtcNow(), "the last");
        world.Akash.Machines.Single().Status = SupplierStatus.Lost;
        await world.PassAsync(s_start);
        (await world.InstancesAsync())[0].State.ShouldBe(InstanceState.Failed);
        (await TextsAsync(world)).ShouldBe(["the last"]);
    }

    [Fact]
    public async Task A_reader_that_never_answers_holds_no_close_back()
    {
        await using var world = await RunningAsync(1, ("Fleet:LastWordsPatience", "00:00:03"));
        // It heeds no token either. The patience is real time: long enough for a busy machine to get as far as asking.
        world.Agents.Before = _ => new TaskCompletionSource().Task;
        await RetireAsync(world);
        await world.PassAsync(s_start);
        world.Agents.Tokens.ShouldNotBeEmpty();
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Closed);
        world.Akash.Billing.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reader_that_breaks_fails_no_close()
    {
        await using var world = await RunningAsync();
        world.Agents.Before = _ => throw new InvalidOperationException("broken");
        await RetireAsync(world);
        await world.PassAsync(s_start);
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Closed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2_001)]
    public async Task So_many_lines_are_refused(int lines)
    {
        await using var world = await RunningAsync();
        await Should.ThrowAsync<InvalidInputException>(() => LiveAsync(world, lines));
    }

    [Fact]
    public async Task An_unknown_miner_has_no_log()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        (await world.Get<LogQueries>().ReadTailAsync(MinerId.New(world.Clock.GetUtcNow()), null, CancellationToken.None)).ShouldBeNull();
    }
}
