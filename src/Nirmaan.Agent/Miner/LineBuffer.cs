using System.Text;

namespace Nirmaan.Agent.Miner;

/// <summary>
/// Cuts bytes into lines at LF, CR (progress bars) or CRLF. A line is at most <see cref="MaxBytes"/> long; the rest of a longer one is dropped, so
/// that a miner that never ends a line cannot fill the memory.
/// </summary>
internal sealed class LineBuffer(Action<string> onLine)
{
    internal const int MaxBytes = 8 * 1024;

    private readonly byte[] _line = new byte[MaxBytes];
    private int _length;

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOfAny((byte)'\n', (byte)'\r') is var end and >= 0)
        {
            Keep(bytes[..end]);
            End();
            bytes = bytes[(end + 1)..];
        }
        Keep(bytes);
    }

    /// <summary>Ends the line begun, if any.</summary>
    internal void End()
    {
        if (_length > 0) { onLine(Encoding.UTF8.GetString(_line, 0, _length)); }
        _length = 0;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        var room = bytes[..Math.Min(bytes.Length, MaxBytes - _length)];
        room.CopyTo(_line.AsSpan(_length));
        _length += room.Length;
    }
}
