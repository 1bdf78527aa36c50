using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>The newest comparison with each supplier and what comparisons found.</summary>
public sealed partial class ReconciliationPage
{
    private const int Most = 200;

    private IReadOnlyList<SupplierReport> _newest = [];
    private IReadOnlyList<FoundDifference> _found = [];
    private bool _isRunning;

    [Inject] public required OperationQueries Operations { get; init; }

    [Inject] public required ReconcileSupplier Reconcile { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Fleet];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        _newest = [.. (await Operations.NewestReportsAsync(cancellationToken)).OrderBy(r => Names.Of(r.Supplier), StringComparer.OrdinalIgnoreCase)];
        _found = FoundDifference.Of(await Operations.ReportsWithFindingsAsync(Most, cancellationToken));
    }

    private async Task RunAsync()
    {
        _isRunning = true;
        await DoAsync(async token => (await Reconcile.RunAsync(token), Tone.Good));
        _isRunning = false;
    }

    private static string Count(SupplierReport report, string kind) => Format.Count(report.Findings.Count(f => f.Kind == kind));

    private static decimal? AtRisk(Finding[] findings) => findings.Any(f => f.UsdPerHourAtRisk is null) ? null : findings.Sum(f => f.UsdPerHourAtRisk);
}
