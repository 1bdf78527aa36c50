namespace Nirmaan.Domain.Amounts;

/// <summary>
/// Version-7 ids that sort in the order in which this process made them, also within one millisecond: what one launch intends is attended in
/// the order of its plan, and one seed of a simulation gives one history.
/// </summary>
internal static class OrderedGuid
{
    private static int s_made;

    /// <summary>A new id of a time. Twenty-six bits count (RFC 9562, 6.2, method 1), forty-eight are random.</summary>
    public static Guid New(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(bytes, bigEndian: true, out _);
        var made = Interlocked.Increment(ref s_made);
        bytes[6] = (byte)(0x70 | ((made >> 22) & 0x0F));
        bytes[7] = (byte)(made >> 14);
        bytes[8] = (byte)(0x80 | ((made >> 8) & 0x3F));
        bytes[9] = (byte)made;
        return new Guid(bytes, bigEndian: true);
    }
}
