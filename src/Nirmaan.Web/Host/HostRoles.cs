namespace Nirmaan.Web.Host;

/// <summary>What this process does. Key <c>Roles</c>: <c>web</c>, <c>worker</c> or both, separated by commas; both when it is not set.</summary>
/// <param name="Web">Serves pages and calls.</param>
/// <param name="Worker">Runs jobs and attends the fleet.</param>
internal sealed record HostRoles(bool Web, bool Worker)
{
    /// <summary>The configuration key.</summary>
    public const string Key = "Roles";

    private const string WebRole = "web", WorkerRole = "worker";

    /// <summary>Reads the key.</summary>
    /// <exception cref="InvalidOperationException">It names something else.</exception>
    public static HostRoles Of(IConfiguration configuration)
    {
        if (configuration[Key] is not { } text) { return new HostRoles(true, true); }
        var words = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length > 0 && words.All(w => w is WebRole or WorkerRole)
            ? new HostRoles(words.Contains(WebRole), words.Contains(WorkerRole))
            : throw new InvalidOperationException($"{Key} is '{text}'; expected {WebRole}, {WorkerRole} or {WebRole},{WorkerRole}.");
    }
}
