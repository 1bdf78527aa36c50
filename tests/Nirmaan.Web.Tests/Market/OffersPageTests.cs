using Nirmaan.Control.Market;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Market;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Market;

public sealed class OffersPageTests(ControlPostgres database)
{
    [Theory]
    [InlineData("/ops/offers", "every machine fits. Ask for a workload")]
    [InlineData("/ops/offers?workload=heurist-llm", "every machine fits what is asked for.")]
    public async Task Whether_anything_is_asked_for_is_said_by_the_funnel(string address, string said)
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Ops).Use(world.Get<OfferQueries>());
        var funnel = desk.Open<OffersPage>(address).Find(".funnel").TextContent;
        funnel.ShouldContain(said);
        funnel.Contains("Ask for", StringComparison.Ordinal).ShouldBe(address == "/ops/offers");
    }
}
