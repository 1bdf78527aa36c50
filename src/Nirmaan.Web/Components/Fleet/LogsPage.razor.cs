using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Nirmaan.Control;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Market;
using Nirmaan.Domain.Amounts;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>Search in kept logs. What is looked for stands in the address.</summary>
public sealed partial class LogsPage
{
    private const int PageSize = 100;
    private MarketChoices? _choices;
    private FoundLines? _found;
    private IReadOnlyList<Row> _rows = [];
    private string? _words, _machine, _workload, _within;

    private sealed record Row(int Place, FoundLine Found);

    [Inject] public required SearchLogs Book { get; init; }

    [Inject] public required MarketQueries Market { get; init; }

    [Inject] public required IOptions<FleetOptions> Options { get; init; }

    [SupplyParameterFromQuery(Name = "words")] public string? Wanted { get; set; }

    [SupplyParameterFromQuery(Name = "machine")] public string? Machine { get; set; }

    [SupplyParameterFromQuery(Name = "workload")] public string? Workload { get; set; }

    [SupplyParameterFromQuery(Name = "within")] public string? Within { get; set; }

    [SupplyParameterFromQuery(Name = "after")] public string? After { get; set; }

    protected override IReadOnlyList<Topic> Topics { get; } = [];

    protected override object? Asked => (Wanted, Machine, Workload, Within, After);

    protected override void OnParametersSet() => (_words, _machine, _workload, _within) = (Wanted, Machine, Workload, Within);

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        // A fault of an earlier search must not leave its lines under a new question.
        _found = null;
        _choices ??= await Market.ChoicesAsync(cancellationToken);
        var search = new LogSearch(Wanted, Filled(Machine), Filled(Workload) is { } workload ? new WorkloadName(workload) : null, LogsPageWords.Hours(Within) is { } hours ? Now.AddHours(-hours) : null);
        var found = await Book.RunAsync(search, PageSize, Filled(After), cancellationToken);
        (_found, _rows) = (found, [.. found.Lines.Select((line, i) => new Row(i, line))]);
    }

    private void Search() => Ask(("words", Filled(_words)), ("machine", Filled(_machine)), ("workload", Filled(_workload)), ("within", Filled(_within)), ("after", null));

    private static string? Filled(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>What the page says.</summary>
internal static class LogsPageWords
{
    public static IReadOnlyList<(string Value, string Text)> Spans { get; } = [("1", "In the last hour"), ("24", "In the last day"), ("168", "In the last 7 days")];

    /// <exception cref="InvalidInputException">No number of hours.</exception>
    public static int? Hours(string? within) => within is null or "" ? null
        : int.TryParse(within, NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours is > 0 and <= 24 * 366 ? hours : throw new InvalidInputException("within", within, "a number of hours, 1 to 8784");

    /// <summary>How far the search has come.</summary>
    public static string Reach(FoundLines found) => found.SearchedTo is { } to
        ? $"Those that were read last come first. Looked through what was read since {Format.DayTime(to)} UTC." : "Those that were read last come first. Everything that is kept was looked through.";
}
