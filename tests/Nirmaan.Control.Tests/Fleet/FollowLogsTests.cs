using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

public sealed class FollowLogsTests(ControlPostgres database)
{
    private static readonly (string, string) s_atOnce = ("Fleet:LogStreamPause", "00:00:00");

    private async Task<FleetWorld> RunningAsync(int count = 1, params (string, string)[] settings)
    {
        var world = await FleetWorld.CreateAsync(database, [s_atOnce, .. settings]);
        world.Akash.Stream = Channel.CreateUnbounded<LogBatch>();
        await world.LaunchAsync(count);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        return world;
    }

    private static LogBatch Batch(FleetWorld world, string? cursor, params string[] texts) =>
        new([.. texts.Select(t => new LogLine(world.Clock.GetUtcNow(), t == LogLine.Gap ? t : LogLine.SupplierOutput, t))], cursor);

    /// <summary>Follows the first machine's log while the supplier gives these batches, to the stream's end.</summary>
    private static async Task<bool> FollowAsync(FleetWorld world, params LogBatch[] batches)
    {
        world.Akash.Stream = Channel.CreateUnbounded<LogBatch>();
        foreach (var batch in batches) { world.Akash.Stream.Writer.TryWrite(batch).ShouldBeTrue(); }
        world.Akash.Stream.Writer.Complete();
        return await world.Get<FollowLogs>().FollowAsync((await world.InstancesAsync())[0].Id, CancellationToken.None);
    }

    private static async Task<IEnumerable<string>> TextsAsync(FleetWorld world) =>
        (await world.Get<LogQueries>().TailAsync((await world.InstancesAsync())[0].Id, 5_000, CancellationToken.None)).Lines.Select(l => l.Source == LogLine.Gap ? LogLine.Gap : l.Text);

    private static async Task<int> ReadingsAsync(FleetWorld world) { await using var db = await world.DbAsync(); return await db.InstanceLogs.CountAsync(); }

    [Fact]
    public async Task Lines_that_come_are_kept_in_one_reading_while_it_is_young()
    {
        await using var world = await RunningAsync();
        (await FollowAsync(world, Batch(world, "1", "one"), Batch(world, "2", "two", "two"), Batch(world, "3"))).ShouldBeTrue();
        (await TextsAsync(world)).ShouldBe(["one", "two", "two"]);
        (await ReadingsAsync(world)).ShouldBe(1);
    }

    [Fact]
    public async Task A_stream_that_is_begun_anew_goes_on_from_the_place_of_the_last_kept_line()
    {
        await using var world = await RunningAsync();
        await FollowAsync(world, Batch(world, "after one", "one"));
        await world.RestartAsync();
        await FollowAsync(world, Batch(world, "after two", "one"));
        world.Akash.FollowedFrom.ShouldBe([null, "after one"]);
        // The supplier said that this is another line of the same words.
        (await TextsAsync(world)).ShouldBe(["one", "one"]);
    }

    [Fact]
    public async Task What_a_supplier_without_times_repeats_is_known_by_what_is_kept()
    {
        await using var world = await RunningAsync();
        await FollowAsync(world, Batch(world, null, "start", "job", "job"));
        await FollowAsync(world, Batch(world, null, "start"), Batch(world, null, "job", "job", "job"), Batch(world, null, "end"));
        (await TextsAsync(world)).ShouldBe(["start", "job", "job", "job", "end"]);
    }

    [Fact]
    public async Task What_does_not_join_what_is_kept_stands_behind_a_mark()
    {
        await using var world = await RunningAsync();
        await FollowAsync(world, Batch(world, null, "one"));
        await FollowAsync(world, [.. Enumerable.Range(0, 700).Select(i => Batch(world, null, $"job {i}"))]);
        var texts = (await TextsAsync(world)).ToList();
        texts[..3].ShouldBe(["one", LogLine.Gap, "job 0"]);
        texts.Count.ShouldBe(702);
    }

    [Fact]
    public async Task What_others_kept_in_between_is_not_kept_twice()
    {
        await using var world = await RunningAsync();
        await FollowAsync(world, Batch(world, "1", "one"));
        world.Agents.Write(world.Clock.GetUtcNow(), "one", "two");
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        await world.Get<KeepLogs>().RunAsync(CancellationToken.None);
        await FollowAsync(world, Batch(world, "3", "one", "two", "three"));
        world.Akash.FollowedFrom.Last().ShouldBeNull();
        (await TextsAsync(world)).ShouldBe(["one", "two", "three"]);
    }

    [Fact]
    public async Task While_a_log_is_followed_a_reading_keeps_nothing_of_it()
    {
        await using var world = await RunningAsync();
        world.Agents.Write(world.Clock.GetUtcNow(), "one");
        var follow = world.Get<FollowLogs>();
        await follow.RunAsync(CancellationToken.None);
        await UntilAsync(async () => !world.Akash.FollowedFrom.IsEmpty);
        await world.Get<KeepLogs>().RunAsync((await world.InstancesAsync())[0].Id, 100, CancellationToken.None);
        (await TextsAsync(world)).ShouldBeEmpty();
        await follow.StopAsync();
        await world.Get<KeepLogs>().RunAsync((await world.InstancesAsync())[0].Id, 100, CancellationToken.None);
        (await TextsAsync(world)).ShouldBe(["one"]);
    }

    [Fact]
    public async Task Another_process_does_not_follow_what_one_follows()
    {
        await using var world = await RunningAsync();
        var id = (await world.InstancesAsync())[0].Id;
        await using (var db = await world.DbAsync())
        {
            db.LogStreams.Add(new LogStream(id, Guid.NewGuid(), world.Clock.GetUtcNow().AddSeconds(30), null, null, null));
            await db.SaveChangesAsync();
        }
        (await FollowAsync(world, Batch(world, null, "one"))).ShouldBeFalse();
        world.Clock.Advance(TimeSpan.FromSeconds(31));
        (await FollowAsync(world, Batch(world, null, "one"))).ShouldBeTrue();
    }

    [Fact]
    public async Task No_more_logs_are_followed_than_was_set_and_those_that_are_looked_at_come_first()
    {
        await using var world = await RunningAsync(3, ("Fleet:LogStreams", "1"));
        var follow = world.Get<FollowLogs>();
        (await follow.RunAsync(CancellationToken.None)).ShouldBe("1 logs are followed");
        await UntilAsync(async () => (await HeldAsync(world)).Count == 1);
        var other = (await world.InstancesAsync()).Select(i => i.Id).Except(await HeldAsync(world)).First();
        await follow.WatchAsync(other, CancellationToken.None);
        await UntilAsync(async () =>
        {
            await follow.RunAsync(CancellationToken.None);
            return (await HeldAsync(world)).SequenceEqual([other]);
        });
        await follow.StopAsync();
    }

    [Fact]
    public async Task Secrets_are_struck_out_of_what_is_followed()
    {
        await using var world = await RunningAsync();
        var miner = (await world.MinersAsync())[0];
        var secret = world.Get<RentRequests>().SecretsOf(miner).First();
        await FollowAsync(world, Batch(world, null, $"token {secret}"));
        (await TextsAsync(world)).ShouldBe(["token ***"]);
    }

    [Fact]
    public async Task A_supplier_without_a_stream_is_not_followed()
    {
        await using var world = await RunningAsync();
        world.Akash.Stream = null;
        (await world.Get<FollowLogs>().RunAsync(CancellationToken.None)).ShouldBe("0 logs are followed");
        (await world.Get<FollowLogs>().FollowAsync((await world.InstancesAsync())[0].Id, CancellationToken.None)).ShouldBeFalse();
    }

    private static async Task<List<InstanceId>> HeldAsync(FleetWorld world)
    {
        await using var db = await world.DbAsync();
        return await db.LogStreams.Where(s => s.HeldUntil != null).Select(s => s.InstanceId).ToListAsync();
    }

    /// <summary>What runs beside the test is waited for by looking, each look a query long.</summary>
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo()) { limit.Token.ThrowIfCancellationRequested(); }
    }
}
