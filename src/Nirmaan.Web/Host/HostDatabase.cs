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

    /// <summary>Ends the host, as failed, when its private server ends before it does: nothing works without, and whoever watches the host starts it anew.</summary>
    public async Task EndWithItAsync(IHostApplicationLifetime lifetime, ILogger logger)
    {
        if (_cluster is null) { return; }
        try { await _cluster.WaitForEndAsync(lifetime.ApplicationStopping); }
        catch (OperationCanceledException) { return; }
        HostLog.ServerEnded(logger);
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}

internal static partial class HostLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Migrated the database: {Migration}")]
    public static partial void Migrated(ILogger logger, string migration);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The private PostgreSQL ended by itself; this host ends with it")]
    public static partial void ServerEnded(ILogger logger);
}
