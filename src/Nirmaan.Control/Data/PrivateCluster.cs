using System.Globalization;
using System.Security.Cryptography;
using Npgsql;

namespace Nirmaan.Control.Data;

/// <summary>
/// The app's own PostgreSQL, so that nothing need be set up: made on first start, reachable on 127.0.0.1 with a password only this folder
/// knows. A server of the same folder that runs already is reused and left running; one started here ends with this process.
/// </summary>
public sealed class PrivateCluster : IAsyncDisposable
{
    private const string Superuser = "nirmaan";

    private readonly PrivateClusterOptions _options;
    private readonly string _password;
    private PostgresProcess? _process;

    private PrivateCluster(PrivateClusterOptions options, string password) => (_options, _password) = (options, password);

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>True when the server was already running and will be left so.</summary>
    public bool Reused => _process is null;

    /// <summary>Connects to the configured database.</summary>
    public string ConnectionString => ConnectionStringOf(_options.Database);

    private string Data => Path.Combine(_options.Folder, "data");

    private string PidFile => Path.Combine(Data, "postmaster.pid");

    /// <summary>Starts the folder's server or finds it running, and makes the configured database if it is missing.</summary>
    /// <exception cref="InvalidOperationException">It cannot start; one sentence says why and what to do.</exception>
    public static async Task<PrivateCluster> StartAsync(PrivateClusterOptions options, CancellationToken cancellationToken)
    {
        options.Folder = Path.GetFullPath(options.Folder);
        Directory.CreateDirectory(options.Folder);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.StartTimeout);
        try
        {
            // One starter at a time: two could both find no data and both make it.
            await using var turn = await TakeTurnAsync(Path.Combine(options.Folder, "lock"), limit.Token);
            var cluster = new PrivateCluster(options, await PasswordAsync(Path.Combine(options.Folder, "password"), limit.Token));
            try
            {
                if (!await cluster.FindRunningAsync(limit.Token)) { await cluster.LaunchAsync(limit.Token); }
                await cluster.CreateMissingDatabaseAsync(limit.Token);
                return cluster;
            }
            catch
            {
                await cluster.DisposeAsync();
                throw;
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InvalidOperationException($"{options.Folder} belongs to another user: remove it or set PrivateCluster__Folder. {e.Message}", e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var seconds = options.StartTimeout.TotalSeconds;
            throw new InvalidOperationException($"PostgreSQL in {options.Folder} did not start within {seconds} seconds; see data/server.log there.");
        }
    }

    /// <summary>Connects to another database of the cluster.</summary>
    public string ConnectionStringOf(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = Superuser,
        Password = _password,
        Database = database,
    }.ConnectionString;

    /// <summary>Ends when the server that was started here has ended by itself; never for one that is reused.</summary>
    public Task WaitForEndAsync(CancellationToken cancellationToken) => _process?.WaitAsync(cancellationToken) ?? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    /// <summary>Stops the server if it was started here and not told to keep running.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is null) { return; }
        await _process.DisposeAsync();
        _process = null;
    }

    private static async Task<FileStream> TakeTurnAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try { return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); }
            catch (IOException e) when (e is not FileNotFoundException and not DirectoryNotFoundException) { await PauseAsync(cancellationToken); }
        }
    }

    private static async Task<string> PasswordAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) { await WriteSecretAsync(path, RandomNumberGenerator.GetHexString(32, lowercase: true), cancellationToken); }
        return (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
    }

    private static async Task WriteSecretAsync(string path, string text, CancellationToken cancellationToken)
    {
        // The first thing a start does, so that another system hears it at once.
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The private cluster needs Linux: set ConnectionStrings__Nirmaan to a database of your own.");
        }
        const UnixFileMode Ours = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var secret = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Ours };
        await using var file = new StreamWriter(path, secret);
        await file.WriteLineAsync(text.AsMemory(), cancellationToken);
    }

    /// <summary>
    /// Takes over the server that postmaster.pid names, if it is this folder's and answers our password. One that is shutting down (its owner
    /// was killed a moment ago) is waited for.
    /// </summary>
    private async Task<bool> FindRunningAsync(CancellationToken cancellationToken)
    {
        while (ReadPidFile() is { } server)
        {
            if (!PostgresProcess.Serves(server.Id))
            {
                // After a power cut the id may belong to another program of ours, and PostgreSQL would take that for its own.
                File.Delete(PidFile);
                return false;
            }
            Port = server.Port;
            if (await AnswersAsync(cancellationToken)) { return true; }
            await PauseAsync(cancellationToken);
        }
        return false;
    }

    private (int Id, int Port)? ReadPidFile()
    {
        try
        {
            // Line 1 is the process, line 4 the port (PostgreSQL's miscadmin.h).
            var lines = File.ReadAllLines(PidFile);
            return lines.Length > 3 && int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && int.TryParse(lines[3], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? (id, port) : null;
        }
        catch (IOException) { return null; }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SHOW data_directory", connection);
            // Another cluster may have taken the port that an old file names.
            return (string?)await command.ExecuteScalarAsync(cancellationToken) == Data;
        }
        catch (NpgsqlException) { return false; }
    }

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        var version = Path.Combine(Data, "PG_VERSION");
        int? major = File.Exists(version) ? int.Parse(await File.ReadAllTextAsync(version, cancellationToken), CultureInfo.InvariantCulture) : null;
        var binaries = PostgresBinaries.Find(_options.BinFolder, major);
        if (major is null) { await InitialiseAsync(binaries, cancellationToken); }

        for (var attempt = 1; ; attempt++)
        {
            Port = _options.Port ?? await LoopbackPort.ChooseAsync(Path.Combine(_options.Folder, "port"), lastIfFree: attempt == 1, cancellationToken);
            var log = Path.Combine(Data, "server.log");
            // No socket file: its path has a length limit that a deep folder breaks.
            var port = Port.ToString(CultureInfo.InvariantCulture);
            string[] command = [binaries.Server, "-D", Data, "-h", "127.0.0.1", "-p", port, "-c", "unix_socket_directories="];
            File.Delete(log);
            _process = PostgresProcess.Start(command.Concat(_options.Settings.SelectMany(s => new[] { "-c", $"{s.Key}={s.Value}" })), log);
            if (await ServesAsync(_process, cancellationToken))
            {
                if (_options.KeepRunning) { await _process.LetStayAsync(); }
                return;
            }
            var said = await ServerLog.ProblemAsync(log, cancellationToken);
            await DisposeAsync();
            // Between finding a free port and taking it another program can take it.
            if (attempt == 3 || _options.Port is not null || !said.Contains("could not bind", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"PostgreSQL in {_options.Folder} does not start: {said}");
            }
        }
    }

    private async Task InitialiseAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        // Made beside its place: what a kill on the way leaves behind is never taken for a cluster.
        var unfinished = Data + ".new";
        if (Directory.Exists(unfinished)) { Directory.Delete(unfinished, recursive: true); }
        Directory.CreateDirectory(unfinished);
        await PostgresProcess.HandOverAsync(unfinished, cancellationToken);
        var passwordFile = Path.Combine(_options.Folder, "initdb-password");
        try
        {
            await WriteSecretAsync(passwordFile, _password, cancellationToken);
            await PostgresProcess.HandOverAsync(passwordFile, cancellationToken);
            string[] arguments = ["-D", unfinished, "-U", Superuser, "--pwfile", passwordFile, "-A", "scram-sha-256", "-E", "UTF8", "--no-locale"];
            var (code, said) = await PostgresProcess.RunAsync(binaries.InitDb, arguments, asUser: true, cancellationToken);
            if (code == 0)
            {
                Directory.Move(unfinished, Data);
                return;
            }
            Directory.Delete(unfinished, recursive: true);
            var who = PostgresProcess.User is { } user ? $" as user {user}, who must be able to enter every folder above it (set PrivateCluster__Folder)" : "";
            throw new InvalidOperationException($"PostgreSQL cannot make its data in {Data}{who}: {ServerLog.LastLine(said)}");
        }
        finally { File.Delete(passwordFile); }
    }

    private async Task<bool> ServesAsync(PostgresProcess process, CancellationToken cancellationToken)
    {
        while (!await AnswersAsync(cancellationToken))
        {
            if (process.HasExited) { return false; }
            await PauseAsync(cancellationToken);
        }
        return true;
    }

    private async Task CreateMissingDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var look = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection);
        look.Parameters.Add(new() { Value = _options.Database });
        if (await look.ExecuteScalarAsync(cancellationToken) is not null) { return; }
        await using var create = new NpgsqlCommand($"CREATE DATABASE \"{_options.Database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        // Short, because another program on the port may take the connection and say nothing.
        var settings = new NpgsqlConnectionStringBuilder(ConnectionStringOf("postgres")) { Pooling = false, Timeout = 2 };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static Task PauseAsync(CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, cancellationToken);
}
