using Microsoft.Extensions.Options;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Market;

/// <summary>What offers are compared with. Section <c>Market</c>.</summary>
public sealed class MarketOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Market";

    /// <summary>Prices of big clouds, copied by hand from their price lists. Shown with source and day, never used to decide anything.</summary>
    public IList<ReferenceOptions> References { get; } = [];
}

/// <summary>One price of a big cloud as it is configured.</summary>
public sealed class ReferenceOptions
{
    /// <summary>Canonical GPU id, for example <c>a100-80gb</c>.</summary>
    public string Gpu { get; set; } = "";

    /// <summary>Who asks it, for example <c>AWS p4de.24xlarge, on demand</c>.</summary>
    public string Cloud { get; set; } = "";

    /// <summary>USD per GPU and hour.</summary>
    public decimal UsdPerGpuHour { get; set; }

    /// <summary>Where anyone can check it.</summary>
    public Uri? Source { get; set; }

    /// <summary>The day on which it was read there.</summary>
    public DateOnly? ReadOn { get; set; }
}

/// <summary>A big cloud's price of a GPU: what the same card costs where nobody hunts for it.</summary>
public sealed record CloudReference(GpuModel Gpu, string Cloud, decimal UsdPerGpuHour, Uri Source, DateOnly ReadOn)
{
    /// <summary>What an offer's price is of it: 0.2 = a fifth; null = the offer's price is unknown.</summary>
    public decimal? ShareOf(decimal? usdPerGpuHour) => usdPerGpuHour / UsdPerGpuHour;
}

internal sealed class MarketOptionsCheck : IValidateOptions<MarketOptions>
{
    public ValidateOptionsResult Validate(string? name, MarketOptions options)
    {
        List<string> faults = [];
        for (var i = 0; i < options.References.Count; i++)
        {
            var (reference, key) = (options.References[i], $"{MarketOptions.Section}:References:{i}");
            void Need(bool good, string fault) { if (!good) { faults.Add($"{key}:{fault}"); } }
            Need(GpuCatalogue.Find(new GpuModel(reference.Gpu)) is not null, $"Gpu '{reference.Gpu}' must be a canonical GPU id such as a100-80gb.");
            Need(reference.Cloud.Length > 0, "Cloud must say who asks the price.");
            Need(reference.UsdPerGpuHour > 0, $"UsdPerGpuHour {reference.UsdPerGpuHour} must be greater than 0 USD.");
            Need(reference.Source is { IsAbsoluteUri: true, Scheme: "http" or "https" }, $"Source '{reference.Source}' must be the http or https address where the price stands.");
            Need(reference.ReadOn is not null, "ReadOn must be the day on which the price was read (yyyy-MM-dd): a price without a day says nothing.");
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
