using System.Globalization;
using System.Text;

namespace Nirmaan.Agent.Heartbeats;

/// <summary>
/// Unsent heartbeats on disk, one JSON text per line, oldest first. A line is only ever appended; how far the control plane has taken them is
/// kept beside in a second file. A crash between the two sends some again, which does no harm.
/// </summary>
internal sealed class Spool : IDisposable
{
    private const int ReadAtOnce = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly string _sentPath;
    private readonly long _maxBytes;
    private FileStream _file;
    private long _sent;
    private long _unsent;
    private int _generation;

    /// <summary>Opens the spool of a folder, with what an earlier run left in it.</summary>
    /// <exception cref="IOException">The folder cannot be written, or another agent has it open.</exception>
    internal Spool(string folder, long maxBytes)
    {
        Directory.CreateDirectory(folder);
        (_path, _sentPath, _maxBytes) = (Path.Combine(folder, "heartbeats.jsonl"), Path.Combine(folder, "heartbeats.sent"), maxBytes);
        _file = Open();
        DropTornLine();
        var recorded = File.Exists(_sentPath) && long.TryParse(File.ReadAllText(_sentPath), CultureInfo.InvariantCulture, out var sent) ? sent : 0;
        // A mark beyond the file or inside a line belongs to another file: better all again than one lost.
        _sent = recorded >= 0 && recorded <= _file.Length && (recorded == 0 || ByteAt(recorded - 1) == '\n') ? recorded : 0;
        _unsent = Read(_file.Length - _sent).Count(b => b == '\n');
    }

    /// <summary>Up to where a batch went, in which file.</summary>
    internal readonly record struct Mark(long At, int Generation);

    /// <summary>Heartbeats waiting.</summary>
    internal long Unsent { get { lock (_gate) { return _unsent; } } }

    /// <summary>Heartbeats given up because there was no room.</summary>
    internal long Dropped { get; private set; }

    /// <summary>Keeps one more; when there is no room the oldest third goes.</summary>
    internal void Add(string json)
    {
        var line = Encoding.UTF8.GetBytes(json + "\n");
        lock (_gate)
        {
            if (_file.Length + line.Length > _maxBytes) { MakeRoom(line.Length); }
            _file.Seek(0, SeekOrigin.End);
            _file.Write(line);
            _unsent++;
        }
    }

    /// <summary>The oldest, up to a number; and the mark to give to <see cref="Forget"/> when they have been taken.</summary>
    internal (IReadOnlyList<string> Lines, Mark Mark) Oldest(int most)
    {
        lock (_gate)
        {
            var bytes = Read(Math.Min(ReadAtOnce, _file.Length - _sent));
            List<string> lines = [];
            var at = 0;
            while (lines.Count < most && Array.IndexOf(bytes, (byte)'\n', at) is var end and >= 0)
            {
                lines.Add(Encoding.UTF8.GetString(bytes, at, end - at));
                at = end + 1;
            }
            return (lines, new Mark(_sent + at, _generation));
        }
    }

    /// <summary>Lets go of the lines up to a mark.</summary>
    internal void Forget(int lines, Mark mark)
    {
        lock (_gate)
        {
            // Room was made meanwhile: the mark is of a file that is no more, and some will be sent again.
            if (mark.Generation != _generation) { return; }
            (_sent, _unsent) = (mark.At, _unsent - lines);
            if (_sent == _file.Length)
            {
                _file.SetLength(0);
                _sent = 0;
            }
            WriteSent();
        }
    }

    public void Dispose() => _file.Dispose();

    private FileStream Open() => new(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);

    private void WriteSent() => File.WriteAllText(_sentPath, _sent.ToString(CultureInfo.InvariantCulture));

    private void MakeRoom(int forBytes)
    {
        var bytes = Read(_file.Length - _sent);
        var from = 0;
        while (from < bytes.Length && (bytes.Length - from > _maxBytes * 2 / 3 || bytes.Length - from + forBytes > _maxBytes))
        {
            from = Array.IndexOf(bytes, (byte)'\n', from) + 1;
            _unsent--;
            Dropped++;
        }
        // In this order a crash loses nothing: at worst the old file is sent again from its beginning.
        File.WriteAllBytes(_path + ".new", bytes[from..]);
        _sent = 0;
        WriteSent();
        _file.Dispose();
        File.Move(_path + ".new", _path, overwrite: true);
        _file = Open();
        _generation++;
    }

    private byte[] Read(long length)
    {
        var bytes = new byte[length];
        _file.Seek(_sent, SeekOrigin.Begin);
        _file.ReadExactly(bytes);
        return bytes;
    }

    private int ByteAt(long at)
    {
        _file.Seek(at, SeekOrigin.Begin);
        return _file.ReadByte();
    }

    /// <summary>A crash may have cut the last line short.</summary>
    private void DropTornLine()
    {
        var end = _file.Length;
        while (end > 0 && ByteAt(end - 1) != '\n') { end--; }
        _file.SetLength(end);
    }
}
