using System.Globalization;

namespace Nirmaan.Providers.Ssh;

/// <summary>What a machine costs per GPU and hour in US dollars, by its owner's price and, for rupees, a rate of a known day and source.</summary>
internal sealed class SshPrices(SshOptions options, TimeProvider clock)
{
    private const int HoursPerMonth = 730;

    /// <summary>USD per GPU and hour; null = no price is agreed, or the rate is too old to say.</summary>
    public decimal? UsdPerGpuHour(SshMachine machine)
    {
        if (machine.Price is not { } price) { return null; }
        var perHour = (machine.Per == SshPricePer.Month ? price / HoursPerMonth : price) / machine.GpuCount;
        return machine.Currency == "USD" ? perHour : IsFresh ? perHour / options.Fx.InrPerUsd : null;
    }

    /// <summary>The machine's name with the rate that its price was turned into dollars with.</summary>
    public string Label(SshMachine machine) => machine.Currency == "USD" ? machine.Name
        : string.Create(CultureInfo.InvariantCulture, $"{machine.Name} (INR at {options.Fx.InrPerUsd} of {options.Fx.On:yyyy-MM-dd}, {options.Fx.Source}{(IsFresh ? "" : ", too old")})");

    private bool IsFresh => options.Fx.On is { } day && clock.GetUtcNow() - new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) <= options.MaxFxAge;
}
