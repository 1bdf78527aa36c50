namespace Nirmaan.Journeys;

/// <summary>Waiting for a world that lives in real time.</summary>
internal static class Until
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits until a condition holds; when it does not in time, the message tells what was seen last.</summary>
    public static async Task<T> SeenAsync<T>(Func<Task<T>> look, Func<T, bool> wanted, TimeSpan patience, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(s_lookEvery);
        for (; ; await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
        {
            var seen = await look();
            if (wanted(seen)) { return seen; }
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(patience, $"waited for {what}; last seen: {seen}");
        }
    }

    /// <summary>Lets a stretch of real time go by: only for moments that are drawn at random.</summary>
    public static async Task PassedAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
    }
}
