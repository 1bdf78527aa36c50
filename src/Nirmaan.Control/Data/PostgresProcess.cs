using System.ComponentModel;
using System.Diagnostics;

namespace Nirmaan.Control.Data;

/// <summary>
/// Runs PostgreSQL's programs, as another user when this process is root, since PostgreSQL refuses to serve as root. The server's life hangs on
/// a pipe of ours: when this process ends, even killed, the pipe closes and the server shuts down.
/// </summary>
internal sealed class PostgresProcess : IAsyncDisposable
{
    // Ctrl-C and whoever ends a whole group (a terminal, `timeout`, a CI runner) reach this shell too. The server and the one who watches the pipe
    // sit in sessions of their own, so that one of them is left to end the other; the watcher is ended with the server, or it would outlive it.
    private const string Script = """
        trap '' INT HUP TERM
        exec 3<&0
        setsid "$@" >"$LOG" 2>&1 </dev/null 3<&- &
        server=$!
        setsid /bin/sh -c 'read -r word <&3; [ "$word" = stay ] || kill -INT "$1"' watch $server </dev/null >/dev/null 2>&1 &
        watcher=$!
        exec 3<&-
        wait $server
        code=$?
        kill -KILL $watcher 2>/dev/null
        exit $code
        """;

    private readonly Process _shell;
    private bool _stays;

    private PostgresProcess(Process shell) => _shell = shell;

    /// <summary>The user PostgreSQL runs as; null when that is us.</summary>
    internal static string? User { get; } = Environment.IsPrivilegedProcess ? Account("postgres") ?? "nobody" : null;

    /// <summary>True when the server is gone.</summary>
    internal bool HasExited => _shell.HasExited;

    /// <summary>Starts a server.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="log">The file that takes its output; the user of the server must be able to write it.</param>
    internal static PostgresProcess Start(IEnumerable<string> command, string log)
    {
        var start = Prepare("/bin/sh", ["-c", Script, "postgres", .. command]);
        start.RedirectStandardInput = true;
        start.Environment["LOG"] = log;
        return new PostgresProcess(Process.Start(start)!);
    }

    /// <summary>Lets the server outlive us from here on.</summary>
    internal async Task LetStayAsync()
    {
        _stays = true;
        await _shell.StandardInput.WriteLineAsync("stay");
        await _shell.StandardInput.FlushAsync();
    }

    /// <summary>Runs a program to its end and gives its exit code and what it said.</summary>
    internal static async Task<(int Code, string Said)> RunAsync(
        string program, IEnumerable<string> arguments, bool asUser, CancellationToken cancellationToken)
    {
        var start = Prepare(program, arguments);
        if (!asUser) { start.UserName = null; }
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, (await errors + await output).Trim());
    }

    /// <summary>Gives a file or folder to the user PostgreSQL runs as.</summary>
    internal static async Task HandOverAsync(string path, CancellationToken cancellationToken)
    {
        if (User is null) { return; }
        var (code, said) = await RunAsync("chown", [User, path], asUser: false, cancellationToken);
        if (code != 0) { throw new InvalidOperationException($"{path} cannot be given to user {User}: {said}"); }
    }

    /// <summary>True while a process of that id runs PostgreSQL.</summary>
    internal static bool Serves(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.ProcessName == "postgres";
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception) { return false; }
    }

    /// <summary>Shuts the server down, its clients cut off and everything written, unless it may stay.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _shell.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            if (!_stays) { await _shell.WaitForExitAsync(patience.Token); }
        }
        catch (IOException) { /* the shell has ended and the pipe with it */ }
        finally { _shell.Dispose(); }
    }

    private static ProcessStartInfo Prepare(string program, IEnumerable<string> arguments)
    {
        // The working folder must be one that the other user can enter.
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = "/" };
        if (User is not null) { start.UserName = User; }
        start.Environment["LC_ALL"] = "C.UTF-8";
        return start;
    }

    private static string? Account(string name) =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith(name + ':', StringComparison.Ordinal)) ? name : null;
}
