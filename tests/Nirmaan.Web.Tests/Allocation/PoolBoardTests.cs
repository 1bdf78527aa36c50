using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Allocation;

namespace Nirmaan.Web.Tests.Allocation;

public sealed class PoolBoardTests : BunitContext
{
    private static PoolChange Pool(string name, int kinds, decimal? grossThen) => new(
        new PoolName(name), name, 500, 500 + kinds, 100m, 120m, 150m, grossThen, [.. Enumerable.Range(0, kinds).Select(i => new GpuDelta(SupplierName.Akash, $"gpu-{i}", 1))]);

    [Fact]
    public void Sixteen_pools_have_a_row_each()
    {
        var board = Show([.. Enumerable.Range(0, 16).Select(i => Pool($"pool-{i:00}", 1, 200m))]);
        board.FindAll("tbody tr").Count.ShouldBe(16);
        board.Markup.ShouldContain("8,000 GPUs");
    }

    [Fact]
    public void Of_very_many_kinds_the_first_are_named_and_the_rest_counted() => Show([Pool("pool", 40, 200m)]).Markup.ShouldContain("and 34 kinds more");

    [Fact]
    public void What_a_pool_earns_by_an_estimate_that_is_gone_is_unknown_and_not_zero()
    {
        var row = Show([Pool("pool", 1, null)]).Find("tbody tr").TextContent;
        row.ShouldContain("unknown");
        row.ShouldNotContain("$0.00");
    }

    [Fact]
    public void Without_a_pool_it_says_that_nothing_works() => Show([]).Markup.ShouldContain("Neither now nor then a GPU works.");

    private IRenderedComponent<PoolBoard> Show(IReadOnlyList<PoolChange> pools) => Render<PoolBoard>(p => p.Add(x => x.Pools, pools));
}
