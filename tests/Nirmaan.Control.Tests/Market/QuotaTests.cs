using Nirmaan.Control.Fleet;
using Nirmaan.Control.Market;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Tests.Market;

/// <summary>A supplier whose last word was that our account is full or out of money.</summary>
public sealed class QuotaTests(ControlPostgres database)
{
    [Theory]
    [InlineData(Effect.Refused.OverQuota, "ask akash for a larger quota")]
    [InlineData(Effect.Refused.NoFunds, "add credit at akash")]
    public async Task None_of_its_offers_is_asked_for_and_the_search_says_why_and_what_would_help(string code, string remedy)
    {
        await using var world = await RefusedAsync(code);
        world.Akash.Billing.ShouldBeEmpty();
        world.IoNet.Billing.Count().ShouldBe(1);
        (await world.OperationsAsync()).Count(o => o.Kind == OperationKind.Create && o.Supplier == SupplierName.Akash).ShouldBe(1, "one refusal speaks for all its offers");

        var step = (await PlanAsync(world)).Funnel.Single(f => f.Reason == "quota");
        step.Dropped.ShouldBe(60);
        step.CheapestRelaxation.ShouldNotBeNull().ShouldStartWith(remedy);
    }

    [Fact]
    public async Task What_costs_less_up_front_than_was_refused_for_lack_of_money_may_still_be_had()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.Offers.Clear();
        world.IoNet.Offers.Add(FakeSupplier.Offer("io-3090", "rtx-3090", 0.2m, 5, "io"));
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        world.IoNet.RefuseCode = Effect.Refused.NoFunds;
        world.IoNet.CreateFaults.Enqueue(Fault.Refuse);
        await world.LaunchAsync(1, max: 0.6m);
        await world.PassAsync(TimeSpan.FromMinutes(3));
        var request = FleetWorld.Request(1, "heurist-sd", 0.6m);
        (await world.Get<LaunchInstance>().PlanAsync(request, CancellationToken.None)).Chosen.ShouldBeEmpty();
        (await world.Get<LaunchInstance>().PlanAsync(request with { Gpu = new GpuModel("rtx-3090") }, CancellationToken.None)).Chosen.ShouldHaveSingleItem().OfferId.ShouldNotBe(default);
    }

    [Fact]
    public async Task It_is_asked_again_after_a_while()
    {
        await using var world = await RefusedAsync(Effect.Refused.OverQuota);
        world.Clock.MoveTo(world.Clock.GetUtcNow() + TimeSpan.FromMinutes(10));
        var plan = await PlanAsync(world);
        plan.Funnel.ShouldNotContain(f => f.Reason == "quota");
        plan.Chosen.ShouldHaveSingleItem().Supplier.ShouldBe(SupplierName.Akash);
    }

    [Fact]
    public async Task A_machine_that_it_gave_since_ends_the_pause()
    {
        await using var world = await RefusedAsync(Effect.Refused.OverQuota, ("Fleet:QuotaPause", "01:00:00"));
        await using (var db = await world.DbAsync())
        {
            // As when a second worker's create, on its way already, is answered after the refusal.
            var later = new Operation(OperationId.New(world.Clock.GetUtcNow()), OperationKind.Create, SupplierName.Akash, null, (await world.InstancesAsync())[0].Id, null, "create:other:1", "00", null, null, world.Clock.GetUtcNow(), TimeSpan.FromMinutes(1));
            later.MarkSent(world.Clock.GetUtcNow());
            later.MarkSucceeded(world.Clock.GetUtcNow(), "other", null);
            db.Add(later);
            await db.SaveChangesAsync();
        }
        (await PlanAsync(world)).Chosen.ShouldHaveSingleItem().Supplier.ShouldBe(SupplierName.Akash);
    }

    private async Task<FleetWorld> RefusedAsync(string code, params (string, string)[] settings)
    {
        var world = await FleetWorld.CreateAsync(database, settings);
        world.Akash.Offers.Add(FakeSupplier.Offer("b", "rtx-a6000", 0.43m, 30, "prov-b"));
        world.IoNet.Offers[0] = FakeSupplier.Offer("io-a6000", "rtx-a6000", 0.48m, 30, "io");
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        world.Akash.RefuseCode = code;
        world.Akash.CreateFaults.Enqueue(Fault.Refuse);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(3));
        return world;
    }

    private static Task<LaunchPlan> PlanAsync(FleetWorld world) => world.Get<LaunchInstance>().PlanAsync(FleetWorld.Request(1), CancellationToken.None);
}
