using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

public sealed class ReadBillsTests(ControlPostgres database)
{
    private static async Task<decimal> RentAsync(FleetWorld world)
    {
        await world.Get<ReadBills>().RunAsync(TestContext.Current.CancellationToken);
        await world.Get<MeterRent>().RunAsync(TestContext.Current.CancellationToken);
        await using var db = await world.DbAsync();
        var units = await db.Ledger.Where(e => e.Account == "rent:akash").Select(e => e.Units).ToListAsync();
        return units.Aggregate(TokenAmount.Zero(Asset.Usd), (sum, u) => sum + new TokenAmount(u, Asset.Usd)).ToDecimal();
    }

    [Fact]
    public async Task The_ledger_says_of_an_ended_machine_what_its_bill_says()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromHours(2));
        var machine = (await world.InstancesAsync()).ShouldHaveSingleItem();
        await world.Get<RetireInstance>().RunAsync(machine.Id, "ops@test", "no longer wanted", TestContext.Current.CancellationToken);
        await world.PassAsync(TimeSpan.FromMinutes(10));
        world.Akash.Bills[machine.ExternalId!] = 1.23456789m;
        (await RentAsync(world)).ShouldBe(1.23456789m);
    }

    [Fact]
    public async Task What_was_closed_without_an_owner_was_paid_all_the_same_once()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.Machines.Add(new FakeSupplier.Machine { Id = "stray", Name = Operation.NameOf(OperationId.New(world.Clock.GetUtcNow())), CreatedAt = world.Clock.GetUtcNow().AddHours(-1), Status = SupplierStatus.Running });
        await world.PassAsync(TimeSpan.FromMinutes(10), reconcile: true);
        world.Akash.Bills["stray"] = 0.4m;
        (await RentAsync(world)).ShouldBe(0.4m);
        (await RentAsync(world)).ShouldBe(0.4m);
    }
}
