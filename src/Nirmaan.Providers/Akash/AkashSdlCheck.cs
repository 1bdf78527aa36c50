using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Nirmaan.Providers.Akash;

/// <summary>
/// Checks an SDL for what the Console API's validator lets pass although it fails later: after the lease is paid (no global port), or never
/// with a word why (a model that nobody has, a price of 0). Also for the chain's limits. It does not repeat the validator's structural rules.
/// </summary>
public static partial class AkashSdlCheck
{
    private const int MaxBytes = 512 * 1024;
    private const decimal Gi = 1024m * 1024 * 1024;
    private static readonly string[] s_storageClasses = ["default", "beta1", "beta2", "beta3", "ram"];

    /// <summary>What is wrong; empty = nothing.</summary>
    /// <param name="agentPort">The agent's port, which must be the ingress; null = any global port will do.</param>
    /// <param name="furtherModels">GPU models known to the caller besides those known here.</param>
    public static IReadOnlyList<AkashSdlFinding> Run(string sdl, int? agentPort = null, IReadOnlyCollection<string>? furtherModels = null)
    {
        var findings = new Findings();
        if (Encoding.UTF8.GetByteCount(sdl) is > MaxBytes and var bytes) { findings.Add("(whole)", $"{bytes} bytes", $"at most {MaxBytes}"); }
        var models = AkashGpus.Models.Concat(furtherModels ?? []).ToHashSet(StringComparer.Ordinal);
        YamlMappingNode root;
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(sdl));
            root = (YamlMappingNode)stream.Documents[0].RootNode;
        }
        catch (Exception e) when (e is YamlException or InvalidCastException or ArgumentOutOfRangeException)
        {
            return [new AkashSdlFinding("(whole)", "unreadable", "a YAML map")];
        }
        if (root.Text("version") is not ("2.0" or "2.1")) { findings.Add("version", root.Text("version"), "\"2.0\" or \"2.1\""); }
        foreach (var (name, service) in root.At("services").Maps()) { Service(name, service, findings); }
        Ports(root, agentPort, findings);
        foreach (var (name, profile) in root.At("profiles", "compute").Maps())
        {
            Compute($"profiles.compute.{name}.resources", profile.At("resources"), models, findings);
        }
        foreach (var (placement, infrastructure) in root.At("profiles", "placement").Maps())
        {
            foreach (var (name, price) in infrastructure.At("pricing").Maps()) { Price($"profiles.placement.{placement}.pricing.{name}", price, findings); }
        }
        foreach (var (service, targets) in root.At("deployment").Maps())
        {
            foreach (var (placement, target) in targets.Maps())
            {
                Within($"deployment.{service}.{placement}.count", target.Text("count"), Number(target.Text("count")), 1, 50, "", findings);
            }
        }
        return findings;
    }

    private static void Service(string name, YamlMappingNode service, Findings findings)
    {
        if (!ServiceName().IsMatch(name)) { findings.Add($"services.{name}", name, "lower-case letters, digits and dashes, beginning with a letter"); }
        if (service.Text("image") is not { Length: > 0 } image || image.Any(char.IsWhiteSpace))
        {
            findings.Add($"services.{name}.image", service.Text("image"), "an image reference");
        }
        var index = 0;
        foreach (var entry in service.At("env").Texts())
        {
            Entry($"services.{name}.env[{index++}]", entry, findings);
        }
    }

    /// <summary>Only the name of an entry is repeated: its value may be a secret.</summary>
    private static void Entry(string field, string entry, Findings findings)
    {
        if (entry.Split('=', 2) is not [var key, var value]) { findings.Add(field, "(hidden)", "KEY=value"); }
        else if (!EnvName().IsMatch(key)) { findings.Add(field, key, "a name of letters, digits and underscores before the ="); }
        else if (value.StartsWith("ac-", StringComparison.Ordinal))
        {
            findings.Add($"{field} {key}", "ac-...", "a value that does not begin with ac-, which the Console reserves");
        }
        else if (value is ['"', .., '"']) { findings.Add($"{field} {key}", "(hidden)", "a value without quotes of its own: they would become part of it"); }
    }

    private static void Ports(YamlMappingNode root, int? agentPort, Findings findings)
    {
        var open = (from service in root.At("services").Maps()
                    from expose in service.Map.At("expose").Items().OfType<YamlMappingNode>()
                    where expose.At("to").Items().Any(to => to.Text("global") == "true")
                    let port = expose.Text("port")
                    select new Opening(service.Name, port, expose.Text("as") ?? port, (expose.Text("proto") ?? "TCP").ToUpperInvariant())).ToList();
        if (open.Count == 0)
        {
            findings.Add("services.*.expose", "no global port", "at least one: without it the provider refuses the manifest of a paid lease");
        }
        foreach (var twice in open.GroupBy(o => (o.Service, o.As, o.Protocol)).Where(g => g.Count() > 1))
        {
            findings.Add($"services.{twice.Key.Service}.expose", $"as: {twice.Key.As} twice", "each external port once");
        }
        if (agentPort is { } wanted && !open.Exists(o => o.Port == Text(wanted) && o is { As: "80", Protocol: "TCP" }))
        {
            findings.Add("services.*.expose", string.Join(", ", open.Select(o => $"{o.Port} as {o.As}")), $"the agent's port {wanted} as 80, global, TCP");
        }
    }

    private static void Compute(string field, YamlNode? resources, HashSet<string> models, Findings findings)
    {
        var cpu = resources.Text("cpu", "units");
        Within($"{field}.cpu.units", cpu, cpu is [.., 'm'] ? Number(cpu[..^1]) / 1000 : Number(cpu), 0.01m, 384, " cores", findings);
        Size($"{field}.memory.size", resources.Text("memory", "size"), 1 / 1024m, 2048, findings);
        var volumes = resources.At("storage") is YamlMappingNode one ? [one] : resources.At("storage").Items().OfType<YamlMappingNode>().ToList();
        for (var i = 0; i < volumes.Count; i++) { Volume($"{field}.storage[{i}]", volumes[i], findings); }
        Gpu($"{field}.gpu", resources.At("gpu"), models, findings);
    }

    private static void Volume(string field, YamlMappingNode volume, Findings findings)
    {
        Size($"{field}.size", volume.Text("size"), 5 / 1024m, 32768, findings);
        var (kind, persistent) = (volume.Text("attributes", "class"), volume.Text("attributes", "persistent"));
        if (kind is null) { return; }
        if (!s_storageClasses.Contains(kind)) { findings.Add($"{field}.attributes.class", kind, "one of " + string.Join(", ", s_storageClasses)); }
        else if (kind == "ram" && persistent == "true") { findings.Add($"{field}.attributes.persistent", persistent, "false for class ram"); }
        else if (kind.StartsWith("beta", StringComparison.Ordinal) && persistent != "true")
        {
            findings.Add($"{field}.attributes.persistent", persistent, $"true for class {kind}");
        }
    }

    private static void Gpu(string field, YamlNode? gpu, HashSet<string> known, Findings findings)
    {
        if (gpu is null) { return; }
        var units = Number(gpu.Text("units"));
        if (units is not > 0 || units > 24 || units != decimal.Truncate(units.Value))
        {
            findings.Add($"{field}.units", gpu.Text("units"), "a whole number from 1 to 24");
        }
        var models = gpu.At("attributes", "vendor", "nvidia").Items().OfType<YamlMappingNode>().ToList();
        if (models.Count == 0) { findings.Add($"{field}.attributes.vendor.nvidia", "any", "at least one model: else the weakest card bids too"); }
        foreach (var model in models)
        {
            var name = model.Text("model") ?? "";
            if (!Squeezed().IsMatch(name)) { findings.Add($"{field} model", name, "lower-case letters and digits without separators, for example rtxa6000"); }
            else if (!known.Contains(name)) { findings.Add($"{field} model", name, "a model that the network knows, for example rtxa6000: nobody would bid"); }
            if (model.Text("ram") is { } ram && !Ram().IsMatch(ram)) { findings.Add($"{field} ram", ram, "the form 24Gi: nobody would bid"); }
            if (model.Text("interface") is { } link and not ("pcie" or "sxm")) { findings.Add($"{field} interface", link, "pcie or sxm"); }
        }
    }

    private static void Price(string field, YamlMappingNode price, Findings findings)
    {
        if (price.Text("denom") != AkashUnits.Denom) { findings.Add($"{field}.denom", price.Text("denom"), AkashUnits.Denom); }
        if (Number(price.Text("amount")) is not (> 0 and <= AkashUnits.MaxCeiling))
        {
            findings.Add($"{field}.amount", price.Text("amount"), $"more than 0 and at most {AkashUnits.MaxCeiling} uact per block");
        }
    }

    private static void Size(string field, string? text, decimal minGi, decimal maxGi, Findings findings)
    {
        if (text is null || SizeForm().Match(text) is not { Success: true } form)
        {
            findings.Add(field, text, "a number with Ki, Mi, Gi or Ti");
            return;
        }
        var factor = form.Groups[2].Value switch { "Ki" => 1024m, "Mi" => 1024m * 1024, "Gi" => Gi, _ => Gi * 1024 };
        Within(field, text, Number(form.Groups[1].Value) * factor / Gi, minGi, maxGi, "Gi", findings);
    }

    private static void Within(string field, string? text, decimal? value, decimal min, decimal max, string unit, Findings findings)
    {
        if (value is null || value < min || value > max) { findings.Add(field, text, FormattableString.Invariant($"{min:0.####}{unit} to {max}{unit}")); }
    }

    private static decimal? Number(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Opening(string Service, string? Port, string? As, string Protocol);

    private sealed class Findings : List<AkashSdlFinding>
    {
        public void Add(string field, string? value, string expected) => Add(new AkashSdlFinding(field, value ?? "", expected));
    }

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex ServiceName();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex EnvName();

    [GeneratedRegex(@"^[a-z0-9]+\z")]
    private static partial Regex Squeezed();

    [GeneratedRegex(@"^[1-9][0-9]*Gi\z")]
    private static partial Regex Ram();

    [GeneratedRegex(@"^([0-9]+(?:\.[0-9]+)?)(Ki|Mi|Gi|Ti)\z")]
    private static partial Regex SizeForm();
}
