using System.Globalization;

namespace Nirmaan.Agent;

/// <summary>What the environment tells the agent. docs/agent.md lists every name with its unit and default.</summary>
public sealed record Options
{
    /// <summary>The control plane; null keeps heartbeats on disk and sends none.</summary>
    public Uri? ControlUrl { get; init; }

    /// <summary>The bearer token for heartbeats.</summary>
    public string? Token { get; init; }

    /// <summary>The template as JSON.</summary>
    public string TemplateJson { get; init; } = "";

    /// <summary>The canonical GPU that was rented, for example <c>rtx-a6000</c>; null accepts any.</summary>
    public string? ExpectedGpu { get; init; }

    /// <summary>The HTTP port, all addresses.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Where unsent heartbeats are kept.</summary>
    public string StateFolder { get; init; } = "./state";

    /// <summary>The miner's working folder; relative log files lie below it.</summary>
    public string WorkFolder { get; init; } = ".";

    /// <summary>The regular time between heartbeats, until the control plane asks for another.</summary>
    public TimeSpan HeartbeatEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The first pause before a restart; each further one doubles.</summary>
    public TimeSpan RestartMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause before a restart.</summary>
    public TimeSpan RestartMax { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>The most that unsent heartbeats may take on disk, in bytes; the oldest go first.</summary>
    public long SpoolBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Reads the environment.</summary>
    /// <exception cref="FormatException">A value is not usable; the message says which, what it is and what was expected.</exception>
    public static Options From(Func<string, string?> get)
    {
        string? Text(string name) => get(name) is { Length: > 0 } value ? value.Trim() : null;
        TimeSpan Seconds(string name, double fallback, double least, double most) => TimeSpan.FromSeconds(Number(name, fallback, least, most));
        double Number(string name, double fallback, double least, double most)
        {
            if (Text(name) is not { } text) { return fallback; }
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) && n >= least && n <= most
                ? n
                : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{name}: '{text}', expected a number from {least} to {most}."));
        }

        var options = new Options
        {
            ControlUrl = Text("AGENT_CONTROL_URL") is { } url ? ControlAddress(url) : null,
            Token = Text("AGENT_TOKEN"),
            TemplateJson = Text("AGENT_TEMPLATE") ?? "",
            ExpectedGpu = Text("AGENT_EXPECTED_GPU"),
            Port = (int)Number("AGENT_PORT", 8080, 1, 65535),
            StateFolder = Text("AGENT_STATE_DIR") ?? "./state",
            WorkFolder = Text("AGENT_WORK_DIR") ?? ".",
            HeartbeatEvery = Seconds("AGENT_HEARTBEAT_SECONDS", 60, 0.1, 3600),
            RestartMin = Seconds("AGENT_RESTART_MIN_SECONDS", 1, 0.01, 3600),
            RestartMax = Seconds("AGENT_RESTART_MAX_SECONDS", 300, 0.01, 86400),
            SpoolBytes = (long)(Number("AGENT_SPOOL_MEGABYTES", 16, 0.01, 4096) * 1024 * 1024),
        };
        if (options.RestartMax < options.RestartMin) { throw new FormatException("AGENT_RESTART_MAX_SECONDS: less than AGENT_RESTART_MIN_SECONDS."); }
        if (options.ControlUrl is not null && options.Token is null) { throw new FormatException("AGENT_TOKEN: missing, expected beside AGENT_CONTROL_URL."); }
        return options;
    }

    private static Uri ControlAddress(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new FormatException($"AGENT_CONTROL_URL: '{text}', expected an http or https address.");
}
