using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>Solves while limits are dragged. A newer ask ends the older one's solving.</summary>
public sealed partial class PlannerPage
{
    private Constraints? _inForce;
    private IReadOnlyList<(string Pool, string Label)> _pools = [];
    private IReadOnlyDictionary<string, string> _labels = new Dictionary<string, string>();
    private IReadOnlyDictionary<NetworkName, NetworkNotice> _notices = new Dictionary<NetworkName, NetworkNotice>();
    private PlanPreview? _preview;
    private IReadOnlyList<LimitCost>? _costs;
    private GpuMatrix _matrix = GpuMatrix.Of([], []);
    private ShiftFlow _flow = new([], []);
    private string? _why;
    private bool _isSolving, _isMaking;
    private decimal _rent;
    private CancellationTokenSource? _solving;

    [Inject] public required IPlanAllocation Planner { get; init; }

    [Inject] public required BoardQueries Boards { get; init; }

    [SupplyParameterFromQuery(Name = "budget")] public string? Budget { get; set; }

    [SupplyParameterFromQuery(Name = "caps")] public string? Caps { get; set; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Allocation];

    protected override object? Asked => Asks;

    private PlanAsk Asks => new(Budget, Caps);

    private decimal BudgetAsked => Asks.BudgetUsdPerHour ?? _inForce!.BudgetUsdPerHour;

    // Wide enough for twice the budget and for what is rented now; a round number, so that the knob's steps are round.
    private decimal Top => Math.Ceiling(Math.Max(Math.Max(_inForce!.BudgetUsdPerHour * 2, _rent * 1.25m), Asks.BudgetUsdPerHour ?? 0) / 5) * 5;

    private decimal Step => Top switch { <= 10 => 0.1m, <= 50 => 0.25m, <= 200 => 1m, _ => 5m };

    private bool IsModelled => _notices.Count > 0;

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        var board = await Boards.ReadAsync(cancellationToken);
        (_inForce, _labels, _rent) = (board.Limits, AllocationWords.Labels(board.Estimate), board.RentUsdPerHour ?? 0);
        _notices = board.Notices;
        _pools = [.. (board.Estimate?.Pools ?? []).Select(p => (p.Pool.Value, p.Label))];
        _solving?.Dispose();
        var solving = _solving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try { await SolveAsync(Asks.Request(board.Limits), solving.Token); }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested) { /* A newer ask is on its way; it reads all anew. */ }
    }

    // On a thread of its own: the solver computes, and the circuit must hear the next drag meanwhile.
    private async Task SolveAsync(PlanRequest request, CancellationToken cancellationToken)
    {
        _isSolving = true;
        StateHasChanged();
        try
        {
            var preview = await Task.Run(() => Planner.PreviewAsync(request, cancellationToken), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            (_preview, _why, _costs) = (preview, null, null);
            (_matrix, _flow) = (GpuMatrix.Of(preview.Now, preview.Proposed), ShiftFlow.Of(GpuShift.Between(preview.Now, preview.Proposed)));
            _isSolving = false;
            StateHasChanged();
            _costs = await Task.Run(() => Planner.PriceLimitsAsync(request, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (e is CannotPlanException or InvalidInputException) { _why = e.Message; }
        finally { _isSolving = false; }
    }

    private void OnBudget(decimal usd) => Change(("budget", usd == _inForce!.BudgetUsdPerHour ? null : PlanAsk.Text(usd)));

    private void OnCap(string pool, decimal usd) => Change(("caps", Asks.WithCap(pool, usd >= Top ? null : usd, _inForce!)));

    private void Reset() => Change(("budget", null), ("caps", null));

    private void Change(params (string Name, string? Value)[] entries)
    {
        _solving?.Cancel();
        Ask(entries);
    }

    private decimal? CapOf(string pool) => Asks.Exposure(_inForce!).TryGetValue(pool, out var cap) ? cap : null;

    private async Task MakeAsync()
    {
        _isMaking = true;
        try
        {
            var request = Asks.Request(_inForce!);
            var id = await Task.Run(() => Planner.RunAsync(request, By, Gone), Gone);
            Navigation.NavigateTo($"/admin/plans/{id}");
        }
        catch (Exception e) when (e is CannotPlanException or InvalidInputException) { Toasts.Show(e.Message, Tone.Bad); }
        finally { _isMaking = false; }
    }

    private static string OtherLimits(Constraints limits) => string.Join("; ", (IEnumerable<string>)
    [
        .. limits.ProviderUsdPerHour.Select(c => $"{Names.Of(new SupplierName(c.Key))} at most {Format.Usd(c.Value)}/h"),
        limits.MaxMoves is { } most ? $"at most {AllocationWords.Gpus(most)} moved or new" : "any number of moves",
        $"switching costs spread over {limits.HorizonHours} h",
    ]) + ".";

    private static string Moved(PlanPreview preview)
    {
        var shifts = GpuShift.Between(preview.Now, preview.Proposed);
        return shifts.All(s => s.Kind is null) ? "Everything stays where it is." : $"{AllocationWords.Counts(k => shifts.Where(s => s.Kind == k).Sum(s => s.Count))}.";
    }

    protected override void Dispose(bool isDisposing)
    {
        base.Dispose(isDisposing);
        if (isDisposing) { _solving?.Dispose(); }
    }
}
