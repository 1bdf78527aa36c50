using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Live;
using Nirmaan.Control.Staking;
using Nirmaan.Evm;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Staking;

/// <summary>The list of stakers, cut where the address says, and the way to one of them.</summary>
public sealed partial class StakersPage
{
    private string? _fault;

    [Inject] public required StakerQueries Stakers { get; init; }

    [Inject] public required NavigationManager Navigation { get; init; }

    protected override IReadOnlyList<Topic> Topics => [Topic.Staking, Topic.Rewards];

    protected override object? Asked => After;

    private string? After => Navigation.Asked("after");

    protected override void OnInitialized()
    {
        base.OnInitialized();
        // A form that was sent before the page was interactive.
        if (Navigation.Asked("address")?.Trim() is not { } typed) { return; }
        _fault = AddressWords.FaultOf(typed);
        if (_fault is null) { Navigation.NavigateTo($"/stakers/{EvmAddress.Parse(typed)}", replace: true); }
    }

    protected override async Task<View> FindAsync(CancellationToken cancellationToken)
    {
        var stakers = await Stakers.ListAsync(Paging.MaxLimit, After, cancellationToken);
        return new View(stakers, await Stakers.ReadTotalsAsync(cancellationToken), stakers.Items.Count == 0 ? null : stakers.Items[0].Address.Checksummed());
    }

    /// <summary>What is shown.</summary>
    /// <param name="First">The first one's address, to try the search with.</param>
    public sealed record View(Page<StakerRow> Stakers, StakeTotals Totals, string? First);
}
