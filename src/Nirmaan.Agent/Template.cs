using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nirmaan.Agent;

/// <summary>The recipe of a miner as the control plane sends it: the keys of template.yaml. What the agent has no use for is not read.</summary>
/// <remarks>Properties with a default have setters: generated JSON code would overwrite the default of an init-only one that the text leaves out.</remarks>
public sealed record Template
{
    /// <summary>The template's name.</summary>
    public string? Name { get; init; }

    /// <summary>The template's version.</summary>
    [JsonConverter(typeof(TextOrNumber))]
    public string? Version { get; init; }

    /// <summary>The network that pays.</summary>
    public string? Network { get; init; }

    /// <summary>The workload, for example <c>heurist-sd</c>.</summary>
    public string? Workload { get; init; }

    /// <summary>Program and arguments, executed as they are: no shell, no substitution.</summary>
    public IReadOnlyList<string> Command { get; set => field = value ?? []; } = [];

    /// <summary>Environment of the miner; what the container already sets wins.</summary>
    public IReadOnlyDictionary<string, string> Env { get; set => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Names that must be set and whose values never appear in a log line or answer.</summary>
    public IReadOnlyList<string> SecretEnv { get; set => field = value ?? []; } = [];

    /// <summary>What the machine must have.</summary>
    public MachineNeeds? Needs { get; init; }

    /// <summary>Where the miner's rewards go.</summary>
    public PayoutTo? Payout { get; init; }

    /// <summary>How the miner's lines are read.</summary>
    public LogReading? Logs { get; init; }

    /// <summary>The time from a start to the first line of a ready state, in minutes; null waits for ever.</summary>
    public double? ReadyWithinMinutes { get; init; }

    /// <summary>The time from the stop signal to the kill, in seconds.</summary>
    public double StopGraceSeconds { get; set; } = 30;

    /// <summary>What the machine must have. Other needs are the supplier's to meet.</summary>
    /// <param name="MinVramGb">Memory of each GPU, in GB (10^9 bytes).</param>
    /// <param name="Gpus">GPUs of the miner; 0 or absent means that none is needed.</param>
    /// <param name="CudaMin">The least CUDA version that the driver must support.</param>
    public sealed record MachineNeeds(double? MinVramGb, int? Gpus, [property: JsonConverter(typeof(TextOrNumber))] string? CudaMin);

    /// <summary>Where the miner's rewards go.</summary>
    /// <param name="Env">The variable that carries the address; a miner is not started without it.</param>
    public sealed record PayoutTo(string? Env);

    /// <summary>How the miner's lines are read.</summary>
    /// <param name="Files">Files beside stdout and stderr; <c>*</c> and <c>?</c> within each part of the path.</param>
    /// <param name="Rules">Tried in order; the first that matches decides.</param>
    public sealed record LogReading(IReadOnlyList<string>? Files, IReadOnlyList<LogRule>? Rules);

    /// <summary>A line that matches moves the miner to a state.</summary>
    /// <param name="Match">A .NET regular expression, culture-invariant, searched anywhere in the line.</param>
    /// <param name="State">One of the heartbeat's words.</param>
    /// <param name="Reason">Shown with the state; <c>job-done</c> counts a job.</param>
    public sealed record LogRule(string? Match, string? State, string? Reason);

    /// <summary>Reads and checks a template.</summary>
    /// <exception cref="FormatException">It cannot be run; the message says why.</exception>
    public static Template Parse(string json)
    {
        if (json.Length == 0) { throw new FormatException("AGENT_TEMPLATE: missing, expected the template as JSON."); }
        Template? template;
        try { template = JsonSerializer.Deserialize(json, Wire.Default.Template); }
        catch (JsonException e) { throw new FormatException($"AGENT_TEMPLATE: not a template at {e.Path ?? "$"}: {e.Message}", e); }
        if (template is null or { Command: not [{ Length: > 0 }, ..] }) { throw new FormatException("AGENT_TEMPLATE: command is empty."); }
        if (template.Command.FirstOrDefault(part => part.Contains('$', StringComparison.Ordinal)) is { } dollar)
        {
            throw new FormatException($"AGENT_TEMPLATE: command holds '{dollar}', but nothing here replaces a '$'.");
        }
        // A month and an hour: more is a slip of the pen, and no timer takes it.
        if (template.ReadyWithinMinutes is not (null or (> 0 and <= 43200)))
        {
            throw new FormatException("AGENT_TEMPLATE: readyWithinMinutes is not above 0 and at most 43200.");
        }
        if (template.StopGraceSeconds is not (>= 0 and <= 3600)) { throw new FormatException("AGENT_TEMPLATE: stopGraceSeconds is not from 0 to 3600."); }
        return template;
    }
}

/// <summary>A YAML number may arrive as a JSON number where a text is meant.</summary>
internal sealed class TextOrNumber : JsonConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number => reader.GetDecimal().ToString(CultureInfo.InvariantCulture),
        _ => reader.GetString(),
    };

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
