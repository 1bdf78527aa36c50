namespace Nirmaan.Control.Data;

internal static class StoredTime
{
    /// <summary>A time as the database keeps it: UTC in whole microseconds. What is compared with a stored time or is part of a key must be cut off like it.</summary>
    public static DateTimeOffset Of(DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
}
