using System.IO.Enumeration;

namespace Nirmaan.Agent.Miner;

/// <summary>
/// Follows log files by looking at them: file notifications do not cross container mounts. Survives rotation by rename, by delete and by
/// truncation. What stood in a file before the first look belongs to an earlier run and is not read.
/// </summary>
internal sealed class LogTail(string workFolder, IReadOnlyList<string> patterns, Action<string, string> onLine) : IDisposable
{
    private const int MaxFiles = 50;

    private readonly Dictionary<string, Followed> _files = [];
    private readonly byte[] _buffer = new byte[64 * 1024];
    private bool _looked;

    /// <summary>Reads what is new. One caller at a time.</summary>
    internal void Look()
    {
        var room = MaxFiles - _files.Count;
        foreach (var path in Matching().Except(_files.Keys).Take(room).ToList()) { _files[path] = new Followed(path, onLine, fromEnd: !_looked); }
        _looked = true;
        foreach (var (path, file) in _files.ToList())
        {
            if (!file.Read(_buffer)) { continue; }
            file.Dispose();
            _files.Remove(path);
            // A rotated file's successor may be there already, and its lines are new.
            if (File.Exists(path))
            {
                _files[path] = new Followed(path, onLine, fromEnd: false);
                _files[path].Read(_buffer);
            }
        }
    }

    public void Dispose()
    {
        foreach (var file in _files.Values) { file.Dispose(); }
        _files.Clear();
    }

    /// <summary>The files that match now: wildcards are allowed in every part of a path, the root excepted.</summary>
    private IEnumerable<string> Matching() => patterns.SelectMany(pattern =>
    {
        var full = Path.GetFullPath(Path.Combine(workFolder, pattern));
        var root = Path.GetPathRoot(full)!;
        IEnumerable<string> found = [root];
        var parts = full[root.Length..].Split(Path.DirectorySeparatorChar);
        for (var i = 0; i < parts.Length; i++)
        {
            var (part, last) = (parts[i], i == parts.Length - 1);
            found = found.SelectMany(folder => Children(folder, part, last));
        }
        return found;
    }).Distinct();

    private static IEnumerable<string> Children(string folder, string part, bool files)
    {
        if (part.IndexOfAny(['*', '?']) < 0)
        {
            var path = Path.Combine(folder, part);
            return (files ? File.Exists(path) : Directory.Exists(path)) ? [path] : [];
        }
        try
        {
            var children = files ? Directory.EnumerateFiles(folder) : Directory.EnumerateDirectories(folder);
            return [.. children.Where(c => FileSystemName.MatchesSimpleExpression(part, Path.GetFileName(c), ignoreCase: false)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return []; }
    }

    private sealed class Followed : IDisposable
    {
        private readonly LineBuffer _lines;
        private readonly FileStream? _stream;
        private readonly string? _identity;

        internal Followed(string path, Action<string, string> onLine, bool fromEnd)
        {
            _lines = new LineBuffer(line => onLine(Path.GetFileName(path), line));
            try
            {
                _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
                _identity = Identity();
                if (fromEnd) { _stream.Seek(0, SeekOrigin.End); }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { _stream = null; }
        }

        /// <summary>Reads to the end. True when the path no longer is this file.</summary>
        internal bool Read(byte[] buffer)
        {
            if (_stream is null) { return true; }
            try
            {
                // Asked before the last read: what is written between that and a rotation would be lost.
                var gone = Identity() != _identity;
                if (_stream.Length < _stream.Position)
                {
                    _lines.End();
                    _stream.Seek(0, SeekOrigin.Begin);
                }
                for (int n; (n = _stream.Read(buffer)) > 0;) { _lines.Add(buffer.AsSpan(0, n)); }
                if (gone) { _lines.End(); }
                return gone;
            }
            catch (IOException) { return true; }
        }

        public void Dispose() => _stream?.Dispose();

        // Linux names an open file by its present path, so a rename or a delete changes the name.
        private string? Identity() => new FileInfo($"/proc/self/fd/{_stream!.SafeFileHandle.DangerousGetHandle()}").LinkTarget;
    }
}
