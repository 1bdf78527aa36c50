using Nirmaan.Control.Data;
using Npgsql;

namespace Nirmaan.Testing;

/// <summary>
/// A real PostgreSQL for one run of a test project: its own private cluster, or the server that NIRMAAN_TEST_POSTGRES (a connection string that
/// may create databases) names. One database is migrated; each test gets a copy of it. Derive it per project and register it with
/// <c>[assembly: AssemblyFixture(typeof(..))]</c>.
/// </summary>
/// <param name="migrate">Brings an empty database, given by its connection string, to the schema the tests expect.</param>
public abstract class PostgresFixture(Func<string, CancellationToken, Task> migrate) : IAsyncLifetime
{
    private readonly string _prefix = $"nirmaan_test_{Guid.NewGuid():N}";
    private string? _folder;
    private PrivateCluster? _cluster;
    private string _server = "";
    private int _count;

    private string Template => $"{_prefix}_template";

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        _server = Environment.GetEnvironmentVariable("NIRMAAN_TEST_POSTGRES") is { Length: > 0 } given ? given : await StartClusterAsync();
        await ExecuteAsync($"CREATE DATABASE {Template}");
        // No pool: a connection left open to the template would forbid copying it.
        await migrate(new NpgsqlConnectionStringBuilder(ConnectionStringOf(Template)) { Pooling = false }.ConnectionString, CancellationToken.None);
    }

    /// <summary>A fresh copy of the migrated database, dropped when disposed.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync()
    {
        var name = $"{_prefix}_{Interlocked.Increment(ref _count)}";
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
        return new TestDatabase(ConnectionStringOf(name), () => ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)"));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_cluster is null)
        {
            await ExecuteAsync($"DROP DATABASE IF EXISTS {Template} WITH (FORCE)");
        }
        else
        {
            await _cluster.DisposeAsync();
            Directory.Delete(_folder!, recursive: true);
        }
        GC.SuppressFinalize(this);
    }

    private async Task<string> StartClusterAsync()
    {
        _folder = Path.Combine(Path.GetTempPath(), _prefix);
        var options = new PrivateClusterOptions { Folder = _folder };
        // Nothing here is worth surviving a power cut.
        foreach (var setting in new[] { "fsync", "synchronous_commit", "full_page_writes", "autovacuum" }) { options.Settings[setting] = "off"; }
        _cluster = await PrivateCluster.StartAsync(options, CancellationToken.None);
        return _cluster.ConnectionStringOf("postgres");
    }

    private string ConnectionStringOf(string database) => new NpgsqlConnectionStringBuilder(_server) { Database = database }.ConnectionString;

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>One test's own database.</summary>
public sealed class TestDatabase(string connectionString, Func<Task> drop) : IAsyncDisposable
{
    /// <summary>Connects to it.</summary>
    public string ConnectionString => connectionString;

    /// <summary>Drops it, whoever is still connected.</summary>
    public async ValueTask DisposeAsync()
    {
        await using (var pooled = new NpgsqlConnection(connectionString)) { NpgsqlConnection.ClearPool(pooled); }
        await drop();
    }
}
