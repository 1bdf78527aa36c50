using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>One difference between our books and a supplier's list, however many comparisons in turn found it.</summary>
/// <param name="Finding">As the newest comparison found it; null = the list could not be read.</param>
/// <param name="Error">Why it could not be read.</param>
/// <param name="Times">Comparisons that found it.</param>
/// <param name="EndedAt">When the list was read and did not show it any more; null = it is open.</param>
public sealed record FoundDifference(SupplierName Supplier, Finding? Finding, string? Error, int Times, DateTimeOffset FirstAt, DateTimeOffset LastAt, DateTimeOffset? EndedAt)
{
    /// <summary>Reports as differences, each once: open ones before those that are over, the latest found first.</summary>
    public static IReadOnlyList<FoundDifference> Of(IEnumerable<FindingReport> reports) =>
    [
        .. reports
            .SelectMany(r => r.Report.Findings.Length == 0 ? [(r.Report, r.NextAt, Finding: (Finding?)null)] : r.Report.Findings.Select(f => (r.Report, r.NextAt, Finding: (Finding?)f)))
            .GroupBy(f => (f.Report.Supplier, f.Report.Error, f.Finding?.Kind, f.Finding?.ExternalId, f.Finding?.Name, f.Finding?.InstanceId, f.Finding?.What, f.Finding?.Action))
            .Select(g => (Found: g.OrderByDescending(f => f.Report.At).ToList(), g.Key))
            .Select(g => new FoundDifference(g.Key.Supplier, g.Found[0].Finding, g.Key.Error, g.Found.Count, g.Found[^1].Report.At, g.Found[0].Report.At, g.Found[0].NextAt))
            .OrderBy(f => f.EndedAt is not null).ThenByDescending(f => f.LastAt),
    ];
}
