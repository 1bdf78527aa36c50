using System.Globalization;
using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Allocation;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>Limits as they are typed. An empty cap is no cap.</summary>
internal sealed class LimitForm
{
    private readonly Constraints _from;

    /// <summary>Begins with the limits in force.</summary>
    public LimitForm(Constraints inForce, ConstraintChoices choices)
    {
        _from = inForce;
        Pools = [.. choices.Pools.Select(p => new CapField(p.Pool.Value, p.Label))];
        Suppliers = [.. choices.Suppliers.Select(s => new CapField(s.Value, Names.Of(s)))];
        Fill(inForce);
    }

    /// <summary>Types the limits of a version into the form. Caps on what can no longer be chosen are left out.</summary>
    public void Fill(Constraints limits)
    {
        (Budget, Horizon, Risk) = (Text(limits.BudgetUsdPerHour), Text(limits.HorizonHours), Text((decimal)limits.RiskWeight));
        (MaxMoves, MoveCost, StartCost) = (Text(limits.MaxMoves), Text(limits.MoveCostUsd), Text(limits.StartCostUsd));
        foreach (var pool in Pools) { pool.Text = limits.ExposureUsdPerHour.TryGetValue(pool.Name, out var cap) ? Text(cap) : ""; }
        foreach (var supplier in Suppliers) { supplier.Text = limits.ProviderUsdPerHour.TryGetValue(supplier.Name, out var cap) ? Text(cap) : ""; }
        if (limits.Version != Version) { Why = $"as in version {limits.Version}"; }
    }

    /// <summary>The version it began with.</summary>
    public int Version => _from.Version;
    public string Budget { get; set; } = "";
    public string Horizon { get; set; } = "";
    public string Risk { get; set; } = "";
    public string MaxMoves { get; set; } = "";
    public string MoveCost { get; set; } = "";
    public string StartCost { get; set; } = "";
    public string Why { get; set; } = "";
    public IReadOnlyList<CapField> Pools { get; }
    public IReadOnlyList<CapField> Suppliers { get; }

    /// <summary>What is wrong, by field; empty = it can be saved.</summary>
    public IReadOnlyDictionary<string, string> Errors
    {
        get
        {
            Dictionary<string, string> errors = [];
            void Need(string name, bool good, string expected) { if (!good) { errors.TryAdd(name, expected); } }
            Need("budgetUsdPerHour", Number(Budget) is > 0 and <= 100_000, "More than 0 and at most 100,000 dollars per hour.");
            Need("horizonHours", Whole(Horizon) is >= 1 and <= 720, "1 to 720 whole hours.");
            Need("riskWeight", Number(Risk) is >= 0 and <= 1, "0 to 1.");
            Need("maxMoves", MaxMoves.Trim().Length == 0 || Whole(MaxMoves) is >= 0, "A whole number of GPUs, or nothing.");
            Need("moveCostUsd", Number(MoveCost) is >= 0, "0 dollars or more.");
            Need("startCostUsd", Number(StartCost) is >= 0, "0 dollars or more.");
            foreach (var cap in Pools.Concat(Suppliers)) { Need(cap.Name, cap.Text.Trim().Length == 0 || Number(cap.Text) is >= 0, "0 dollars per hour or more, or nothing."); }
            return errors;
        }
    }

    /// <summary>What would be set; null while something is wrong.</summary>
    public Constraints? Wanted => Errors.Count > 0 ? null : _from with
    {
        BudgetUsdPerHour = Number(Budget)!.Value, HorizonHours = Whole(Horizon)!.Value, RiskWeight = (double)Number(Risk)!.Value, MaxMoves = Whole(MaxMoves), MoveCostUsd = Number(MoveCost)!.Value,
        StartCostUsd = Number(StartCost)!.Value, ExposureUsdPerHour = Caps(Pools), ProviderUsdPerHour = Caps(Suppliers),
    };

    /// <summary>What would change; empty = nothing, or something is wrong.</summary>
    public IReadOnlyList<LimitChange> Changes => Wanted is { } wanted ? ConstraintQueries.ChangesBetween(_from, wanted) : [];

    /// <summary>True once anything differs from what it began with.</summary>
    public bool IsTouched => Errors.Count > 0 || Changes.Count > 0 || Why.Trim().Length > 0;

    private static Dictionary<string, decimal> Caps(IEnumerable<CapField> fields) => fields.Where(f => f.Text.Trim().Length > 0).ToDictionary(f => f.Name, f => Number(f.Text)!.Value);

    private static decimal? Number(string text) => decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int? Whole(string text) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Text(decimal? number) => number?.ToString("0.########", CultureInfo.InvariantCulture) ?? "";
}

/// <summary>A cap on one pool or supplier as it is typed.</summary>
internal sealed class CapField(string name, string label)
{
    public string Name => name;
    public string Label => label;
    public string Text { get; set; } = "";
}
