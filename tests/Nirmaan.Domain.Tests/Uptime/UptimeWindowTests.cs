using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Domain.Tests.Uptime;

public sealed class UptimeWindowTests
{
    private static readonly TimeSpan s_reach = TimeSpan.FromMinutes(3);

    private static UptimeWindow Score(IEnumerable<Heartbeat> beats, DateTimeOffset? startsAt = null, DateTimeOffset? livedTo = null) =>
        UptimeWindow.Score(Some.Miner, startsAt ?? Some.Noon, beats, s_reach, Some.Noon.AddHours(-10), livedTo);

    [Fact]
    public void Every_counted_second_is_up_starting_failed_or_unheard() => Prop.ForAll(Some.Life().ToArbitrary(), life =>
    {
        var window = Score(life);
        return window is { CountedSeconds: 3600, UpSeconds: >= 0, StartingSeconds: >= 0, FailedSeconds: >= 0, UnheardSeconds: >= 0 }
            && window.UpSeconds + window.StartingSeconds + window.FailedSeconds + window.UnheardSeconds == 3600;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Copies_and_order_change_nothing() => Prop.ForAll(Some.Life().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (life, seed) =>
    {
        var shuffled = life.Concat(life).Concat(life).ToArray();
        new Random(seed).Shuffle(shuffled);
        return Score(shuffled) == Score(life);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Each_job_is_counted_in_one_window() => Prop.ForAll(Some.Life().ToArbitrary(), life =>
    {
        var hours = life.Length == 0 ? 0 : (int)(life[^1].SentAt - Some.Noon).TotalHours + 1;
        var perWindow = Enumerable.Range(0, hours).Sum(h =>
        {
            var startsAt = Some.Noon.AddHours(h);
            var before = life.LastOrDefault(b => b.SentAt < startsAt);
            return Score(life.Where(b => b.SentAt >= startsAt).Concat(before is null ? [] : [before]), startsAt).Jobs;
        });
        return perWindow == life.GroupBy(b => b.BootId).Sum(boot => boot.Max(b => b.JobsDone));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_heartbeat_speaks_no_further_than_its_reach() => Score([Some.Beat(Some.Noon)]).UpSeconds.ShouldBe(180);

    [Fact]
    public void The_last_heartbeat_before_the_window_speaks_into_it() =>
        Score([Some.Beat(Some.Noon.AddMinutes(-1))]).ShouldSatisfyAllConditions(w => w.UpSeconds.ShouldBe(120), w => w.Heartbeats.ShouldBe(0));

    [Fact]
    public void A_later_word_ends_what_an_earlier_one_says() =>
        Score([Some.Beat(Some.Noon), Some.Beat(Some.Noon.AddMinutes(1), "failed", sequence: 1)]).ShouldSatisfyAllConditions(
            w => w.UpSeconds.ShouldBe(60), w => w.FailedSeconds.ShouldBe(180));

    [Fact]
    public void Time_after_the_miners_end_does_not_count() =>
        Score([Some.Beat(Some.Noon)], livedTo: Some.Noon.AddMinutes(1)).ShouldSatisfyAllConditions(w => w.CountedSeconds.ShouldBe(60), w => w.UpSeconds.ShouldBe(60));

    [Fact]
    public void A_window_outside_the_miners_life_has_no_share() => Score([], livedTo: Some.Noon).UpShare.ShouldBeNull();

    [Fact]
    public void Unheard_time_is_not_down_time() => Score([]).ShouldSatisfyAllConditions(w => w.UnheardSeconds.ShouldBe(3600), w => w.FailedSeconds.ShouldBe(0));

    [Fact]
    public void A_new_boot_counts_its_jobs_from_zero() => Score(
    [
        Some.Beat(Some.Noon.AddMinutes(-1), jobs: 100, sequence: 7), Some.Beat(Some.Noon.AddMinutes(1), jobs: 104, sequence: 8),
        Some.Beat(Some.Noon.AddMinutes(2), jobs: 3, boot: Some.OtherBoot),
    ]).Jobs.ShouldBe(7);

    [Fact]
    public void More_jobs_than_a_miner_can_do_are_not_believed() => Score(
        [Some.Beat(Some.Noon.AddMinutes(1), jobs: int.MaxValue), Some.Beat(Some.Noon.AddMinutes(2), jobs: int.MaxValue, boot: Some.OtherBoot)]).Jobs.ShouldBe(360_000);

    [Fact]
    public void A_window_begins_on_the_hour_in_utc() =>
        UptimeWindow.StartOf(new DateTimeOffset(2026, 3, 1, 17, 59, 59, TimeSpan.FromHours(5.5))).ShouldBe(Some.Noon);
}
