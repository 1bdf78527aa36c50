using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Nirmaan.Sandbox.Suppliers.Akash.Sdl;

/// <summary>A placement group of an SDL: what providers bid on.</summary>
internal sealed record SdlGroup(string Name, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> AllOf, IReadOnlyList<string> AnyOf,
    IReadOnlyList<SdlUnit> Units, IReadOnlyList<SdlService> Services)
{
    /// <summary>The most a bid may ask, uact per block: the ceilings of all replicas.</summary>
    public decimal Ceiling => Units.Sum(u => u.Price * u.Count);

    /// <summary>GPUs over all replicas.</summary>
    public int Gpus => Units.Sum(u => u.Gpus * u.Count);
}

/// <summary>One compute profile within a group, with the number of replicas over all services that use it.</summary>
internal sealed record SdlUnit(int Id, decimal MilliCpu, decimal MemoryBytes, IReadOnlyList<SdlVolume> Storage, int Gpus, IReadOnlyList<string> GpuKeys,
    IReadOnlyList<(int Kind, int Sequence)> Endpoints, int Count, string PriceText, decimal Price);

/// <summary>A volume.</summary>
internal sealed record SdlVolume(string Name, decimal Bytes, IReadOnlyList<KeyValuePair<string, string>> Attributes);

/// <summary>A service within a group.</summary>
internal sealed record SdlService(string Name, string Image, IReadOnlyList<string> Command, IReadOnlyList<string> Args, IReadOnlyList<string> Env, int UnitId,
    int Count,
    IReadOnlyList<SdlExpose> Exposes);

/// <summary>A port that a service opens towards the world or another service.</summary>
internal sealed record SdlExpose(int Port, int ExternalPort, string Proto, bool Global, string Service, string Ip)
{
    /// <summary>True when it is reached by a host name over HTTP instead of by a random port.</summary>
    public bool IsIngress => Global && Proto == "TCP" && (ExternalPort == 0 ? Port : ExternalPort) == 80;
}

/// <summary>A checked SDL with the manifest and the order groups that follow from it.</summary>
internal sealed record AkashSdl(string Text, JsonObject Document, string Manifest, IReadOnlyList<SdlGroup> Groups)
{
    /// <summary>The auditor whose signature the Console demands of every provider it places on.</summary>
    public const string Auditor = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63";

    /// <summary>The manifest's version on chain: SHA-256 of its sorted JSON, base64.</summary>
    public string Hash { get; } = HashOf(Manifest);

    /// <summary>Reads, checks and resolves an SDL as the Console API does.</summary>
    /// <exception cref="SdlRefusedException">The validator refuses it.</exception>
    /// <exception cref="SdlCrashedException">The validator breaks on it.</exception>
    public static AkashSdl Parse(string text)
    {
        var document = YamlJson.Read(text);
        if (SdlSchema.Check(document) is { Count: > 0 } wrong) { throw new SdlRefusedException(wrong); }
        var sdl = document!.AsObject();
        if (new SdlRelations(sdl).Check() is { Count: > 0 } unrelated) { throw new SdlRefusedException(unrelated); }
        var (manifest, groups) = SdlResolution.Resolve(sdl);
        return new AkashSdl(text, sdl, StableJson.Write(manifest), groups);
    }

    /// <summary>The version of a manifest sent by a client, whatever the order of its names; null when it is no JSON list.</summary>
    public static string? HashOfSent(string manifest)
    {
        try { return JsonNode.Parse(manifest) is JsonArray list ? HashOf(StableJson.Write(list)) : null; }
        catch (System.Text.Json.JsonException) { return null; }
    }

    /// <summary>Env of a service as a map; later entries win, an entry without <c>=</c> is an empty value.</summary>
    public static Dictionary<string, string> Env(SdlService service)
    {
        var env = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in service.Env)
        {
            var at = entry.IndexOf('=', StringComparison.Ordinal);
            env[at < 0 ? entry : entry[..at]] = at < 0 ? "" : entry[(at + 1)..];
        }
        return env;
    }

    private static string HashOf(string manifest) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(manifest)));
}
