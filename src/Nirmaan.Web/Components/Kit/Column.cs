using Microsoft.AspNetCore.Components;

namespace Nirmaan.Web.Components.Kit;

/// <summary>One column of a <see cref="DataTable{T}"/>, which renders it.</summary>
/// <typeparam name="T">A row.</typeparam>
public sealed class Column<T> : ComponentBase, IDisposable
    where T : notnull
{
    /// <summary>Heading; must be unique in the table.</summary>
    [Parameter, EditorRequired] public required string Title { get; set; }

    /// <summary>What a cell shows; without it <see cref="Text"/>.</summary>
    [Parameter] public RenderFragment<T>? ChildContent { get; set; }

    /// <summary>A cell's text.</summary>
    [Parameter] public Func<T, string?>? Text { get; set; }

    /// <summary>What the column sorts by; null = it does not. A null key is not known and stays at the end.</summary>
    [Parameter] public Func<T, object?>? SortBy { get; set; }

    /// <summary>The first click sorts falling (for figures where more matters).</summary>
    [Parameter] public bool FallsFirst { get; set; }

    /// <summary>Figures stand at the right.</summary>
    [Parameter] public bool IsNumber { get; set; }

    /// <summary>Left out on narrow cards.</summary>
    [Parameter] public bool IsMinor { get; set; }

    /// <summary>The table.</summary>
    [CascadingParameter] public required DataTable<T> Owner { get; set; }

    internal string? CellClass => (IsNumber, IsMinor) switch
    {
        (true, true) => "number minor",
        (true, false) => "number",
        (false, true) => "minor",
        _ => null,
    };

    /// <inheritdoc />
    protected override void OnInitialized() => Owner.Add(this);

    /// <inheritdoc />
    public void Dispose() => Owner.Remove(this);
}

/// <summary>Orders sort keys of one column: text by its letters and numbers (gpu-2 before gpu-10), all else by itself.</summary>
internal sealed class ColumnOrder : IComparer<object?>
{
    public static readonly ColumnOrder Instance = new();

    public int Compare(object? x, object? y) => x is string a && y is string b ? Natural(a, b) : Comparer<object>.Default.Compare(x, y);

    // Digits count as numbers. The framework's own numeric ordering is off where globalisation is invariant.
    private static int Natural(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (a.Length > 0 && b.Length > 0)
        {
            var isNumber = char.IsAsciiDigit(a[0]) && char.IsAsciiDigit(b[0]);
            var x = a[..Run(a, isNumber)];
            var y = b[..Run(b, isNumber)];
            a = a[x.Length..];
            b = b[y.Length..];
            var order = isNumber ? Number(x.TrimStart('0'), y.TrimStart('0')) : x.CompareTo(y, StringComparison.OrdinalIgnoreCase);
            if (order != 0) { return order; }
        }
        return a.Length.CompareTo(b.Length);
    }

    private static int Number(ReadOnlySpan<char> a, ReadOnlySpan<char> b) =>
        a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.CompareTo(b, StringComparison.Ordinal);

    private static int Run(ReadOnlySpan<char> text, bool isNumber)
    {
        var length = isNumber ? text.IndexOfAnyExceptInRange('0', '9') : text.IndexOfAnyInRange('0', '9');
        return length < 0 ? text.Length : Math.Max(1, length);
    }
}
