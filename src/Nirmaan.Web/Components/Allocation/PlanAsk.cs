using System.Globalization;
using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Allocation;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>Limits that a visitor drags, as they stand in the page's address; null = as the limits in force say.</summary>
/// <param name="Budget">USD per hour.</param>
/// <param name="Caps"><c>POOL:USD,..</c>; <c>none</c> in place of an amount takes a cap away.</param>
internal sealed record PlanAsk(string? Budget, string? Caps)
{
    private const string None = "none";

    /// <summary>USD per hour; null = not asked for, or no amount.</summary>
    public decimal? BudgetUsdPerHour => Number(Budget) is { } usd and > 0 ? usd : null;

    /// <summary>What is asked for of pools; null in place of an amount = no cap.</summary>
    public IReadOnlyDictionary<string, decimal?> CapsByPool => (Caps ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(c => c.Split(':'))
        .Where(c => c is [_, None] || (c.Length == 2 && Number(c[1]) is >= 0)).GroupBy(c => c[0]).ToDictionary(g => g.Key, g => g.Last()[1] == None ? null : Number(g.Last()[1]));

    /// <summary>The request for the optimiser.</summary>
    public PlanRequest Request(Constraints inForce) => new(BudgetUsdPerHour, ExposureUsdPerHour: CapsByPool.Count == 0 ? null : Exposure(inForce));

    /// <summary>Every cap that holds under this ask.</summary>
    public IReadOnlyDictionary<string, decimal> Exposure(Constraints inForce)
    {
        var caps = inForce.ExposureUsdPerHour.ToDictionary(c => c.Key, c => c.Value);
        foreach (var (pool, usd) in CapsByPool)
        {
            if (usd is { } cap) { caps[pool] = cap; }
            else { caps.Remove(pool); }
        }
        return caps;
    }

    /// <summary>The caps as the address spells them, with one of them set anew; what is as the limits say is left out.</summary>
    public string? WithCap(string pool, decimal? usd, Constraints inForce)
    {
        var caps = CapsByPool.ToDictionary(c => c.Key, c => c.Value);
        caps[pool] = usd;
        var different = caps.Where(c => c.Value != (inForce.ExposureUsdPerHour.TryGetValue(c.Key, out var set) ? set : null)).OrderBy(c => c.Key, StringComparer.Ordinal).ToList();
        return different.Count == 0 ? null : string.Join(',', different.Select(c => $"{c.Key}:{(c.Value is { } value ? Text(value) : None)}"));
    }

    /// <summary>An amount as the address spells it.</summary>
    public static string Text(decimal usd) => usd.ToString("0.##", CultureInfo.InvariantCulture);

    private static decimal? Number(string? text) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= 100_000 ? number : null;
}
