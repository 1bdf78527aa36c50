using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace Nirmaan.Web.Components.Kit;

/// <summary>
/// A decimal between two ends. While dragged, <see cref="ValueChanged"/> is raised at most once per <see cref="Pause"/> of rest, so that each
/// listener's work (a new solution, a query) is done for values that somebody stopped at.
/// </summary>
public sealed partial class Slider : IDisposable
{
    private readonly string _id = UniqueId.Next("slider");
    private decimal _shown;
    private decimal _told;
    private ITimer? _rest;

    [Parameter, EditorRequired] public required string Label { get; set; }

    [Parameter, EditorRequired] public decimal Value { get; set; }

    [Parameter] public EventCallback<decimal> ValueChanged { get; set; }

    [Parameter] public decimal Min { get; set; }

    [Parameter] public decimal Max { get; set; } = 100;

    [Parameter] public decimal Step { get; set; } = 1;

    /// <summary>How long the hand must rest before the value is told.</summary>
    [Parameter] public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(120);

    /// <summary>How a value is written; without it as it is.</summary>
    [Parameter] public Func<decimal, string>? Show { get; set; }

    [Parameter] public bool IsDisabled { get; set; }

    [Inject] public required TimeProvider Clock { get; init; }

    protected override void OnParametersSet()
    {
        // A parent that renders mid-drag still holds the last told value; it must not pull the knob back.
        if (Value != _told || _rest is null)
        {
            _shown = _told = Value;
        }
    }

    public void Dispose() => _rest?.Dispose();

    private void OnDrag(ChangeEventArgs e)
    {
        if (Parse(e.Value) is not { } value) { return; }
        _shown = value;
        _rest?.Dispose();
        _rest = Clock.CreateTimer(_ => _ = InvokeAsync(TellAsync), state: null, Pause, Timeout.InfiniteTimeSpan);
    }

    private Task OnReleaseAsync(ChangeEventArgs e)
    {
        _shown = Parse(e.Value) ?? _shown;
        return TellAsync();
    }

    private async Task TellAsync()
    {
        _rest?.Dispose();
        _rest = null;
        if (_shown != _told)
        {
            _told = _shown;
            await ValueChanged.InvokeAsync(_told);
        }
    }

    private static decimal? Parse(object? value) =>
        decimal.TryParse(value as string, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Number(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private string Text(decimal value) => Show?.Invoke(value) ?? Number(value);
}
