using System.Text.Json;
using System.Text.Json.Serialization;
using Nirmaan.Providers.Http;
using Refit;

namespace Nirmaan.Providers.Akash;

/// <summary>How Akash's bodies are written and read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(LooseText), typeof(LooseTime)])]
[JsonSerializable(typeof(List<AkashProviderWire>))]
[JsonSerializable(typeof(AkashGpuStockWire))]
[JsonSerializable(typeof(AkashGpuPricesWire))]
[JsonSerializable(typeof(AkashScreeningBody))]
[JsonSerializable(typeof(AkashScreeningWire))]
[JsonSerializable(typeof(List<AkashBlockWire>))]
[JsonSerializable(typeof(AkashData<AkashBalancesWire>))]
[JsonSerializable(typeof(AkashData<AkashCreateBody>))]
[JsonSerializable(typeof(AkashData<AkashCreatedWire>))]
[JsonSerializable(typeof(AkashData<AkashDeploymentsWire>))]
[JsonSerializable(typeof(AkashData<AkashDeploymentWire>))]
[JsonSerializable(typeof(AkashData<AkashUpdateBody>))]
[JsonSerializable(typeof(AkashData<AkashClosedWire>))]
[JsonSerializable(typeof(AkashPublicDeploymentWire))]
[JsonSerializable(typeof(AkashData<List<AkashBidEntryWire>>))]
[JsonSerializable(typeof(AkashLeasesBody))]
[JsonSerializable(typeof(AkashData<AkashTokenBody>))]
[JsonSerializable(typeof(AkashData<AkashTokenWire>))]
[JsonSerializable(typeof(AkashLogFrameWire))]
[JsonSerializable(typeof(AkashShellResultWire))]
internal sealed partial class AkashJson : JsonSerializerContext
{
    /// <summary>Settings of the declared interface.</summary>
    public static RefitSettings Settings() => new(new SystemTextJsonContentSerializer(new JsonSerializerOptions(Default.Options)));
}
