using System.Numerics;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Rewards;

/// <summary>A day on which 100 MOR came in and $24.00 of rent are owed by them, and what is sold for it.</summary>
public sealed class SaleTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private async Task RunADayAsync()
    {
        Options = o => o.RentTreasuryFunded = false;
        await MineAsync(Morpheus, key: "model-1", on: await RentAsync(usdPerGpuHour: 1m, at: Midnight), at: Midnight);
        await MineAsync(Heurist, on: await RentAsync(usdPerGpuHour: 5m, at: Midnight), at: Midnight);
        await MineAsync(Morpheus, key: "model-2", beneficiary: new Beneficiary("acme"), on: await RentAsync(usdPerGpuHour: 7m, at: Midnight), at: Midnight);
        Stake(Midnight, 1, 100);
        Pay(Noon, 100 * Token18);
        await ReachAsync(Midnight.AddDays(1));
    }

    private Task<SaleOutcome> SellAsync(int tokens, decimal price, decimal fees = 0, int? epoch = 1, string transaction = "order-1", SaleSource source = SaleSource.Rewards) =>
        Seller.RunAsync(new SaleRequest(transaction, Asset.Mor, tokens * Token18, price, fees, Noon.AddHours(3), "a market", source, epoch), "admin", Token);

    private async Task<EpochPreview> NextAsync() => (await Closer.PreviewAsync(Token)).ShouldHaveSingleItem();

    [Fact]
    public async Task An_epoch_whose_receipts_pay_the_rent_waits_for_their_sale()
    {
        await RunADayAsync();
        (await CloseAsync()).ShouldBe("epoch 1 of MOR waits for a recorded sale of MOR that pays $24.00 of rent");
        (await NextAsync()).Rent.ShouldBe(new RentCover(24m, 0m));
    }

    [Fact]
    public async Task What_was_sold_is_the_cost_and_the_dollars_go_to_the_treasury()
    {
        await RunADayAsync();
        await SellAsync(13, 2m, fees: 2m);
        await CloseAsync();
        var closed = (await ClosedAsync()).ShouldHaveSingleItem();
        (closed.Cost, closed.Fee, closed.Pool).ShouldBe((13 * Token18, 87 * Token18 / 10, 783 * Token18 / 10));
        (closed.PolicyVersion, closed.BorneUsd, closed.CoveredUsd).ShouldBe((1, 24m, 24m));
        (await BalanceAsync("sold"), await BalanceAsync("cover"), await BalanceAsync("rent-fund:MOR", Asset.Usd)).ShouldBe((13 * Token18, 0, 0));
        (await CheckAsync()).ShouldEndWith(" rules hold.");
    }

    [Fact]
    public async Task What_a_sale_brought_too_much_pays_the_next_epochs_rent()
    {
        await RunADayAsync();
        await SellAsync(25, 2m);
        Pay(Noon.AddDays(1), 100 * Token18);
        await ReachAsync(Midnight.AddDays(2));
        await CloseAsync();
        (await ClosedAsync()).Select(d => (d.Cost / Token18, d.BorneUsd, d.CoveredUsd)).ShouldBe([((BigInteger)25, 24m, 24m), (0, 24m, 24m)]);
        (await BalanceAsync("rent-fund:MOR", Asset.Usd)).ShouldBe(TokenAmount.Usd(2m).Units);
    }

    [Fact]
    public async Task What_a_sale_brought_too_little_the_treasury_pays_and_nobody_is_charged_later()
    {
        await RunADayAsync();
        await SellAsync(5, 2m);
        await CloseAsync();
        (await ClosedAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(d => d.BorneUsd.ShouldBe(24m), d => d.CoveredUsd.ShouldBe(10m), d => d.Cost.ShouldBe(5 * Token18));
    }

    [Fact]
    public async Task Rent_that_the_policy_leaves_to_the_treasury_for_one_network_waits_for_no_sale()
    {
        await RunADayAsync();
        await Policies.ListAsync(Token);
        await WriteAsync(db => db.FeePolicies.Add(new FeePolicy(Midnight.AddDays(-1), 1000, false) { Version = 2, Rents = [new RentRule(null, Morpheus, true)] }));
        (await CloseAsync()).ShouldStartWith("closed epoch 1: 90 MOR");
        (await ClosedAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(d => d.Cost.ShouldBe(0), d => d.BorneUsd.ShouldBe(0m), d => d.PolicyVersion.ShouldBe(2));
    }

    [Fact]
    public async Task No_more_can_be_sold_than_the_epoch_received()
    {
        await RunADayAsync();
        await SellAsync(60, 2m);
        (await SellAsync(41, 2m, transaction: "order-2")).ShouldBe(new SaleOutcome.MoreThanHeld(new TokenAmount(40 * Token18, Asset.Mor)));
        (await BalanceAsync("sold")).ShouldBe(60 * Token18);
    }

    [Fact]
    public async Task Fees_can_be_sold_once_there_are_some()
    {
        await RunADayAsync();
        (await SellAsync(1, 2m, epoch: null, source: SaleSource.Fees)).ShouldBe(new SaleOutcome.MoreThanHeld(TokenAmount.Zero(Asset.Mor)));
        await SellAsync(12, 2m, transaction: "order-2");
        await CloseAsync();
        (await SellAsync(1, 2m, epoch: null, source: SaleSource.Fees)).ShouldBeOfType<SaleOutcome.Recorded>();
        (await BalanceAsync("fees")).ShouldBe(78 * Token18 / 10);
        (await CheckAsync()).ShouldEndWith(" rules hold.");
    }

    [Fact]
    public async Task One_transaction_is_recorded_once()
    {
        await RunADayAsync();
        await SellAsync(12, 2m);
        (await SellAsync(12, 2m)).ShouldBeOfType<SaleOutcome.Known>();
        (await BalanceAsync("sold")).ShouldBe(12 * Token18);
    }

    [Fact]
    public async Task For_a_closed_epoch_nothing_can_be_sold_any_more()
    {
        await RunADayAsync();
        await SellAsync(12, 2m);
        await CloseAsync();
        (await SellAsync(1, 2m, transaction: "order-2")).ShouldBe(new SaleOutcome.EpochClosed(2));
    }

    [Fact]
    public async Task Slippage_is_against_the_market_of_that_hour_and_unknown_without_it()
    {
        await RunADayAsync();
        await WriteAsync(db => db.Prices.Add(new PriceQuote("MOR", 2m, Noon.AddHours(2.5), "feed")));
        (await SellAsync(12, 1.97m)).ShouldBeOfType<SaleOutcome.Recorded>().Sale.ShouldSatisfyAllConditions(s => s.Slippage.ShouldBe(0.015m), s => s.MarketSource.ShouldBe("feed"));
        var late = new SaleRequest("order-2", Asset.Mor, Token18, 2m, 0, Noon.AddHours(4), "a market", SaleSource.Rewards, 1);
        (await Seller.RunAsync(late, "admin", Token)).ShouldBeOfType<SaleOutcome.Recorded>().Sale.Slippage.ShouldBeNull();
    }

    [Fact]
    public async Task A_wrong_record_is_taken_back_with_its_booking_and_can_be_made_anew()
    {
        await RunADayAsync();
        var wrong = (await SellAsync(21, 2m)).ShouldBeOfType<SaleOutcome.Recorded>().Sale;
        (await Seller.TakeBackAsync(wrong.Id, "admin", "12, not 21", Token)).ShouldBeTrue();
        (await BalanceAsync("sold"), await BalanceAsync("pool"), await BalanceAsync("rent-fund:MOR", Asset.Usd)).ShouldBe((0, 100 * Token18, 0));
        (await SellAsync(12, 2m)).ShouldBeOfType<SaleOutcome.Recorded>();
        (await CheckAsync()).ShouldEndWith(" rules hold.");
    }

    [Fact]
    public async Task A_sale_of_a_closed_epoch_stands()
    {
        await RunADayAsync();
        var sale = (await SellAsync(12, 2m)).ShouldBeOfType<SaleOutcome.Recorded>().Sale;
        await CloseAsync();
        (await Seller.TakeBackAsync(sale.Id, "admin", "too late", Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_sale_takes_the_consents_away()
    {
        await RunADayAsync();
        await SellAsync(12, 2m);
        Options = o => (o.RentTreasuryFunded, o.SignOffs) = (false, 2);
        await Closer.SignOffAsync(1, "MOR", (await NextAsync()).Digest!, "first", Token);
        await SellAsync(1, 2m, transaction: "order-2");
        (await NextAsync()).ShouldSatisfyAllConditions(p => p.Consents.ShouldBeEmpty(), p => p.Overtaken.Count.ShouldBe(1), p => p.Draft!.Cost.ShouldBe(13 * Token18));
    }

    [Fact]
    public async Task The_epochs_file_names_the_policy_and_the_sale_and_reads_back_as_it_was_written()
    {
        await RunADayAsync();
        await SellAsync(12, 2m);
        await CloseAsync();
        var file = DistributionFile.Parse((await new DistributionQueries(Contexts).FindInputsAsync(1, "MOR", Token))!.DistributionJson);
        var waterfall = file.Waterfall.ShouldNotBeNull();
        (waterfall.Policy, waterfall.Received, waterfall.Sold, waterfall.Held).ShouldBe((1, 100 * Token18, 12 * Token18, 0));
        waterfall.Sales.ShouldHaveSingleItem().ShouldBe(new WaterfallSale("order-1", 12 * Token18, 2m, 0m, Noon.AddHours(3), "a market"));
        waterfall.Faults(file.Pool).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("0x12", 1, 2, "transaction")]
    [InlineData("order-1", 0, 2, "units")]
    [InlineData("order-1", 1, 0, "priceUsd")]
    public async Task A_field_that_makes_no_sense_is_named(string transaction, int tokens, int price, string field) =>
        (await Should.ThrowAsync<InvalidInputException>(() => SellAsync(tokens, price, transaction: transaction))).Field.ShouldBe(field);

    [Fact]
    public async Task More_tokens_than_any_decimal_holds_are_named_and_nothing_breaks() =>
        (await Should.ThrowAsync<InvalidInputException>(() => Seller.RunAsync(
            new SaleRequest("order-1", Asset.Mor, BigInteger.Pow(10, 70), 2m, 0, Noon, "a market", SaleSource.Rewards, 1), "admin", Token))).Field.ShouldBe("units");
}
