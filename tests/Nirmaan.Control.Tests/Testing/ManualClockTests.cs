using Nirmaan.Testing;

namespace Nirmaan.Control.Tests.Testing;

public sealed class ManualClockTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Time_stands_still_until_it_is_moved()
    {
        var clock = new ManualClock();
        var began = clock.GetUtcNow();
        clock.GetUtcNow().ShouldBe(began);
        clock.Advance(TimeSpan.FromHours(1));
        clock.GetUtcNow().ShouldBe(began.AddHours(1));
    }

    [Fact]
    public void Time_never_goes_back()
    {
        var clock = new ManualClock();
        Should.Throw<ArgumentOutOfRangeException>(() => clock.MoveTo(clock.GetUtcNow().AddSeconds(-1)));
    }

    [Fact]
    public async Task A_delay_ends_when_its_time_has_come()
    {
        var clock = new ManualClock();
        var delay = Task.Delay(TimeSpan.FromMinutes(1), clock, Token);
        clock.Advance(TimeSpan.FromSeconds(59));
        delay.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(1));
        await delay;
    }

    [Fact]
    public void Timers_fire_in_order_at_their_own_times()
    {
        var clock = new ManualClock();
        var began = clock.GetUtcNow();
        var fired = new List<(string, TimeSpan)>();
        using var late = clock.CreateTimer(_ => fired.Add(("late", clock.GetUtcNow() - began)), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var often = clock.CreateTimer(_ => fired.Add(("often", clock.GetUtcNow() - began)), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        clock.Advance(TimeSpan.FromSeconds(5));
        fired.ShouldBe([("often", TimeSpan.FromSeconds(2)), ("late", TimeSpan.FromSeconds(3)), ("often", TimeSpan.FromSeconds(4))]);
    }

    [Fact]
    public void A_disposed_timer_does_not_fire()
    {
        var clock = new ManualClock();
        var fired = false;
        clock.CreateTimer(_ => fired = true, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan).Dispose();
        clock.Advance(TimeSpan.FromSeconds(2));
        fired.ShouldBeFalse();
        clock.Waiting.ShouldBe(0);
    }

    [Fact]
    public void Elapsed_time_follows_the_clock()
    {
        var clock = new ManualClock();
        var began = clock.GetTimestamp();
        clock.Advance(TimeSpan.FromSeconds(90));
        clock.GetElapsedTime(began).ShouldBe(TimeSpan.FromSeconds(90));
    }
}
