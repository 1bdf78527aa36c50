using System.Numerics;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class TreasuryTests(ControlPostgres postgres) : ControlTest(postgres)
{
    private static readonly DateTimeOffset s_midnight = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private int _booked;

    private TreasuryQueries Queries() => new(Contexts, new PriceBook(Contexts, Clock, With<RewardsOptions>()));

    private Task BookAsync(DateTimeOffset at, string cause, string from, string to, TokenAmount amount) =>
        WriteAsync(db => db.Ledger.AddRange(new LedgerBooking(at, cause, $"booking {++_booked}").Move(from, to, amount).ToEntries()));

    private static string Rent(SupplierName supplier) => LedgerAccounts.Rent(supplier);

    [Fact]
    public async Task Rent_is_summed_by_utc_day_and_supplier_with_corrections_apart()
    {
        await BookAsync(s_midnight.AddHours(1), LedgerCauses.Rent, LedgerAccounts.Treasury, Rent(SupplierName.Akash), TokenAmount.Usd(3.5m));
        await BookAsync(s_midnight.AddHours(23), LedgerCauses.Rent, LedgerAccounts.Treasury, Rent(SupplierName.Akash), TokenAmount.Usd(1.25m));
        await BookAsync(s_midnight.AddHours(23), LedgerCauses.RentAdjustment, Rent(SupplierName.Akash), LedgerAccounts.Treasury, TokenAmount.Usd(0.75m));
        await BookAsync(s_midnight.AddDays(1), LedgerCauses.Rent, LedgerAccounts.Prepaid(SupplierName.IoNet), Rent(SupplierName.IoNet), TokenAmount.Usd(2m));
        await BookAsync(s_midnight.AddDays(2), LedgerCauses.Rent, LedgerAccounts.Treasury, Rent(SupplierName.Akash), TokenAmount.Usd(9m));
        (await Queries().RentDaysAsync(s_midnight, s_midnight.AddDays(2), Token)).ShouldBe(
            [new RentDay(new DateOnly(2026, 3, 1), SupplierName.Akash, 4.75m, -0.75m), new RentDay(new DateOnly(2026, 3, 2), SupplierName.IoNet, 2m, 0m)]);
    }

    [Fact]
    public async Task The_books_add_up_to_zero_with_all_stakers_as_one_line()
    {
        var mor = new TokenAmount(1_000, Asset.Mor);
        await BookAsync(Noon, LedgerCauses.Reward, LedgerAccounts.Network(Morpheus), LedgerAccounts.Pool, mor);
        await BookAsync(Noon, LedgerCauses.Fee, LedgerAccounts.Pool, LedgerAccounts.Fees, new TokenAmount(100, Asset.Mor));
        foreach (var n in new[] { 1, 2, 3 }) { await BookAsync(Noon, LedgerCauses.Distribution, LedgerAccounts.Pool, LedgerAccounts.Staker(Wallet(n)), new TokenAmount(300, Asset.Mor)); }
        var books = await Queries().BooksAsync(Token);
        books.Select(b => (b.Account, b.Units, b.Accounts)).ShouldBe([("fees", 100, 1), ("network:morpheus", -1_000, 1), ("pool", 0, 1), (TreasuryQueries.Stakers, 900, 3)]);
        books.Aggregate(BigInteger.Zero, (sum, b) => sum + b.Units).ShouldBe(0);
    }

    [Fact]
    public async Task A_balance_keeps_the_last_price_with_its_age_and_without_any_has_no_value()
    {
        await BookAsync(Noon, LedgerCauses.Reward, LedgerAccounts.Network(Morpheus), LedgerAccounts.Pool, TokenAmount.Of(4m, Asset.Mor));
        await BookAsync(Noon, LedgerCauses.Reward, LedgerAccounts.Network(Heurist), LedgerAccounts.Pool, TokenAmount.Of(4m, Asset.Heu));
        await BookAsync(Noon, LedgerCauses.Reward, LedgerAccounts.Network(Heurist), LedgerAccounts.Pool, TokenAmount.Of(4m, Asset.Nrm));
        await BookAsync(Noon, LedgerCauses.Prepayment, LedgerAccounts.Treasury, LedgerAccounts.Prepaid(SupplierName.IoNet), TokenAmount.Usd(12m));
        await WriteAsync(db => db.Prices.Add(new PriceQuote("MOR", 2.5m, Noon.AddHours(-1), "feed")));
        await WriteAsync(db => db.Prices.Add(new PriceQuote("HEU", 0.1m, Noon.AddDays(-3), "feed")));
        var books = await Queries().BooksAsync(Token);
        decimal? ValueOf(string account, Asset asset) => books.Single(b => b.Account == account && b.Asset == asset).ValueUsd;
        (ValueOf("pool", Asset.Mor), ValueOf("pool", Asset.Heu), ValueOf("pool", Asset.Nrm), ValueOf("prepaid:ionet", Asset.Usd)).ShouldBe((10m, 0.4m, null, 12m));
        books.Single(b => b.Account == "pool" && b.Asset == Asset.Heu).Price!.Age.ShouldBe(TimeSpan.FromDays(3));
    }

    [Fact]
    public async Task Fees_are_summed_by_day_and_asset()
    {
        await BookAsync(Noon, LedgerCauses.Fee, LedgerAccounts.Pool, LedgerAccounts.Fees, new TokenAmount(100, Asset.Mor));
        await BookAsync(Noon.AddDays(1), LedgerCauses.Fee, LedgerAccounts.Pool, LedgerAccounts.Fees, new TokenAmount(70, Asset.Mor));
        (await Queries().FeeDaysAsync(s_midnight, s_midnight.AddDays(7), Token)).ShouldBe([new FeeDay(new DateOnly(2026, 3, 1), Asset.Mor, 100), new FeeDay(new DateOnly(2026, 3, 2), Asset.Mor, 70)]);
    }
}
