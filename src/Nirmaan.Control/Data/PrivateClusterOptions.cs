namespace Nirmaan.Control.Data;

/// <summary>Where and how the app's own PostgreSQL runs. Section <c>PrivateCluster</c>.</summary>
public sealed class PrivateClusterOptions
{
    /// <summary>The folder that holds the data, the password, the port and the server's log. As root every folder above it must be enterable by all.</summary>
    public string Folder { get; set; } = ".state/postgres";

    /// <summary>The database that is there once the cluster has started.</summary>
    public string Database { get; set; } = "nirmaan";

    /// <summary>The folder of <c>initdb</c> and <c>postgres</c>; else the environment's NIRMAAN_PG_BIN, the newest of the system, the npm package.</summary>
    public string? BinFolder { get; set; }

    /// <summary>The TCP port on 127.0.0.1; else the one of the last start if it is free, else any free one.</summary>
    public int? Port { get; set; }

    /// <summary>True leaves the server running for the next start to reuse. Otherwise it ends with this process, however that ends.</summary>
    public bool KeepRunning { get; set; }

    /// <summary>Server settings, as <c>postgres -c name=value</c>.</summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["max_connections"] = "200",
        ["shared_buffers"] = "256MB",
        ["timezone"] = "UTC",
        ["log_timezone"] = "UTC",
    };

    /// <summary>How long a start may take, an initdb included.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(60);
}
