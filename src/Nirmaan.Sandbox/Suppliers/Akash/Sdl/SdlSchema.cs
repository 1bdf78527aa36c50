using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static Nirmaan.Sandbox.Suppliers.Akash.Sdl.SdlRules;

namespace Nirmaan.Sandbox.Suppliers.Akash.Sdl;

/// <summary>The structure of an SDL as the Console API's validator takes it (chain-sdk 1.0.0-alpha.25, sdl-schema.yaml): no more and no less.</summary>
internal static partial class SdlSchema
{
    private static readonly SdlRule s_texts = OrNull(List(Text()));
    private static readonly SdlRule s_port = Whole(1, 65535);

    private static readonly SdlRule s_service = Fields(
        new("image", Text(1), Required: true), new("command", s_texts), new("args", s_texts), new("env", s_texts),
        new("expose", List(Fields(
            new("port", s_port, Required: true), new("as", s_port), new("proto", Text(oneOf: ["TCP", "UDP", "tcp", "udp"])), new("accept", List(Text())),
            new("to", List(And(Fields(new Field("global", Flag), new("ip", Text(1)), new("service", Text())), IpIsGlobal))),
            new("http_options", Fields(
                new("max_body_size", Whole(0, 104857600)), new("read_timeout", Whole(0, 60000)), new("send_timeout", Whole(0, 60000)),
                new("next_tries", Whole(0)), new("next_timeout", Whole(0)),
                new("next_cases", List(Text(oneOf: ["error", "timeout", "500", "502", "503", "504", "403", "404", "429", "off"]))))))), false),
        new("params", Fields(
            new("storage", Map(Fields(new Field("mount", Text(1, AbsolutePath())), new("readOnly", Flag)))),
            new("permissions", Fields(new Field("read", List(Text(oneOf: ["deployment", "logs"]))))))),
        new("credentials", Fields(new Field("host", Text(1), true), new("username", Text(1), true), new("password", Text(6), true), new("email", Text(5)))),
        new("dependencies", List(Fields(new Field("service", Text())))));

    private static readonly SdlRule s_volume = Fields(
        new("name", Text()), new("size", Text(), Required: true),
        new("attributes", And(Fields(new Field("class", Text()), new("persistent", Either(Flag, Text()))), RamIsNotPersistent)));

    private static readonly SdlRule s_resources = Fields(
        new("cpu", Fields(new Field("units", Either(Number(above: 0), CpuText), true), new("attributes", AnyObject)), true),
        new("memory", Fields(new Field("size", Text(), true)), true),
        new("storage", Either(s_volume, List(s_volume)), true),
        new("gpu", Fields(
            new("units", Either(Text(), Number()), true),
            new("attributes", Fields(new Field("vendor", And(Fields(new Field("nvidia", OrNull(List(Fields(
                new("model", Text()), new("ram", Text()), new("interface", Text(oneOf: ["pcie", "sxm"]))))))), NamesAVendor)))))));

    private static readonly SdlRule s_price = Fields(
        new("denom", Text(pattern: Denom()), true), new("amount", Either(Number(atLeast: 0), Text(pattern: Amount())), true));

    private static readonly SdlRule s_document = Fields(
        new("version", Text(oneOf: ["2.0", "2.1"]), true),
        new("services", Map(s_service), true),
        new("profiles", Fields(
            new("compute", Map(Fields(new Field("resources", s_resources, true))), true),
            new("placement", Map(Fields(
                new("attributes", AnyObject), new("signedBy", Fields(new Field("allOf", List(Text())), new("anyOf", List(Text())))),
                new("pricing", Map(s_price), true))), true)), true),
        new("deployment", Map(Map(Fields(new Field("profile", Text(), true), new("count", Whole(1), true)))), true),
        new("endpoints", Map(Fields(new Field("kind", Text(oneOf: ["ip"]), true)), EndpointName())),
        new("include", List(Text())));

    /// <summary>What is wrong with the structure; empty when nothing is.</summary>
    public static List<string> Check(JsonNode? sdl)
    {
        List<string> wrong = [];
        s_document(sdl, "", wrong);
        return wrong;
    }

    private static void CpuText(JsonNode? value, string path, List<string> wrong)
    {
        Text(pattern: CpuUnits())(value, path, wrong);
        if (value is JsonValue json && json.TryGetValue<string>(out var text) && ZeroCpu().IsMatch(text)) { wrong.Add($"{path} must not be zero"); }
    }

    private static void IpIsGlobal(JsonObject to, string path, List<string> wrong)
    {
        if (to["ip"] is not null && !(to["global"] is JsonValue flag && flag.TryGetValue<bool>(out var global) && global))
        {
            wrong.Add($"{path}: an ip needs global: true");
        }
    }

    private static void RamIsNotPersistent(JsonObject attributes, string path, List<string> wrong)
    {
        if (attributes["class"]?.ToString() == "ram" && attributes["persistent"]?.ToString() == "true")
        {
            wrong.Add($"{path}: class ram cannot be persistent");
        }
    }

    private static void NamesAVendor(JsonObject vendor, string path, List<string> wrong)
    {
        if (vendor.Count == 0) { wrong.Add($"{path} names no vendor"); }
    }

    [GeneratedRegex("^/")] private static partial Regex AbsolutePath();

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+)?[a-zA-Z]*$")] private static partial Regex CpuUnits();

    [GeneratedRegex(@"^0+(\.0+)?m?$")] private static partial Regex ZeroCpu();

    [GeneratedRegex("^(uakt|uact|ibc/.*)$")] private static partial Regex Denom();

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+)?$")] private static partial Regex Amount();

    [GeneratedRegex("^[a-z]+[-_0-9a-z]+$")] private static partial Regex EndpointName();
}
