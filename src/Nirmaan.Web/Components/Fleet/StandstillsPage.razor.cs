using System.Globalization;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>Maintenance windows and the freeze.</summary>
public sealed partial class StandstillsPage
{
    private IReadOnlyList<Standstill> _open = [], _over = [];
    private ConfirmWithReason? _plan, _freeze, _end;
    private string? _supplier;
    private string _begins = "0", _hours = "2", _asked = "";

    [Inject] public required Standstills Book { get; init; }

    [Inject] public required SupplierShelf Suppliers { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Fleet];

    protected override async Task ReadAsync(CancellationToken cancellationToken) => (_open, _over) = await Book.ListAsync(cancellationToken);

    private async Task PlanAsync()
    {
        (_supplier, _begins, _hours) = (null, "0", "2");
        if (await _plan!.AskAsync() is not { } why || _supplier is not { } supplier) { return; }
        var from = Now.AddHours(StandstillWords.Hours(_begins)!.Value);
        await DoAsync(async token =>
        {
            await Book.AskAsync(new SupplierName(supplier), from, from.AddHours(StandstillWords.Hours(_hours)!.Value), why, By, token);
            return ($"Maintenance of {Names.Of(new SupplierName(supplier))} is planned.", Tone.Good);
        });
    }

    private async Task FreezeAsync()
    {
        if (await _freeze!.AskAsync() is not { } why) { return; }
        await DoAsync(async token =>
        {
            await Book.AskAsync(null, null, null, why, By, token);
            return ("The fleet is frozen: only people act.", Tone.Warn);
        });
    }

    private async Task EndAsync(Standstill standstill)
    {
        _asked = $"{StandstillWords.Where(standstill)}: {standstill.Why}.";
        if (await _end!.AskAsync() is not { } why) { return; }
        await DoAsync(async token => await Book.EndAsync(standstill.Id, why, By, token) ? ("It is over.", Tone.Good) : ("It was over by then.", Tone.Neutral));
    }
}

/// <summary>Standstills in words.</summary>
internal static class StandstillWords
{
    public static string Where(Standstill standstill) => standstill.Supplier is { } supplier ? $"{Names.Of(supplier)}, maintenance" : "Everywhere, frozen";

    /// <summary>For the first page of a shift.</summary>
    public static string Says(Standstill standstill) => string.Create(CultureInfo.InvariantCulture,
        $"{(standstill.Supplier is { } supplier ? $"{Names.Of(supplier)} is in maintenance: nothing is rented there, and no machine of it is given up," : "The fleet is frozen: only people act,")} {(standstill.Until is { } until ? $"until {Format.DayTime(until)} UTC" : "until somebody ends it")}. {standstill.By}: {standstill.Why}");

    public static double? Hours(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var hours) ? hours : null;

    public static string? Fault(string begins, string hours, TimeSpan longest) =>
        Hours(begins) is null ? "In how many hours it begins is no number." : Hours(hours) is not { } length || length <= 0 || length > longest.TotalHours ? $"More than 0 and at most {longest.TotalHours:0} hours." : null;
}
