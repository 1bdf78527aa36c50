using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

/// <summary>Pins and vetoes: six texts are held, and images pay far better.</summary>
public sealed class DirectiveTests(ControlPostgres database)
{
    [Fact]
    public async Task Without_a_pin_every_text_becomes_an_image()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        Texts(await world.PlanAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Pinned_gpus_stay_at_their_work_and_the_others_move()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var pin = await GiveAsync(world, Pin(4));
        var plan = await world.PlanAsync();
        Texts(plan).ShouldBe(4);
        plan.Directives.ShouldHaveSingleItem().Id.ShouldBe(pin);
        plan.Moves.Where(m => m.From?.Value == "heurist-llm").Sum(m => m.Count).ShouldBe(2);
    }

    [Fact]
    public async Task A_pin_beyond_what_is_held_rents_nothing_and_says_what_is_there()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await GiveAsync(world, Pin(40));
        Texts(await world.PlanAsync()).ShouldBe(6);
        (await world.Get<DirectiveQueries>().ListAsync(CancellationToken.None)).ShouldHaveSingleItem().Held.ShouldBe(6);
    }

    [Fact]
    public async Task A_vetoed_workload_gets_no_further_gpu()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await GiveAsync(world, Veto(DirectiveSubject.Workload, "heurist-sd"));
        var plan = await world.PlanAsync();
        plan.Proposed.ShouldNotContain(a => a.Workload == "heurist-sd");
        plan.Moves.ShouldNotContain(m => m.To != null && m.To.Value.Value == "heurist-sd");
    }

    [Fact]
    public async Task What_is_there_already_may_stay_under_a_veto_and_may_go_elsewhere()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await GiveAsync(world, Veto(DirectiveSubject.Workload, "heurist-llm"));
        var plan = await world.PlanAsync();
        plan.Moves.ShouldContain(m => m.From != null && m.From.Value.Value == "heurist-llm" && m.To != null && m.To.Value.Value == "heurist-sd");
        await GiveAsync(world, Veto(DirectiveSubject.Network, "heurist"));
        (await world.PlanAsync()).Moves.ShouldAllBe(m => m.Kind == MoveKind.Release);
    }

    [Theory]
    [InlineData(DirectiveSubject.Supplier)]
    [InlineData(DirectiveSubject.Gpu)]
    public async Task Nothing_is_rented_of_a_vetoed_supplier_or_model(DirectiveSubject subject)
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var free = (await world.PlanAsync()).Moves.First(m => m.Kind == MoveKind.Start);
        await GiveAsync(world, Veto(subject, subject == DirectiveSubject.Gpu ? free.Gpu : free.Supplier.Value));
        (await world.PlanAsync()).Moves.ShouldNotContain(m => m.Kind == MoveKind.Start && (subject == DirectiveSubject.Gpu ? m.Gpu == free.Gpu : m.Supplier == free.Supplier));
    }

    [Fact]
    public async Task A_pin_costs_what_the_plan_would_earn_more_without_it()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var free = (await world.PlanAsync()).Plan.ObjectiveUsdPerHour;
        var pin = await GiveAsync(world, Pin(4));
        var bound = (await world.PlanAsync()).Plan.ObjectiveUsdPerHour;
        var cost = (await world.Get<DirectiveQueries>().PriceAsync(CancellationToken.None))[pin];
        cost.ShouldNotBeNull().ShouldBeGreaterThan(0);
        cost.Value.ShouldBe(free - bound, 0.000001m);
    }

    [Fact]
    public async Task When_its_time_is_over_a_directive_holds_nothing_and_its_end_is_told()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var pin = await GiveAsync(world, Pin(4) with { Until = world.Clock.GetUtcNow().AddMinutes(5) });
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Texts(await world.PlanAsync()).ShouldBe(0, "it ends by the clock, not by the job that tells of it");
        (await world.Get<GiveDirective>().ExpireAsync(CancellationToken.None)).ShouldBe("1 pins and vetoes expired");
        await using var db = await world.DbAsync();
        (await db.Timeline.Where(e => e.Subject == pin.ToString()).Select(e => e.What).ToListAsync()).ShouldBe(["pin given", "expired"], ignoreOrder: true);
    }

    [Fact]
    public async Task One_that_is_ended_before_its_time_holds_nothing_more()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var pin = await GiveAsync(world, Pin(4));
        var give = world.Get<GiveDirective>();
        (await give.EndAsync(pin, "other@test", "no longer needed", CancellationToken.None)).ShouldBeTrue();
        (await give.EndAsync(pin, "other@test", "no longer needed", CancellationToken.None)).ShouldBeFalse();
        Texts(await world.PlanAsync()).ShouldBe(0);
        (await world.Get<DirectiveQueries>().ListAsync(CancellationToken.None)).ShouldHaveSingleItem().Directive.EndedBy.ShouldBe("other@test");
    }

    [Theory]
    [InlineData("subject", DirectiveKind.Pin, DirectiveSubject.Supplier, "akash", 1, 24, "a reason")]
    [InlineData("name", DirectiveKind.Veto, DirectiveSubject.Network, "nobody", 0, 24, "a reason")]
    [InlineData("count", DirectiveKind.Pin, DirectiveSubject.Workload, "heurist-llm", 0, 24, "a reason")]
    [InlineData("until", DirectiveKind.Veto, DirectiveSubject.Network, "heurist", 0, -1, "a reason")]
    [InlineData("until", DirectiveKind.Veto, DirectiveSubject.Network, "heurist", 0, 24 * 91, "a reason")]
    [InlineData("why", DirectiveKind.Veto, DirectiveSubject.Network, "heurist", 0, 24, " ")]
    public async Task What_makes_no_sense_is_refused_by_its_field(string field, DirectiveKind kind, DirectiveSubject subject, string name, int count, int hours, string why)
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var request = new DirectiveRequest(kind, subject, name, null, count, world.Clock.GetUtcNow().AddHours(hours), why);
        (await Should.ThrowAsync<InvalidInputException>(() => GiveAsync(world, request))).Field.ShouldBe(field);
    }

    private static readonly DateTimeOffset s_later = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static DirectiveRequest Pin(int gpus) => new(DirectiveKind.Pin, DirectiveSubject.Workload, "heurist-llm", null, gpus, s_later, "a promise to a client");

    private static DirectiveRequest Veto(DirectiveSubject subject, string name) => new(DirectiveKind.Veto, subject, name, null, 0, s_later, "it is under repair");

    private static Task<DirectiveId> GiveAsync(FleetWorld world, DirectiveRequest request) =>
        world.Get<GiveDirective>().RunAsync(request.Until == s_later ? request with { Until = world.Clock.GetUtcNow().AddDays(1) } : request, "admin@test", CancellationToken.None);

    private static int Texts(PlanDetail plan) => plan.Proposed.Where(a => a.Workload == "heurist-llm").Sum(a => a.Count);
}
