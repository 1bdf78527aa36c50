using System.Globalization;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers;

/// <summary>What goes into the container's environment for a request: the request's entries and the operation's name.</summary>
internal static class RentEnv
{
    /// <summary>Entry that marks a container as ours.</summary>
    public const string Marker = "NIRMAAN_OPERATION";

    private const string PortEntry = "AGENT_PORT";
    private const string TokenEntry = "AGENT_TOKEN";
    private const int DefaultPort = 8080;
    private const int ShortestSecret = 6;

    /// <summary>All entries, by name.</summary>
    public static SortedDictionary<string, string> Of(RentRequest request)
    {
        var env = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in request.Env) { env[name] = value; }
        env[Marker] = request.Name;
        return env;
    }

    /// <summary>The port on which the agent answers HTTP.</summary>
    /// <exception cref="RentRefusedException">It is no port.</exception>
    public static int AgentPort(RentRequest request)
    {
        if (!request.Env.TryGetValue(PortEntry, out var text)) { return DefaultPort; }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port : throw new RentRefusedException($"env {PortEntry}: '{text}'; expected a port from 1 to 65535");
    }

    /// <summary>True for an entry whose value nobody may read back.</summary>
    public static bool IsSecret(RentRequest request, string name) => name == TokenEntry || request.Template.SecretEnv.Contains(name);

    /// <summary>The effect with every secret of the request struck out of its words: a supplier's error may quote what it was sent.</summary>
    public static Effect Scrub(Effect effect, RentRequest request)
    {
        string Clean(string text) => request.Env.Where(e => e.Value.Length >= ShortestSecret && IsSecret(request, e.Key))
            .OrderByDescending(e => e.Value.Length).Aggregate(text, (t, e) => t.Replace(e.Value, "***", StringComparison.Ordinal));
        return effect switch
        {
            Effect.Refused refused => refused with { Why = Clean(refused.Why) },
            Effect.Uncertain uncertain => uncertain with { Why = Clean(uncertain.Why) },
            Effect.NotSent unsent => unsent with { Why = Clean(unsent.Why) },
            _ => effect,
        };
    }
}

/// <summary>A request that cannot be sent as it is; the message names field, value and what was expected.</summary>
internal sealed class RentRefusedException(string message) : Exception(message);
