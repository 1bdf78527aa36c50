using Microsoft.Extensions.Options;

namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>
/// The network's totals: what other operators earn by the model, hour by hour, and what our side earns. No such figure is published by the
/// real network; the sandbox knows it because it plays the others.
/// </summary>
public sealed class OtherOperators(HeuristMarket market, IOptions<HeuristOptions> options)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<DateOnly, (decimal Llama, decimal Waifu)> _days = [];
    private (decimal Llama, decimal Waifu) _total;
    private DateTimeOffset? _upTo;

    /// <summary>Runs the others on to <paramref name="at"/>; <paramref name="ours"/> tells how many miners of ours serve each model.</summary>
    public void AdvanceTo(DateTimeOffset at, IReadOnlyDictionary<string, int> ours)
    {
        lock (_gate)
        {
            _upTo ??= Begin(at);
            while (_upTo < at)
            {
                var until = Min(at, _upTo.Value.AddHours(1));
                var hours = (decimal)(until - _upTo.Value).TotalHours;
                foreach (var model in HeuristModels.All)
                {
                    Add(model.Kind, PerHour(model, ours.GetValueOrDefault(model.Id), _upTo.Value) * hours, DateOnly.FromDateTime(_upTo.Value.UtcDateTime));
                }
                _upTo = until;
            }
        }
    }

    /// <summary>Points per hour of all other operators of a model at a time.</summary>
    public decimal PerHour(HeuristModel model, int ours, DateTimeOffset at) =>
        market.OthersPerHour(model, ours, PointRules.Multiplier(model, options.Value.RulesAsOf), at);

    /// <summary>Counts points of our side into the network's totals.</summary>
    public void Count(PointKind kind, decimal points, DateTimeOffset at) { lock (_gate) { Add(kind, points, DateOnly.FromDateTime(at.UtcDateTime)); } }

    /// <summary>The network's totals since the season's start.</summary>
    public (decimal Llama, decimal Waifu) Total { get { lock (_gate) { return _total; } } }

    /// <summary>The network's points of one UTC day, so far when it is today.</summary>
    public (decimal Llama, decimal Waifu) Day(DateOnly day) { lock (_gate) { return _days.GetValueOrDefault(day); } }

    private DateTimeOffset Begin(DateTimeOffset at)
    {
        foreach (var model in HeuristModels.All)
        {
            var day = Enumerable.Range(0, 24).Sum(hour => PerHour(model, 0, at.AddHours(-hour)));
            Add(model.Kind, day * options.Value.DaysBefore, null);
            // The part of today that is over when the world begins has been mined too, or today's shares would start far too high.
            Add(model.Kind, day * (decimal)at.UtcDateTime.TimeOfDay.TotalDays, DateOnly.FromDateTime(at.UtcDateTime));
        }
        return at;
    }

    private void Add(PointKind kind, decimal points, DateOnly? day)
    {
        var (llama, waifu) = kind == PointKind.Llama ? (points, 0m) : (0m, points);
        _total = (_total.Llama + llama, _total.Waifu + waifu);
        if (day is not { } of) { return; }
        var row = _days.GetValueOrDefault(of);
        _days[of] = (row.Llama + llama, row.Waifu + waifu);
    }

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
