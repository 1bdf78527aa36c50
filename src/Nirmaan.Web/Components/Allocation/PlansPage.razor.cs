using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Live;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>The history of plans.</summary>
public sealed partial class PlansPage
{
    private IReadOnlyList<PlanRow>? _plans;
    private int _pages = 1;
    private bool _isMore;

    [Inject] public required AllocationQueries Plans { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Allocation];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        List<PlanRow> plans = [];
        string? after = null;
        for (var page = 0; page < _pages && (page == 0 || after is not null); page++)
        {
            var read = await Plans.ListAsync(Paging.MaxLimit, after, cancellationToken);
            plans.AddRange(read.Items);
            after = read.Next;
        }
        (_plans, _isMore) = (plans, after is not null);
    }

    private Task MoreAsync()
    {
        _pages++;
        return ReloadAsync();
    }
}
