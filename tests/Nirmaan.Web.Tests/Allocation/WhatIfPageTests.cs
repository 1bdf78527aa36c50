using Nirmaan.Control.Tests.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Allocation;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Allocation;

public sealed class WhatIfPageTests(ControlPostgres database)
{
    [Fact]
    public async Task Every_case_stands_beside_now_with_what_planning_anew_would_do()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Auditor);
        var page = desk.Open<WhatIfPage>("/admin/what-if");
        page.WaitForAssertion(() => page.FindAll("tbody tr").Count.ShouldBe(9));
        var cases = page.FindAll("tbody tr td:first-child b").Select(b => b.TextContent);
        cases.ShouldBe(["Now", "Every token is worth half", "Heurist pays nothing", "Akash is gone", "io.net is gone", "Points pay nothing", "Rents rise by half", "Half the budget", "Twice the budget"]);
        page.FindAll("tbody tr")[2].TextContent.ShouldEndWith("6 GPUs given back");
    }

    [Fact]
    public async Task Without_yields_it_says_what_is_missing()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Admin);
        var page = desk.Open<WhatIfPage>("/admin/what-if");
        page.WaitForAssertion(() => page.Markup.ShouldContain("No yields are estimated yet"));
    }
}
