namespace Nirmaan.Cli.Files;

/// <summary>Reads files that commands name.</summary>
internal static class TextFile
{
    /// <summary>The whole text; <c>-</c> is standard input.</summary>
    /// <exception cref="FailureException">It cannot be read.</exception>
    public static async Task<string> ReadAsync(string path, Terminal terminal, CancellationToken cancellationToken)
    {
        if (path == "-") { return await terminal.In.ReadToEndAsync(cancellationToken); }
        try { return await File.ReadAllTextAsync(path, cancellationToken); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException) { throw FailureException.BadInput(path, e is FileNotFoundException or DirectoryNotFoundException ? "is not there" : e.Message, "a readable file"); }
    }

    /// <summary>Reads a file and makes something of it; a format error names the file.</summary>
    public static async Task<T> ReadAsync<T>(string path, Func<string, T> parse, Terminal terminal, CancellationToken cancellationToken)
    {
        var text = await ReadAsync(path, terminal, cancellationToken);
        try { return parse(text); }
        catch (FormatException e) { throw FailureException.BadInput($"{path}: {e.Message}", e); }
    }
}
