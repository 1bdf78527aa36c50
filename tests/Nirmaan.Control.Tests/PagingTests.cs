using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Jobs;
using Nirmaan.Control.Tests.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;

namespace Nirmaan.Control.Tests;

/// <summary>Rows made in the same moment are the hard case: the clock of these worlds stands still while they are made.</summary>
public sealed class PagingTests(ControlPostgres database)
{
    private static readonly Dictionary<string, Func<FleetWorld, int?, string?, Task<(IReadOnlyList<string> Ids, string? Next)>>> Lists = new()
    {
        ["instances"] = async (w, limit, after) => Read(await w.Get<FleetQueries>().ListAsync(false, limit, after, CancellationToken.None), r => r.Id),
        ["miners"] = async (w, limit, after) => Read(await w.Get<FleetQueries>().ListMinersAsync(false, limit, after, CancellationToken.None), r => r.Id),
        ["operations"] = async (w, limit, after) => Read(await w.Get<OperationQueries>().ListAsync(new OperationFilter(null), limit, after, CancellationToken.None), r => r.Id),
        ["plans"] = async (w, limit, after) => Read(await w.Get<AllocationQueries>().ListAsync(limit, after, CancellationToken.None), r => r.Id),
    };

    public static TheoryData<string> Names => [.. Lists.Keys];

    private static (IReadOnlyList<string>, string?) Read<T>(Page<T> page, Func<T, object> id) => ([.. page.Items.Select(i => id(i).ToString()!)], page.Next);

    private async Task<FleetWorld> WorldAsync()
    {
        var world = await PoolWorld.CreateAsync(database);
        for (var i = 0; i < 5; i++) { await world.PlanAsync(); }
        return world;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_list_read_page_by_page_is_the_whole_list(string name)
    {
        await using var world = await WorldAsync();
        var whole = await Lists[name](world, 200, null);
        whole.Ids.Count.ShouldBeGreaterThan(4);
        List<string> read = [];
        for (string? after = null; ;)
        {
            var page = await Lists[name](world, 2, after);
            read.AddRange(page.Ids);
            if ((after = page.Next) is null) { break; }
        }
        read.ShouldBe(whole.Ids);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_no_page_gave_is_refused_by_name(string name)
    {
        await using var world = await FleetWorld.CreateAsync(database);
        (await Should.ThrowAsync<InvalidInputException>(() => Lists[name](world, 2, "x"))).Field.ShouldBe("after");
        (await Should.ThrowAsync<InvalidInputException>(() => Lists[name](world, 2, Guid.Empty.ToString()))).Field.ShouldBe("after");
    }
}
