using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class MeterRentTests(ControlPostgres postgres) : ControlTest(postgres)
{
    private Task<string> MeterAsync() =>
        new MeterRent(Contexts, new SupplierShelf([new PrepaidSupplier()]), Events, Clock, With<RewardsOptions>(), Log<MeterRent>()).RunAsync(Token);

    private Task<List<LedgerEntry>> EntriesAsync() => ReadAsync(db => db.Ledger.AsNoTracking().OrderBy(e => e.Sequence).ToListAsync(Token));
    private async Task<decimal> UsdAsync(string account) =>
        new TokenAmount((await EntriesAsync()).Where(e => e.Account == account).Aggregate(BigInteger.Zero, (sum, e) => sum + e.Units), Asset.Usd).ToDecimal();

    private async Task EndAsync(Instance instance, DateTimeOffset at, decimal? supplierSays = null)
    {
        await WriteAsync(db =>
        {
            var row = db.Instances.Single(i => i.Id == instance.Id);
            row.MarkDraining(at, "test");
            row.MarkClosing(at, "test");
            row.MarkClosed(at);
            if (supplierSays is { } usd) { row.Settle(usd, at.AddMinutes(1)); }
        });
    }

    [Fact]
    public async Task Rent_is_price_times_time_for_the_whole_machine()
    {
        await RentAsync(usdPerGpuHour: 0.5m, gpus: 2);
        Clock.Advance(TimeSpan.FromMinutes(90));
        await MeterAsync();
        (await UsdAsync("rent:akash"), await UsdAsync("treasury")).ShouldBe((1.5m, -1.5m));
    }

    [Fact]
    public async Task A_second_run_enters_nothing_twice()
    {
        await RentAsync();
        Clock.Advance(TimeSpan.FromHours(1));
        await MeterAsync();
        (await MeterAsync()).ShouldBe("Entered $0.00 of rent for 0 machines; 0 corrected by $0.00 to the supplier's figure.");
        (await EntriesAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Two_meters_at_once_enter_it_once()
    {
        await RentAsync(usdPerGpuHour: 1m);
        Clock.Advance(TimeSpan.FromHours(1));
        await Task.WhenAll(MeterAsync(), MeterAsync(), MeterAsync());
        (await UsdAsync("rent:akash")).ShouldBe(1m);
    }

    [Fact]
    public async Task A_run_over_midnight_gives_each_day_its_own()
    {
        await RentAsync(usdPerGpuHour: 1m);
        Clock.MoveTo(Noon.AddHours(38));
        await MeterAsync();
        (await EntriesAsync()).Where(e => e.Account == "rent:akash").Select(e => (e.At, (decimal)e.Units / 100_000_000m))
            .ShouldBe([(Noon, 12m), (Noon.AddHours(12), 24m), (Noon.AddHours(36), 2m)]);
    }

    [Fact]
    public async Task However_often_it_runs_the_sum_is_the_same()
    {
        var instance = await RentAsync(usdPerGpuHour: 0.36m);
        for (var i = 0; i < 36; i++) { Clock.Advance(TimeSpan.FromMinutes(10)); await MeterAsync(); }
        (await UsdAsync("rent:akash")).ShouldBe(0.36m * 6, tolerance: 0.00000007m);
        (await ReadAsync(db => db.Instances.SingleAsync(i => i.Id == instance.Id, Token))).MeteredTo.ShouldBe(Clock.GetUtcNow());
    }

    [Fact]
    public async Task A_running_machine_is_entered_once_in_an_hour()
    {
        await RentAsync();
        for (var i = 0; i < 12; i++) { Clock.Advance(TimeSpan.FromMinutes(10)); await MeterAsync(); }
        (await EntriesAsync()).Count(e => e.Account == "rent:akash").ShouldBe(2);
    }

    [Fact]
    public async Task Rent_ends_with_the_machine()
    {
        var instance = await RentAsync(usdPerGpuHour: 1m);
        await EndAsync(instance, Noon.AddMinutes(30));
        Clock.Advance(TimeSpan.FromHours(5));
        await MeterAsync();
        (await UsdAsync("rent:akash")).ShouldBe(0.5m);
    }

    [Fact]
    public async Task After_the_end_the_difference_to_the_suppliers_figure_is_its_own_entry()
    {
        var instance = await RentAsync(usdPerGpuHour: 1m);
        await EndAsync(instance, Noon.AddHours(1), supplierSays: 0.97m);
        Clock.Advance(TimeSpan.FromHours(1));
        await MeterAsync();
        await MeterAsync();
        (await EntriesAsync()).Where(e => e.Account == "rent:akash").Select(e => (e.Cause, (decimal)e.Units / 100_000_000m)).ShouldBe([("rent", 1m), ("rent-adjustment", -0.03m)]);
    }

    [Fact]
    public async Task What_the_supplier_said_before_the_end_is_not_taken_for_the_whole()
    {
        var instance = await RentAsync(usdPerGpuHour: 1m);
        await WriteAsync(db => db.Instances.Single().Observe(new SupplierInstance("x", null, SupplierStatus.Running, "running", SpentUsd: 0.4m), Noon.AddMinutes(30)));
        await EndAsync(instance, Noon.AddHours(1));
        Clock.Advance(TimeSpan.FromHours(1));
        await MeterAsync();
        (await UsdAsync("rent:akash")).ShouldBe(1m);
    }

    [Fact]
    public async Task A_figure_that_the_supplier_changes_later_is_followed()
    {
        var instance = await RentAsync(usdPerGpuHour: 1m);
        await EndAsync(instance, Noon.AddHours(1), supplierSays: 0.97m);
        Clock.Advance(TimeSpan.FromHours(2));
        await MeterAsync();
        await WriteAsync(db => db.Instances.Single().Observe(new SupplierInstance("x", null, SupplierStatus.Closed, "closed", SpentUsd: 1.02m), Clock.GetUtcNow()));
        Clock.Advance(TimeSpan.FromHours(1));
        await MeterAsync();
        (await UsdAsync("rent:akash")).ShouldBe(1.02m);
    }

    [Fact]
    public async Task Prepaid_rent_is_taken_from_what_was_paid_in_advance()
    {
        await RentAsync(usdPerGpuHour: 2m, supplier: SupplierName.IoNet);
        Clock.Advance(TimeSpan.FromHours(1));
        await MeterAsync();
        (await UsdAsync("rent:ionet"), await UsdAsync("prepaid:ionet"), await UsdAsync("treasury")).ShouldBe((2m, -2m, 0m));
    }

    [Fact]
    public async Task An_unknown_price_is_not_a_price_of_nothing()
    {
        var instance = await RentAsync();
        await WriteAsync(db => db.Instances.Where(i => i.Id == instance.Id).ExecuteUpdate(i => i.SetProperty(x => x.UsdPerGpuHour, (decimal?)null)));
        Clock.Advance(TimeSpan.FromHours(1));
        (await MeterAsync()).ShouldContain("1 without a known price");
        (await ReadAsync(db => db.Instances.SingleAsync(Token))).MeteredTo.ShouldBe(Noon);
    }

    [Fact]
    public async Task What_is_not_billed_costs_nothing()
    {
        await WriteAsync(db => db.Instances.Add(new Instance(
            InstanceId.New(Noon), new InstanceWish(SupplierName.Akash, new Domain.Market.GpuModel("l4"), 1, null, null, null, 1, 1), new WorkloadName("heurist-sd"), null, 1m, "test", Noon)));
        Clock.Advance(TimeSpan.FromHours(1));
        await MeterAsync();
        (await EntriesAsync()).ShouldBeEmpty();
    }
}
