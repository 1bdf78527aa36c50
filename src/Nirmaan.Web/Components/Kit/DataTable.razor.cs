using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;

namespace Nirmaan.Web.Components.Kit;

/// <summary>A table over rows in memory. Null rows = loading; see <see cref="Fault"/>, <see cref="EmptyText"/> for the other states.</summary>
/// <typeparam name="T">A row.</typeparam>
public sealed partial class DataTable<T>
    where T : notnull
{
    // On a phone a page of fifty cards is a stack nobody scrolls through: it begins with these, and the rest unfolds. Kept equal to kit.css.
    private const int FoldedTo = 10;

    private readonly string _id = UniqueId.Next("table");
    private readonly List<Column<T>> _columns = [];
    private IReadOnlyList<T> _matches = [];
    private string _filter = "";
    private string? _sortTitle;
    private bool _isDescending;
    private int _page;

    /// <summary>What the rows are, in the plural; for screen readers and messages.</summary>
    [Parameter, EditorRequired] public required string Caption { get; set; }

    [Parameter, EditorRequired] public IReadOnlyList<T>? Items { get; set; }

    /// <summary>The <see cref="Column{T}"/>s.</summary>
    [Parameter, EditorRequired] public required RenderFragment Columns { get; set; }

    /// <summary>Identity of a row, so that a row keeps its elements when order changes.</summary>
    [Parameter] public Func<T, object>? RowKey { get; set; }

    /// <summary>Where a click on the row goes.</summary>
    [Parameter] public Func<T, string?>? RowHref { get; set; }

    [Parameter] public Func<T, string?>? RowClass { get; set; }

    /// <summary>Text of a row that the filter looks in; null hides the filter.</summary>
    [Parameter] public Func<T, string>? Search { get; set; }

    [Parameter] public int PageSize { get; set; } = 50;

    /// <summary>Why the rows could not be read; null = they could.</summary>
    [Parameter] public string? Fault { get; set; }

    [Parameter] public EventCallback OnRetry { get; set; }

    [Parameter] public string EmptyText { get; set; } = "Nothing here yet.";

    /// <summary>Stands in for <see cref="EmptyText"/>.</summary>
    [Parameter] public RenderFragment? WhenEmpty { get; set; }

    /// <summary>Further filters and buttons beside the filter.</summary>
    [Parameter] public RenderFragment? Toolbar { get; set; }

    /// <summary>
    /// Name under which filter, order and page live in the page's address (name.q, name.sort, name.page), so that they survive a refresh and
    /// can be sent to a colleague; null = they live with the table.
    /// </summary>
    [Parameter] public string? AddressName { get; set; }

    /// <summary>Title of the column to sort by at first; a leading minus means falling.</summary>
    [Parameter] public string? FirstSort { get; set; }

    [Parameter] public string? Class { get; set; }

    [Inject] public required NavigationManager Navigation { get; init; }

    private bool HasToolbar => Toolbar is not null || Search is not null;

    private int RowsShown => Math.Min(PageSize, _matches.Count - (_page * PageSize));

    private int LastPage => Math.Max(0, (_matches.Count - 1) / PageSize);

    private IEnumerable<T> PageRows => _matches.Skip(_page * PageSize).Take(PageSize);

    private string CountText => _matches.Count == Items!.Count ? Format.Count(Items.Count) : $"{Format.Count(_matches.Count)} of {Format.Count(Items.Count)}";

    // One rule per column instead of an attribute per cell: a long table stays light on the circuit and on the wire.
    private MarkupString CardLabels
    {
        get
        {
            var css = new StringBuilder();
            for (var i = 0; i < _columns.Count; i++)
            {
                css.Append(CultureInfo.InvariantCulture, $"#{_id} td:nth-child({i + 1}){{--label:\"{CssText(_columns[i].Title)}\"}}");
            }
            return new MarkupString(css.ToString());
        }
    }

    protected override void OnInitialized()
    {
        var query = QueryOf(Navigation.Uri);
        _filter = query("q") ?? "";
        TakeSort(query("sort") ?? FirstSort);
        _page = int.TryParse(query("page"), NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page > 0 ? page - 1 : 0;
    }

    protected override void OnParametersSet() => Select();

    internal void Add(Column<T> column)
    {
        _columns.Add(column);
        if (column.Title == _sortTitle)
        {
            Select();
        }
    }

    internal void Remove(Column<T> column) => _columns.Remove(column);

    private void Select()
    {
        if (Items is null)
        {
            return;
        }
        IEnumerable<T> rows = Items;
        if (Search is not null && _filter.Length > 0)
        {
            rows = rows.Where(row => Search(row).Contains(_filter, StringComparison.OrdinalIgnoreCase));
        }
        if (_columns.Find(c => c.Title == _sortTitle)?.SortBy is { } key)
        {
            // Not known stays at the end whichever way the rest is ordered: it is neither more nor less.
            var known = rows.OrderBy(row => key(row) is null);
            rows = _isDescending ? known.ThenByDescending(key, ColumnOrder.Instance) : known.ThenBy(key, ColumnOrder.Instance);
        }
        _matches = ReferenceEquals(rows, Items) ? Items : [.. rows];
        _page = Math.Min(_page, LastPage);
    }

    private void OnFilter(ChangeEventArgs e)
    {
        _filter = ((string?)e.Value ?? "").Trim();
        GoTo(0);
    }

    private void ClearFilter()
    {
        _filter = "";
        GoTo(0);
    }

    private void Sort(Column<T> column)
    {
        (_sortTitle, _isDescending) = column.Title == _sortTitle ? (_sortTitle, !_isDescending) : (column.Title, column.FallsFirst);
        GoTo(0);
    }

    private void OnOrder(ChangeEventArgs e)
    {
        TakeSort((string?)e.Value is { Length: > 0 } order ? order : null);
        GoTo(0);
    }

    private void GoTo(int page)
    {
        _page = page;
        Select();
        if (AddressName is not null)
        {
            Navigation.NavigateTo(
                Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>
                {
                    [$"{AddressName}.q"] = _filter.Length == 0 ? null : _filter,
                    [$"{AddressName}.sort"] = _sortTitle is null ? null : (_isDescending ? "-" : "") + _sortTitle,
                    [$"{AddressName}.page"] = _page == 0 ? null : _page + 1,
                }),
                new NavigationOptions { ReplaceHistoryEntry = true });
        }
    }

    private void TakeSort(string? sort)
    {
        _isDescending = sort is ['-', ..];
        _sortTitle = _isDescending ? sort![1..] : sort;
    }

    private Func<string, string?> QueryOf(string uri)
    {
        if (AddressName is null)
        {
            return _ => null;
        }
        var values = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(uri).Query);
        return name => values.TryGetValue($"{AddressName}.{name}", out var value) ? value.ToString() : null;
    }

    private string? AriaSort(Column<T> column) => column.SortBy is null ? null : column.Title != _sortTitle ? "none" : _isDescending ? "descending" : "ascending";

    private string SortIcon(Column<T> column) => column.Title != _sortTitle ? "sort" : _isDescending ? "down" : "up";

    private static string CssText(string title) => title
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("<", "\\3c ", StringComparison.Ordinal);
}
