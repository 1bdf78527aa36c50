using System.Text.Json;
using System.Text.Json.Serialization;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.Ssh;

// What docker inspect prints, in docker's words. Every part may be missing or null.

internal sealed record DockerHealthWire(string? Status);

internal sealed record DockerStateWire(string? Status, int? ExitCode, string? Error, DockerHealthWire? Health);

internal sealed record DockerConfigWire(string? Image, Dictionary<string, string?>? Labels);

internal sealed record DockerPortWire(string? HostIp, string? HostPort);

internal sealed record DockerNetworkWire(Dictionary<string, List<DockerPortWire>?>? Ports);

internal sealed record DockerContainerWire(string? Id, string? Name, DateTimeOffset? Created, DockerStateWire? State, DockerConfigWire? Config, DockerNetworkWire? NetworkSettings)
{
    /// <summary>A label of ours; null = not there.</summary>
    public string? Label(string name) => Config?.Labels?.GetValueOrDefault(name);
}

/// <summary>How docker's descriptions are read.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowReadingFromString, Converters = [typeof(LooseText), typeof(LooseTime)])]
[JsonSerializable(typeof(List<DockerContainerWire>))]
internal sealed partial class DockerJson : JsonSerializerContext;
