using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class CheckInvariantsTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private async Task RunADayAsync()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
    }

    private Task<int> SqlAsync(string sql) => ReadAsync(db => db.Database.ExecuteSqlRawAsync(sql, Token));

    [Fact]
    public async Task An_empty_house_is_in_order() => (await CheckAsync()).ShouldEndWith(" rules hold.");

    [Fact]
    public async Task A_day_of_business_is_in_order()
    {
        await RunADayAsync();
        (await CheckAsync()).ShouldEndWith(" rules hold.");
    }

    public static TheoryData<string, string> Damage => new()
    {
        { "every asset adds up to zero", "INSERT INTO ledger (transaction_id, at, account, asset_id, units, cause, subject) VALUES (gen_random_uuid(), '2026-03-01', 'fees', 'USD', 5, 'x', 'y')" },
        { "every booking adds up to zero", "INSERT INTO ledger (transaction_id, at, account, asset_id, units, cause, subject) VALUES (gen_random_uuid(), '2026-03-01', 'treasury', 'USD', 5, 'x', 'y'), (gen_random_uuid(), '2026-03-01', 'fees', 'USD', -5, 'x', 'z')" },
        { "received = distributed + fees + sold or set aside for rent + clients + undistributed", "UPDATE rewards SET units = units + 1" },
        { "what is undistributed is in no epoch yet or was carried on", "UPDATE rewards SET epoch = NULL" },
        { "an epoch holds its rewards and no other epoch's", "UPDATE rewards SET epoch = 2" },
        { "an epoch's lines add up to its pool", "ALTER TABLE distributions DISABLE TRIGGER USER; UPDATE distributions SET pool = pool + 1" },
        { "a staker's account is what the newest epoch says", "ALTER TABLE distributions DISABLE TRIGGER USER; UPDATE distributions SET leaves = '[]'" },
        { "stakes add up to what the contract says", "UPDATE stake_events SET balance = balance + 1" },
    };

    [Theory, MemberData(nameof(Damage))]
    public async Task Damage_is_found(string rule, string damage)
    {
        await RunADayAsync();
        await SqlAsync(damage);
        (await CheckAsync()).ShouldStartWith("BROKEN: ");
        var report = await new InvariantQueries(Contexts).FindAsync(Token);
        report!.Checks.Single(c => c.Name == rule).Breaches.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_failed_machine_that_still_bills_is_found_unless_something_closes_it()
    {
        var instance = await RentAsync();
        await WriteAsync(db => db.Instances.Single().MarkFailed(Noon, "lost", stillOutside: true, replace: false));
        (await CheckAsync()).ShouldContain("no machine bills without an owner");
        await WriteAsync(db => db.Operations.Add(new Operation(OperationId.New(Noon), OperationKind.Close, instance.Supplier, null, instance.Id, null, "close:x", "hash", null, null, Noon, TimeSpan.FromHours(1))));
        (await CheckAsync()).ShouldEndWith(" rules hold.");
    }

    [Fact]
    public async Task What_a_supplier_bills_and_nobody_owns_is_found_in_its_newest_report()
    {
        var finding = new Finding("theirs-not-ours", "dseq-1", "nirmaan-1", null, null, "unknown", 0.5m, 60, "closing");
        await WriteAsync(db => db.SupplierReports.Add(new SupplierReport(Guid.NewGuid(), SupplierName.Akash, Noon, 1, 2, 0, [finding], null)));
        (await CheckAsync()).ShouldContain("akash bills nirmaan-1, which nobody here owns");
        await WriteAsync(db => db.SupplierReports.Add(new SupplierReport(Guid.NewGuid(), SupplierName.Akash, Noon.AddMinutes(5), 1, 1, 0, [], null)));
        (await CheckAsync()).ShouldEndWith(" rules hold.");
    }

    [Fact]
    public async Task The_last_result_is_kept_with_its_time()
    {
        await CheckAsync();
        Clock.Advance(TimeSpan.FromMinutes(5));
        await CheckAsync();
        var report = await new InvariantQueries(Contexts).FindAsync(Token);
        (report!.At, report.Holds, report.Checks.Count).ShouldBe((Noon.AddMinutes(5), true, 13));
    }

    [Fact]
    public async Task Never_checked_is_not_fine() => (await new InvariantQueries(Contexts).FindAsync(Token)).ShouldBeNull();
}
