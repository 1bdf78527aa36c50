using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>Stresses side by side. Solved when the page opens and when asked: a dozen plans are too much work for every change.</summary>
public sealed partial class WhatIfPage
{
    private static readonly (MoveKind Kind, string Word)[] s_deeds = [(MoveKind.Switch, "switched"), (MoveKind.Start, "rented"), (MoveKind.Release, "given back")];

    private StressTest? _test;
    private IReadOnlyDictionary<string, string> _labels = new Dictionary<string, string>();
    private IReadOnlyDictionary<NetworkName, NetworkNotice> _notices = new Dictionary<NetworkName, NetworkNotice>();
    private IReadOnlyList<BarSeries> _bars = [];
    private DateTimeOffset _solvedAt;
    private double? _done;
    private string? _why;

    [Inject] public required WhatIf Cases { get; init; }

    [Inject] public required BoardQueries Boards { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        // Not while the page is made for its first sight: a dozen plans would keep it blank.
        if (_test is not null || _why is not null || !RendererInfo.IsInteractive) { return; }
        var board = await Boards.ReadAsync(cancellationToken);
        (_labels, _notices, _done) = (AllocationWords.Labels(board.Estimate), board.Notices, 0);
        StateHasChanged();
        try
        {
            // On a thread of its own: solving computes, and the circuit must show how far it has come.
            var test = await Task.Run(() => Cases.RunAsync(new Told(this), cancellationToken), cancellationToken);
            (_test, _solvedAt) = (test, Clock.GetUtcNow());
            _bars =
            [
                new BarSeries("as it is", [.. test.Rows.Select(r => (double?)r.KeepUsdPerHour * 24)]),
                new BarSeries("added by planning anew", [.. test.Rows.Select(r => (double?)r.ReplanningUsdPerHour * 24)]),
            ];
        }
        catch (CannotPlanException e) { _why = e.Message; }
        finally { _done = null; }
    }

    private Task AgainAsync()
    {
        (_test, _why) = (null, null);
        return ReloadAsync();
    }

    private static string Title(Stress row) => row.Kind switch
    {
        StressKind.None => "Now",
        StressKind.PricesHalve => "Every token is worth half",
        StressKind.NetworkDies => $"{Names.Of(new NetworkName(row.About!))} pays nothing",
        StressKind.SupplierDies => $"{Names.Of(new SupplierName(row.About!))} is gone",
        StressKind.PointsPayNothing => "Points pay nothing",
        StressKind.RentsRise => "Rents rise by half",
        StressKind.BudgetHalves => "Half the budget",
        _ => "Twice the budget",
    };

    private static string Short(Stress row) => row.Kind switch
    {
        StressKind.None => "now",
        StressKind.PricesHalve => "prices −50 %",
        StressKind.NetworkDies => $"no {Names.Of(new NetworkName(row.About!))}",
        StressKind.SupplierDies => $"no {Names.Of(new SupplierName(row.About!))}",
        StressKind.PointsPayNothing => "no points",
        StressKind.RentsRise => "rents +50 %",
        StressKind.BudgetHalves => "budget ÷2",
        _ => "budget ×2",
    };

    private static string Meaning(Stress row) => row.Kind switch
    {
        StressKind.None => "As the newest yields say.",
        StressKind.PricesHalve => "All pools pay half; the work of others stays.",
        StressKind.NetworkDies => "All its pools pay nothing.",
        StressKind.SupplierDies => "Its machines and its offers are gone.",
        StressKind.PointsPayNothing => "Pools valued by a scenario pay nothing.",
        StressKind.RentsRise => "Held machines and offers alike.",
        StressKind.BudgetHalves or StressKind.BudgetDoubles => "The other limits stay.",
        _ => "",
    };

    private static string Moves(Stress row)
    {
        if (row.WhyNot is not null) { return ""; }
        var parts = from k in s_deeds
                    let count = row.Shifts.Where(s => s.Kind == k.Kind).Sum(s => s.Count)
                    where count > 0
                    select $"{AllocationWords.Gpus(count)} {k.Word}";
        return string.Join(", ", parts) is { Length: > 0 } said ? said : "nothing";
    }

    private sealed class Told(WhatIfPage page) : IProgress<(int Done, int Of)>
    {
        public void Report((int Done, int Of) value) => _ = page.InvokeAsync(() =>
        {
            page._done = (double)value.Done / value.Of;
            page.StateHasChanged();
        });
    }
}
