using Nirmaan.Control.Data;

namespace Nirmaan.Web.Host;

/// <summary>
/// The database of this host: the one that <c>ConnectionStrings:Nirmaan</c> names, else a PostgreSQL of its own in the folder of section
/// <c>PrivateCluster</c>, which ends with the process.
/// </summary>
internal sealed class HostDatabase : IAsyncDisposable
{
    private const string Name = "Nirmaan";

    private readonly PrivateCluster? _cluster;

    private HostDatabase(string connectionString, PrivateCluster? cluster) => (ConnectionString, _cluster) = (connectionString, cluster);

    /// <summary>Connects to it.</summary>
    public string ConnectionString { get; }

    /// <summary>Finds or starts it.</summary>
    /// <exception cref="InvalidOperationException">The private one cannot start; one sentence says why and what to do.</exception>
    public static async Task<HostDatabase> OpenAsync(IConfiguration configuration)
    {
        if (configuration.GetConnectionString(Name) is { Length: > 0 } given) { return new HostDatabase(given, null); }
        var options = new PrivateClusterOptions();
        configuration.GetSection("PrivateCluster").Bind(options);
        var cluster = await PrivateCluster.StartAsync(options, CancellationToken.None);
        return new HostDatabase(cluster.ConnectionString, cluster);
    }

    /// <summary>Brings it to this version's schema, one host at a time.</summary>
    public async Task MigrateAsync(ILogger logger)
    {
        var applied = await DatabaseMigrator.MigrateAsync(ConnectionString, CancellationToken.None);
        foreach (var migration in applied) { HostLog.Migrated(logger, migration); }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}

internal static partial class HostLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Migrated the database: {Migration}")]
    public static partial void Migrated(ILogger logger, string migration);
}
