using System.Text.Json;
using System.Text.Json.Serialization;
using Nirmaan.Providers.Http;
using Refit;

namespace Nirmaan.Providers.RunPod;

// What goes over the wire. Every part of an answer may be missing or null.

/// <summary>One number for each cloud: USD per GPU and hour, or GPUs.</summary>
internal sealed record RunPodPerCloud<T>(T? Secure, T? Community) where T : struct
{
    /// <summary>The number of a cloud.</summary>
    public T? Of(string cloud) => cloud == RunPodOptions.Community ? Community : Secure;
}

internal sealed record RunPodPlaceWire(string? Id, string? Availability);

internal sealed record RunPodCudaWire(string? Version, bool? Available);

internal sealed record RunPodTypeWire(
    string? Id, string? Name, int? Memory, bool? Secure, bool? Community, RunPodPerCloud<decimal>? Price, RunPodPerCloud<int>? MaxCount, string? Availability,
    List<RunPodPlaceWire>? DataCenters, List<RunPodCudaWire>? CudaVersions);

internal sealed record RunPodTypesWire(List<RunPodTypeWire>? Gpus);

internal sealed record RunPodPodGpuWire(string? Id, int? Count);

/// <summary>A pod. <c>cost</c> is USD per hour for the whole pod, 0 while it is stopped.</summary>
internal sealed record RunPodPodWire(
    string? Id, string? Name, string? Status, string? Image, int? Disk, List<string>? Ports, Dictionary<string, string?>? Env, RunPodPodGpuWire? Gpu, string? Cloud,
    string? DataCenterId, decimal? Cost, DateTimeOffset? CreatedAt);

internal sealed record RunPodPodsWire(List<RunPodPodWire>? Pods);

internal sealed record RunPodBillWire(string? PodId, decimal? TotalAmount);

internal sealed record RunPodBillingWire(List<RunPodBillWire>? Records);

internal sealed record RunPodLineWire(DateTimeOffset? Ts, string? Line);

// Bodies. Unknown names are refused: what is not there is left out.

internal sealed record RunPodGpuBody(string Id, int Count, string? MinCudaVersion);

internal sealed record RunPodCreateBody(
    string Name, string Image, RunPodGpuBody Gpu, string Cloud, int Disk, IReadOnlyDictionary<string, string> Env, IReadOnlyList<string> Ports, string? Args,
    IReadOnlyList<string>? DataCenterIds);

internal sealed record RunPodChangeBody(string Image, IReadOnlyDictionary<string, string> Env, IReadOnlyList<string> Ports, int? Disk);

internal sealed record RunPodActionBody(string Action);

/// <summary>How RunPod's bodies are written and read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(LooseText), typeof(LooseTime)])]
[JsonSerializable(typeof(RunPodTypesWire))]
[JsonSerializable(typeof(RunPodPodWire))]
[JsonSerializable(typeof(RunPodPodsWire))]
[JsonSerializable(typeof(RunPodBillingWire))]
[JsonSerializable(typeof(RunPodLineWire))]
[JsonSerializable(typeof(RunPodCreateBody))]
[JsonSerializable(typeof(RunPodChangeBody))]
[JsonSerializable(typeof(RunPodActionBody))]
internal sealed partial class RunPodJson : JsonSerializerContext
{
    /// <summary>Settings of the declared interface.</summary>
    public static RefitSettings Settings() => new(new SystemTextJsonContentSerializer(new JsonSerializerOptions(Default.Options)));
}
