using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Notifications;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Notifications;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>A supplier whose money lasts for a time.</summary>
public sealed class WatchRunwayTests(ControlPostgres database)
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    private static WatchRunway Watch(FleetWorld world) => world.Get<WatchRunway>();

    /// <summary>One machine burns $1 an hour; the alert is set to 48 hours.</summary>
    private static async Task<FleetWorld> BurnAsync(ControlPostgres database, decimal? balance)
    {
        var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        await using var db = await world.DbAsync();
        await db.Database.ExecuteSqlRawAsync("UPDATE instances SET usd_per_gpu_hour = 1, gpu_count = 1", s_none);
        world.Akash.Balance = balance;
        return world;
    }

    private static async Task<List<Alert>> AlertsAsync(FleetWorld world)
    {
        await using var db = await world.DbAsync();
        return await db.Alerts.AsNoTracking().OrderBy(a => a.RaisedAt).ToListAsync(s_none);
    }

    [Fact]
    public async Task A_fall_below_the_limit_is_one_alert_however_often_it_is_looked_at()
    {
        await using var world = await BurnAsync(database, 47);
        await Watch(world).RunAsync(s_none);
        (await Watch(world).RunAsync(s_none)).ShouldBe("Nothing changed.");
        (await AlertsAsync(world)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            a => a.Title.ShouldBe($"{world.Akash.Supplier}'s money lasts 47 h"), a => a.Text.ShouldStartWith("$47.00 is left and $1.00 an hour burns; the alert is set to 48 h."), a => a.ClearedAt.ShouldBeNull());
    }

    [Theory]
    [InlineData(49, false, "it never was low")]
    [InlineData(59, true, "it is not enough to be sure of")]
    public async Task Money_at_the_edge_changes_nothing(int hours, bool wasLow, string because)
    {
        await using var world = await BurnAsync(database, wasLow ? 10 : hours);
        await Watch(world).RunAsync(s_none);
        world.Akash.Balance = hours;
        (await Watch(world).RunAsync(s_none)).ShouldBe("Nothing changed.", because);
        (await AlertsAsync(world)).Count(a => a.ClearedAt is null).ShouldBe(wasLow ? 1 : 0, because);
    }

    [Fact]
    public async Task Enough_money_ends_it_and_the_next_fall_is_another()
    {
        await using var world = await BurnAsync(database, 10);
        await Watch(world).RunAsync(s_none);
        world.Akash.Balance = 60;
        await Watch(world).RunAsync(s_none);
        (await AlertsAsync(world)).ShouldHaveSingleItem().ClearedWhy.ShouldBe("The money lasts 60 h again.");
        world.Akash.Balance = 3;
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        await Watch(world).RunAsync(s_none);
        (await AlertsAsync(world)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_balance_that_is_not_known_neither_raises_nor_ends_one()
    {
        await using var world = await BurnAsync(database, 10);
        await Watch(world).RunAsync(s_none);
        world.Akash.Balance = null;
        await Watch(world).RunAsync(s_none);
        (await AlertsAsync(world)).ShouldHaveSingleItem().ClearedAt.ShouldBeNull();
    }

    [Fact]
    public async Task An_alert_and_its_end_are_told_to_the_houses_targets_once_each()
    {
        await using var world = await BurnAsync(database, 60);
        var options = Options.Create(new NoticeOptions());
        options.Value.House.Add("Webhook https://ops.example/hook");
        var collect = new CollectNotices(world.Get<IDbContextFactory<NirmaanDbContext>>(), new PriceBook(world.Get<IDbContextFactory<NirmaanDbContext>>(), world.Clock, Options.Create(new RewardsOptions())), options, world.Clock);
        await collect.RunAsync(s_none);
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Akash.Balance = 10;
        await Watch(world).RunAsync(s_none);
        await collect.RunAsync(s_none);
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Akash.Balance = 100;
        await Watch(world).RunAsync(s_none);
        await collect.RunAsync(s_none);
        await collect.RunAsync(s_none);
        await using var db = await world.DbAsync();
        (await db.Notices.OrderBy(n => n.At).Select(n => n.Title).ToListAsync(s_none)).ShouldBe([$"{world.Akash.Supplier}'s money lasts 10 h", $"Over: {world.Akash.Supplier}'s money lasts 10 h"]);
        (await world.Get<AlertQueries>().TargetsAsync(s_none)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(t => t.Channel.ShouldBe(NoticeChannelKind.Webhook), t => t.Newest.ShouldBe(NoticeState.Waiting));
    }

    [Fact]
    public async Task A_target_that_the_configuration_names_no_more_is_told_nothing()
    {
        await using var world = await BurnAsync(database, 60);
        var options = Options.Create(new NoticeOptions());
        options.Value.House.Add("Webhook https://ops.example/hook");
        var collect = new CollectNotices(world.Get<IDbContextFactory<NirmaanDbContext>>(), new PriceBook(world.Get<IDbContextFactory<NirmaanDbContext>>(), world.Clock, Options.Create(new RewardsOptions())), options, world.Clock);
        await collect.RunAsync(s_none);
        options.Value.House.Clear();
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Akash.Balance = 10;
        await Watch(world).RunAsync(s_none);
        (await collect.RunAsync(s_none)).ShouldBe("Nothing to tell.");
        (await world.Get<AlertQueries>().TargetsAsync(s_none)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_with_little_left_is_an_alert_until_it_holds_enough_and_one_that_cannot_be_read_is_none()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var key = new FakeKey();
        var watch = new WatchRunway(world.Get<AlertBook>(), world.Get<RunwayQueries>(), new KeyQueries([key]), world.Get<Nirmaan.Control.Live.ControlEvents>(), world.Get<IOptions<FleetOptions>>());
        await watch.RunAsync(s_none);
        (await AlertsAsync(world)).ShouldBeEmpty("it cannot be read");
        key.Wei = 4;
        await watch.RunAsync(s_none);
        await watch.RunAsync(s_none);
        (await AlertsAsync(world)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(a => a.Subject.ShouldBe("a node, ETH"), a => a.Text.ShouldContain("Send more to 0xkey."), a => a.ClearedAt.ShouldBeNull());
        key.Wei = 6;
        (await watch.RunAsync(s_none)).ShouldBe("Nothing changed.", "it is not enough to be sure of");
        key.Wei = 7;
        await watch.RunAsync(s_none);
        (await AlertsAsync(world)).ShouldHaveSingleItem().ClearedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task An_alert_of_what_is_switched_off_ends()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await new WatchRunway(world.Get<AlertBook>(), world.Get<RunwayQueries>(), new KeyQueries([new FakeKey { Wei = 1 }]), world.Get<Nirmaan.Control.Live.ControlEvents>(), world.Get<IOptions<FleetOptions>>()).RunAsync(s_none);
        (await Watch(world).RunAsync(s_none)).ShouldBe("a node, ETH is not watched any more");
        (await AlertsAsync(world)).ShouldHaveSingleItem().ClearedAt.ShouldNotBeNull();
    }

    private sealed class FakeKey : IOperatingKey
    {
        private static readonly Asset s_ether = new("ETH", 18);
        /// <summary>Null = it cannot be read.</summary>
        public int? Wei { get; set; }
        public string Name => "a node";
        public Task<KeyBalance> ReadAsync(CancellationToken cancellationToken) => Wei is { } wei
            ? Task.FromResult(new KeyBalance(Name, "0xkey", [new KeyFunds("ETH", new TokenAmount(wei, s_ether), new TokenAmount(5, s_ether), "gas")], default)) : throw new SupplierUnavailableException("node", "away");
    }

    [Fact]
    public async Task Credit_that_was_bought_is_recorded_once_and_taken_back_by_its_negative_and_no_more()
    {
        await using var world = await BurnAsync(database, 60);
        var (verb, supplier, at) = (world.Get<RecordTopUp>(), world.Akash.Supplier, world.Clock.GetUtcNow());
        var first = await verb.RunAsync(supplier, 250m, at, "invoice 7", "ops@test", s_none);
        (await verb.RunAsync(supplier, 250m, at, "invoice 7", "ops@test", s_none)).Id.ShouldBe(first.Id);
        (await Should.ThrowAsync<InvalidInputException>(() => verb.RunAsync(supplier, -251m, at, "invoice 7", "ops@test", s_none))).Field.ShouldBe("usd");
        await verb.RunAsync(supplier, -250m, at, "invoice 7", "ops@test", s_none);
        (await verb.ListAsync(10, s_none)).Sum(t => t.Usd).ShouldBe(0);
    }

    [Theory]
    [InlineData("supplier", "nobody", 10, 0, "invoice 7")]
    [InlineData("usd", null, 0, 0, "invoice 7")]
    [InlineData("at", null, 10, 1, "invoice 7")]
    [InlineData("reference", null, 10, 0, " ")]
    public async Task Nonsense_names_its_field(string field, string? supplier, int usd, int hours, string reference)
    {
        await using var world = await FleetWorld.CreateAsync(database);
        (await Should.ThrowAsync<InvalidInputException>(() => world.Get<RecordTopUp>().RunAsync(
            supplier is null ? world.Akash.Supplier : new SupplierName(supplier), usd, world.Clock.GetUtcNow().AddHours(hours), reference, "ops@test", s_none))).Field.ShouldBe(field);
    }
}
