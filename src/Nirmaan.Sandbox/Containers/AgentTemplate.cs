using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nirmaan.Sandbox.Containers;

/// <summary>What the agent in a container reads of its template (env AGENT_TEMPLATE): needs and log rules.</summary>
internal sealed class AgentTemplate
{
    /// <summary>Nobody's address: whom a lying machine has the network pay.</summary>
    public const string Stranger = "0x00000000000000000000000000000000000bad00";

    private static readonly Regex s_address = new("^0x[0-9a-fA-F]{40}", RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(100));
    private static readonly TimeSpan s_matchTime = TimeSpan.FromMilliseconds(100);
    private readonly IReadOnlyList<(Regex Match, string? State, string? Reason)> _rules;

    private AgentTemplate(JsonObject json)
    {
        Json = json;
        Workload = json["workload"]?.ToString();
        PayoutVariable = json["payout"]?["env"]?.ToString();
        MinVramGb = Number(json["needs"]?["minVramGb"]);
        Gpus = (int)Number(json["needs"]?["gpus"]);
        _rules = [.. (json["logs"]?["rules"] as JsonArray ?? []).Select(r =>
            (new Regex(r!["match"]?.ToString() ?? "", RegexOptions.CultureInvariant, s_matchTime), r["state"]?.ToString(), r["reason"]?.ToString()))];
    }

    /// <summary>The template as it came.</summary>
    public JsonObject Json { get; }

    /// <summary>Workload id such as heurist-sd.</summary>
    public string? Workload { get; }

    /// <summary>The variable that carries the payout address; null = none.</summary>
    public string? PayoutVariable { get; }

    /// <summary>Memory that each card needs, GB; 0 = no need stated.</summary>
    public double MinVramGb { get; }

    /// <summary>Cards needed; 0 = no need stated.</summary>
    public int Gpus { get; }

    /// <summary>Reads the text; null when it is no JSON object or a rule is no pattern.</summary>
    public static AgentTemplate? Read(string text)
    {
        try { return JsonNode.Parse(text) is JsonObject json ? new AgentTemplate(json) : null; }
        catch (Exception e) when (e is JsonException or ArgumentException or FormatException or InvalidOperationException) { return null; }
    }

    /// <summary>A container's environment as its miner sees it: the agent adds the template's entries for names that are not set.</summary>
    public static Dictionary<string, string> Complete(IReadOnlyDictionary<string, string> env)
    {
        var complete = new Dictionary<string, string>(env, StringComparer.Ordinal);
        if (env.TryGetValue("AGENT_TEMPLATE", out var text) && Read(text)?.Json["env"] is JsonObject entries)
        {
            foreach (var (name, value) in entries) { complete.TryAdd(name, value?.ToString() ?? ""); }
        }
        return complete;
    }

    /// <summary>The payout variables of an environment, one per card where they are numbered.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> PayoutsOf(IReadOnlyDictionary<string, string> env)
    {
        if (!env.TryGetValue("AGENT_TEMPLATE", out var text) || Read(text)?.PayoutVariable is not { Length: > 0 } variable) { return []; }
        var stem = variable.TrimEnd("0123456789".ToCharArray());
        return [.. env.Where(e => e.Key == variable || (stem.Length < variable.Length && e.Key.StartsWith(stem, StringComparison.Ordinal) && e.Key[stem.Length..].All(char.IsAsciiDigit)))
            .OrderBy(e => e.Key, StringComparer.Ordinal)];
    }

    /// <summary>Puts a stranger's address where the payout's stands; what follows the address (Heurist's tag) stays.</summary>
    public static void PayElsewhere(IDictionary<string, string> env)
    {
        foreach (var (name, value) in PayoutsOf(new Dictionary<string, string>(env))) { env[name] = s_address.Replace(value, Stranger); }
    }

    /// <summary>What the first matching rule says of a log line; null when none matches.</summary>
    public (string? State, string? Reason)? Tell(string line)
    {
        foreach (var (match, state, reason) in _rules)
        {
            try
            {
                if (match.IsMatch(line)) { return (state, reason); }
            }
            catch (RegexMatchTimeoutException)
            {
                // A pattern that runs away on one line must not stop the agent: the line goes on to the next rule.
            }
        }
        return null;
    }

    private static double Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) ? number : 0;
}
