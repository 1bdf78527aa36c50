using System.Globalization;
using Nirmaan.Domain.Fleet;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Nirmaan.Providers.Akash;

/// <summary>
/// Writes what Akash is asked for (SDL 2.0): one service, one replica, the agent's port as its HTTP ingress. The same request gives the same text.
/// </summary>
public static class AkashSdl
{
    /// <summary>Name of the one service.</summary>
    public const string Service = "miner";

    // The Console itself adds this auditor to every order: naming it shows what will be asked for.
    private const string Auditor = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63";
    private const string Placement = "akash";
    private const int IngressPort = 80, SparePort = 8000;

    /// <summary>The SDL of a request. It holds the environment with its secrets: never log it.</summary>
    /// <param name="agentCommand">Command of the agent inside the image; null or empty = the image's entrypoint.</param>
    /// <exception cref="AkashSdlException">The request cannot be rented on Akash; says each field, its value and what was expected.</exception>
    public static string Write(RentRequest request, IReadOnlyList<string>? agentCommand = null)
    {
        int port;
        try { port = RentEnv.AgentPort(request); }
        catch (RentRefusedException e) { throw new AkashSdlException([new AkashSdlFinding("services.miner.expose", e.Message, "the agent's port")]); }
        var text = ToText(Document(request, port, agentCommand ?? []));
        var card = AkashGpus.CardOf(request.Wish.Gpu);
        // The wish came from the market, so its model exists there even when this version has never heard of it.
        var findings = AkashSdlCheck.Run(text, port, [card.Model]);
        return findings.Count == 0 ? text : throw new AkashSdlException(findings);
    }

    private static YamlMappingNode Document(RentRequest request, int port, IReadOnlyList<string> agentCommand)
    {
        var service = Map(("image", Quoted(request.Template.Image)));
        if (agentCommand.Count > 0) { service.Add("command", List(agentCommand.Select(Quoted))); }
        service.Add("env", List(RentEnv.Of(request).Select(e => Quoted($"{e.Key}={e.Value}"))));
        service.Add("expose", List(Exposes(request, port)));
        return Map(
            ("version", Quoted("2.0")),
            ("services", Map((Service, service))),
            ("profiles", Map(
                ("compute", Map((Service, Map(("resources", Resources(request)))))),
                ("placement", Map((Placement, Map(
                    ("signedBy", Map(("anyOf", List([Plain(Auditor)])))),
                    ("pricing", Map((Service, Map(("denom", Plain(AkashUnits.Denom)), ("amount", Ceiling(request.Wish)))))))))))),
            ("deployment", Map((Service, Map((Placement, Map(("profile", Plain(Service)), ("count", Number(1)))))))));
    }

    private static IEnumerable<YamlNode> Exposes(RentRequest request, int agentPort)
    {
        yield return Expose(agentPort, IngressPort);
        // Endpoints are among the resources, which stay as they are for a deployment's life: with room for one inbound port on every machine, work
        // that needs one can take the place of work that does not.
        var spare = agentPort == SparePort ? SparePort + 1 : SparePort;
        foreach (var port in request.Template.Needs.InboundPorts.Distinct().Where(p => p != agentPort).DefaultIfEmpty(spare)) { yield return Expose(port, port); }
    }

    private static YamlMappingNode Expose(int port, int external) =>
        Map(("port", Number(port)), ("as", Number(external)), ("to", List([Map(("global", Plain("true")))])));

    private static YamlMappingNode Resources(RentRequest request)
    {
        var (needs, card) = (request.Template.Needs, AkashGpus.CardOf(request.Wish.Gpu));
        var model = Map(("model", Plain(card.Model)));
        if (card.Ram is { } ram) { model.Add("ram", Plain(ram)); }
        if (card.Interface is { } link) { model.Add("interface", Plain(link)); }
        return Map(
            ("cpu", Map(("units", Number(needs.Vcpu)))),
            ("memory", Map(("size", Gigabytes(needs.RamGb)))),
            ("storage", List([Map(("size", Gigabytes(needs.DiskGb)))])),
            ("gpu", Map(("units", Number(request.Wish.GpuCount)), ("attributes", Map(("vendor", Map(("nvidia", List([model])))))))));
    }

    private static YamlScalarNode Ceiling(InstanceWish wish) => Number(AkashUnits.Ceiling(wish.MaxUsdPerGpuHour * wish.GpuCount));

    private static YamlScalarNode Gigabytes(int gb) => Plain(string.Create(CultureInfo.InvariantCulture, $"{gb}Gi"));

    private static YamlMappingNode Map(params (string Key, YamlNode Value)[] entries)
    {
        var map = new YamlMappingNode();
        foreach (var (key, value) in entries) { map.Add(key, value); }
        return map;
    }

    private static YamlSequenceNode List(IEnumerable<YamlNode> items) => new(items);

    private static YamlScalarNode Plain(string text) => new(text) { Style = ScalarStyle.Plain };

    private static YamlScalarNode Number(decimal number) => Plain(number.ToString("0.###", CultureInfo.InvariantCulture));

    // Quoted where the text is someone else's: a plain scalar could be read as a number, a comment or a map.
    private static YamlScalarNode Quoted(string text) => new(text) { Style = ScalarStyle.DoubleQuoted };

    private static string ToText(YamlMappingNode root)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(writer, new EmitterSettings().WithBestWidth(int.MaxValue));
        new YamlStream(new YamlDocument(root)).Save(emitter, assignAnchors: false);
        var text = writer.ToString();
        // The library marks the end of the document; a file of one document does without.
        return text.EndsWith("...\n", StringComparison.Ordinal) ? text[..^4] : text;
    }
}

/// <summary>One thing that is wrong with an SDL. Values of the environment are never in it.</summary>
public sealed record AkashSdlFinding(string Field, string Value, string Expected)
{
    /// <inheritdoc />
    public override string ToString() => $"{Field}: '{Value}'; expected {Expected}";
}

/// <summary>An SDL that Akash would refuse, or take and then fail on.</summary>
public sealed class AkashSdlException(IReadOnlyList<AkashSdlFinding> findings) : Exception("SDL: " + string.Join("; ", findings))
{
    /// <summary>What is wrong.</summary>
    public IReadOnlyList<AkashSdlFinding> Findings => findings;
}
