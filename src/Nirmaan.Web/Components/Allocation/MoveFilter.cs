using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>Which moves of a plan are shown, and so ticked together; null = whatever.</summary>
/// <param name="Kind">Name of a <see cref="Nirmaan.Domain.Allocation.MoveKind"/>.</param>
/// <param name="Work">Workload that GPUs come from or go to.</param>
internal sealed record MoveFilter(string? Kind, string? Work, string? Supplier)
{
    /// <summary>Whether a move is shown.</summary>
    public bool Fits(MoveRow move) => (Kind is null || Kind == move.Kind.ToString()) && (Work is null || Work == move.From?.Value || Work == move.To?.Value) && (Supplier is null || Supplier == move.Supplier.Value);

    /// <summary>Kinds among moves.</summary>
    public static IReadOnlyList<(string, string)> Kinds(IReadOnlyList<MoveRow> moves) => [.. moves.Select(m => m.Kind).Distinct().Order().Select(k => (k.ToString(), AllocationWords.Kind(k)))];

    /// <summary>Workloads among moves.</summary>
    public static IReadOnlyList<(string, string)> Works(IReadOnlyList<MoveRow> moves) =>
        [.. moves.SelectMany(m => new[] { m.From?.Value, m.To?.Value }).OfType<string>().Distinct().Order(StringComparer.Ordinal).Select(w => (w, w))];

    /// <summary>Suppliers among moves.</summary>
    public static IReadOnlyList<(string, string)> Suppliers(IReadOnlyList<MoveRow> moves) => [.. moves.Select(m => m.Supplier.Value).Distinct().Order(StringComparer.Ordinal).Select(s => (s, Names.Of(new SupplierName(s))))];
}
