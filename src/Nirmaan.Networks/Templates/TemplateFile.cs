using System.Globalization;
using System.Text.RegularExpressions;
using Nirmaan.Domain.Fleet;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Nirmaan.Networks.Templates;

/// <summary>
/// Reads template.yaml (formats.md) strictly: an unknown key, a missing one, a pattern that is none, a state that no heartbeat knows are
/// errors. Only <c>season</c>, <c>failover</c>, <c>idleStopHours</c>, <c>upstream</c> and its <c>release</c>, <c>needs.cudaMin</c> and a season's <c>from</c> and <c>to</c> may be absent.
/// </summary>
public static partial class TemplateFile
{
    private static readonly string[] s_states = ["installing", "loading", "serving", "working", "idle", "failed", "stopped"];
    private static readonly string[] s_payouts = ["evm-address", "evm-hot-key", "ss58", "solana"];

    /// <summary>Reads a template.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="TemplateFileException">It cannot be used.</exception>
    public static Template Read(string file, string yaml)
    {
        var stream = new YamlStream();
        try { stream.Load(new StringReader(yaml)); }
        catch (YamlException e) { throw new TemplateFileException(file, "", $"line {e.Start.Line}: {e.Message}", "YAML", e); }
        return stream.Documents is [{ RootNode: YamlMappingNode root }]
            ? TemplateFields.Whole(new TemplateFields(file, "", root), Read)
            : throw new TemplateFileException(file, "", $"{stream.Documents.Count} documents", "one document that is a map");
    }

    private static readonly Dictionary<string, Failover> s_failovers = new(StringComparer.Ordinal) { ["elsewhere"] = Failover.Elsewhere, ["same-supplier"] = Failover.SameSupplier };

    /// <summary>A template that ships with this assembly.</summary>
    internal static Template Shipped(string name)
    {
        using var stream = typeof(TemplateFile).Assembly.GetManifestResourceStream($"{name}.yaml") ?? throw new ArgumentException($"No template '{name}' ships with Nirmaan.", nameof(name));
        using var reader = new StreamReader(stream);
        return Read($"{name}.yaml", reader.ReadToEnd());
    }

    private static Template Read(TemplateFields t) => new(
        t.Text("name", "lower-case words joined by '-'", Slug().IsMatch),
        t.Whole("version", 1, 1_000_000),
        t.Text("network", "lower-case words joined by '-'", Slug().IsMatch),
        t.Text("workload", "lower-case words joined by '-'", Slug().IsMatch),
        t.Text("image", "an image with a tag or digest other than latest", i => Image().IsMatch(i) && !i.EndsWith(":latest", StringComparison.Ordinal)),
        // Executed without a shell: nothing would replace a '$'.
        t.Texts("command", 1, "a word without '$'", w => w.Length > 0 && !w.Contains('$', StringComparison.Ordinal)),
        t.Entries("env", "the name of an environment entry", EnvName().IsMatch),
        t.Texts("secretEnv", 0, "the name of an environment entry", EnvName().IsMatch),
        t.Section("needs", Needs),
        t.Section("payout", p => new TemplatePayout(
            p.Text("kind", $"one of {string.Join(", ", s_payouts)}", s_payouts.Contains), p.Text("env", "the name of an environment entry", EnvName().IsMatch))),
        t.Section("logs", l => new TemplateLogs(l.Texts("files", 0, "a relative path, '*' and '?' allowed", IsBelow), l.Sections("rules", Rule))),
        t.Whole("readyWithinMinutes", 1, 24 * 60),
        t.Whole("stopGraceSeconds", 0, 3600),
        t.Text("licence", "what may be done with image and model", l => !string.IsNullOrWhiteSpace(l)).Trim(),
        t.OptionalSection("season", Season),
        t.OptionalText("failover", $"one of {string.Join(", ", s_failovers.Keys)}", s_failovers.ContainsKey) is { } failover ? s_failovers[failover] : Failover.Elsewhere,
        t.OptionalText("idleStopHours", "a whole number of hours from 1 to 8760", h => int.TryParse(h, NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours is >= 1 and <= 8760) is { } idle
            ? int.Parse(idle, CultureInfo.InvariantCulture) : null,
        t.OptionalSection("upstream", u => new TemplateUpstream(
            u.Text("repository", "a repository, owner/name", Repository().IsMatch), u.OptionalText("release", "a release's tag", r => r.Length is > 0 and <= 100), Day(u, "asOf"))));

    private static TemplateNeeds Needs(TemplateFields n) => new(
        n.Whole("minVramGb", 0, 1024), n.Whole("gpus", 1, 16), n.Number("vcpu", 0.1m, 512), n.Whole("ramGb", 1, 4096), n.Whole("diskGb", 1, 65536),
        n.OptionalText("cudaMin", "a CUDA version, major.minor", Cuda().IsMatch),
        [.. n.Texts("inboundPorts", 0, "a port from 1 to 65535", p => ushort.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0)
            .Select(p => int.Parse(p, CultureInfo.InvariantCulture))],
        n.Flag("vm"), n.Flag("dockerSocket"));

    private static TemplateLogRule Rule(TemplateFields r)
    {
        var match = r.Text("match", "a regular expression of .NET", m => m.Length > 0);
        try { _ = new Regex(match, RegexOptions.CultureInvariant); }
        catch (ArgumentException e) { throw r.Bad("match", match, $"a regular expression of .NET ({e.Message})", e); }
        return new TemplateLogRule(match, r.Text("state", $"one of {string.Join(", ", s_states)}", s_states.Contains), r.Text("reason", "lower-case words joined by '-'", Slug().IsMatch));
    }

    private static TemplateSeason Season(TemplateFields s)
    {
        var (from, to) = (Time(s, "from"), Time(s, "to"));
        return from >= to ? throw s.Bad("to", $"{to:u}", $"a time after from ({from:u})") : new TemplateSeason(from, to);
    }

    private static DateOnly Day(TemplateFields f, string name) => DateOnly.ParseExact(
        f.Text(name, "a day, for example 2025-02-26", d => DateOnly.TryParseExact(d, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)), "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateTimeOffset? Time(TemplateFields s, string name)
    {
        const string Expected = "a date or a time in UTC, for example 2024-04-01 or 2024-04-01T12:00:00Z";
        DateTimeOffset time = default;
        return s.OptionalText(name, Expected, text => DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time)) is null ? null : time;
    }

    private static bool IsBelow(string path) => path.Length > 0 && !Path.IsPathRooted(path) && !path.Split('/').Contains("..");

    [GeneratedRegex(@"^[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex Slug();

    [GeneratedRegex(@"^([a-zA-Z0-9.-]+(:[0-9]+)?/)?[a-z0-9._/-]+(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})\z")]
    private static partial Regex Image();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9._-]+\z")]
    private static partial Regex Repository();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex EnvName();

    [GeneratedRegex(@"^[0-9]{1,3}\.[0-9]{1,3}\z")]
    private static partial Regex Cuda();
}
