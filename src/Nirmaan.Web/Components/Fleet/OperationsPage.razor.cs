using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Market;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>Unknown operations with their decisions, then all.</summary>
public sealed partial class OperationsPage
{
    private IReadOnlyList<OperationRow> _open = [];
    private IReadOnlyList<OperationRow>? _rows;
    private MarketChoices? _choices;
    private string? _next;
    private int _pages = 1;
    private object? _listed;
    private bool _isLoadingMore;

    [Inject] public required OperationQueries Operations { get; init; }

    [Inject] public required MarketQueries Market { get; init; }

    [Inject] public required IResolveOperation Resolve { get; init; }

    [SupplyParameterFromQuery(Name = "state")] public string? State { get; set; }

    [SupplyParameterFromQuery(Name = "kind")] public string? Kind { get; set; }

    [SupplyParameterFromQuery(Name = "supplier")] public string? Supplier { get; set; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Fleet];

    protected override object? Asked => (State, Kind, Supplier);

    private bool IsNarrowed => (State, Kind, Supplier) != default;

    private OperationFilter Filter => new(
        Enum.TryParse<OperationState>(State, ignoreCase: true, out var state) ? state : null, Enum.TryParse<OperationKind>(Kind, ignoreCase: true, out var kind) ? kind : null,
        Supplier is null ? null : new SupplierName(Supplier));

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        // Another filter begins at the newest again.
        if (!Equals(_listed, Asked)) { (_listed, _pages) = (Asked, 1); }
        _choices = await Market.ChoicesAsync(cancellationToken);
        // Worst first: the longest not known stands on top.
        _open = [.. (await Operations.OpenQuestionsAsync(cancellationToken)).OrderBy(o => o.State == OperationState.Abandoned).ThenBy(o => o.UnknownSince ?? o.CreatedAt)];
        List<OperationRow> rows = [];
        string? after = null;
        for (var page = 0; page < _pages && (page == 0 || after is not null); page++)
        {
            var read = await Operations.ListAsync(Filter, Paging.MaxLimit, after, cancellationToken);
            rows.AddRange(read.Items);
            after = read.Next;
        }
        (_rows, _next) = (rows, after);
    }

    private async Task MoreAsync()
    {
        _isLoadingMore = true;
        _pages++;
        await ReloadAsync();
        _isLoadingMore = false;
    }

    private Task ResolveAsync(UnknownOperation.Decision decision) => DoAsync(async token =>
        await Resolve.RunAsync(decision.Operation, decision.Resolution, decision.ExternalId, By, token) switch
        {
            ResolveOutcome.Resolved resolved => ($"It is {Tones.Words(resolved.State.ToString()).ToLowerInvariant()} now.", Tone.Good),
            ResolveOutcome.NotUnknown known => ($"It is known already ({Tones.Words(known.State.ToString()).ToLowerInvariant()}): nothing was done.", Tone.Neutral),
            ResolveOutcome.NothingFound nothing => ($"Nothing was done: {nothing.Why}.", Tone.Warn),
            ResolveOutcome.NotACandidate no => ($"Nothing was done: {no.Why}.", Tone.Warn),
            _ => ("There is no such operation.", Tone.Bad),
        });

    private static string? Text(ChangeEventArgs e) => e.Value as string is { Length: > 0 } text ? text : null;
}
