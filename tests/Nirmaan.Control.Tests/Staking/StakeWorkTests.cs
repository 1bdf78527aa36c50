using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Tests.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Tests.Staking;

public sealed class StakeWorkTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private StakeWorkQueries Work => new(Contexts, new PriceBook(Contexts, Clock, With<RewardsOptions>()), Clock);
    private StakerStateQueries States => new(Contexts);

    private async Task<Miner> RunADayAsync()
    {
        var miner = await MineAsync(Morpheus, key: "model-1", on: await RentAsync(usdPerGpuHour: 1m, at: Midnight), at: Midnight);
        Stake(Midnight, 1, 3000 * Token18);
        Pay(Noon, 100 * Token18);
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        return miner;
    }

    [Fact]
    public async Task A_payment_leads_to_its_miner_the_machine_and_its_rent_of_the_day()
    {
        var miner = await RunADayAsync();
        var traced = (await Work.ReadTraceAsync(1, Token)).ShouldHaveSingleItem();
        (traced.Units, traced.Evidence, traced.Miner?.MinerId, traced.Miner?.Supplier, traced.RentUsd).ShouldBe((100 * Token18, "0xpay000001", miner.Id, SupplierName.Akash, 24m));
    }

    [Fact]
    public async Task An_epoch_that_is_not_closed_has_no_trace() => (await Work.ReadTraceAsync(7, Token)).ShouldBeEmpty();

    [Fact]
    public async Task The_pools_machines_that_bill_are_counted_by_place_and_a_clients_are_not()
    {
        await MineAsync(Morpheus);
        await MineAsync(Morpheus);
        await MineAsync(Morpheus, beneficiary: new Beneficiary("acme"));
        var place = (await Work.ReadPlacesAsync(Token)).Places.ShouldHaveSingleItem();
        (place.Network, place.Machines, place.Gpus, place.Earning, place.UsdPerHour).ShouldBe((Morpheus, 2, 2, 0, 1m));
    }

    [Fact]
    public async Task Time_down_is_billed_at_the_mean_of_the_time_up_and_a_clients_miner_is_not_in_it()
    {
        var miner = await RunADayAsync();
        var client = await MineAsync(Morpheus, beneficiary: new Beneficiary("acme"), at: Midnight);
        await WriteAsync(db =>
        {
            db.Prices.Add(new PriceQuote("MOR", 2m, Noon, "feed"));
            db.UptimeWindows.Add(new UptimeWindow(miner.Id, Noon, 3600, 2700, 0, 600, 300, 60, 1));
            db.UptimeWindows.Add(new UptimeWindow(client.Id, Noon, 3600, 0, 0, 3600, 0, 60, 1));
        });
        var bill = await Work.ReadDowntimeAsync(Midnight, Midnight.AddDays(1), _ => 0.5m, Token);
        var line = bill.Lines.ShouldHaveSingleItem();
        (line.DownSeconds, decimal.Round(line.LostTokens!.Value, 6), decimal.Round(line.MyLostUsd!.Value, 6)).ShouldBe((900L, 33.333333m, 33.333333m));
        (bill.CountedSeconds, bill.DownRentUsd).ShouldBe((3600L, 6m));
    }

    [Fact]
    public async Task Until_a_root_is_published_all_is_recorded()
    {
        await RunADayAsync();
        (await States.ReadAsync(Wallet(1), Token)).Assets.ShouldHaveSingleItem().ShouldBe(new AssetState(Asset.Mor, 0, 0, 90 * Token18, null));
    }

    [Fact]
    public async Task Under_a_published_root_it_is_claimable_less_what_was_claimed()
    {
        await RunADayAsync();
        var root = (await ClosedAsync())[0].Root;
        await WriteAsync(db =>
        {
            db.ChainRecords.Add(Record(1, ChainRecordKind.RootPublished, null, 0) with { Root = root });
            db.ChainRecords.Add(Record(2, ChainRecordKind.Claimed, Wallet(1), 40 * Token18));
        });
        (await States.ReadAsync(Wallet(1), Token)).Assets.ShouldHaveSingleItem().ShouldBe(new AssetState(Asset.Mor, 40 * Token18, 50 * Token18, 0, 1));
    }

    [Fact]
    public async Task What_another_assets_distributor_published_and_paid_is_not_this_ones()
    {
        await RunADayAsync();
        var root = (await ClosedAsync())[0].Root;
        await WriteAsync(db =>
        {
            db.ChainRecords.Add(Record(1, ChainRecordKind.RootPublished, null, 0) with { Root = root, AssetId = Asset.Nrm.Id });
            db.ChainRecords.Add(Record(2, ChainRecordKind.Claimed, Wallet(1), 40 * Token18) with { AssetId = Asset.Nrm.Id });
        });
        (await States.ReadAsync(Wallet(1), Token)).Assets.ShouldHaveSingleItem().ShouldBe(new AssetState(Asset.Mor, 0, 0, 90 * Token18, null));
    }

    [Fact]
    public async Task What_is_on_its_way_out_waits_until_it_is_withdrawn_or_taken_back()
    {
        await WriteAsync(db =>
        {
            db.ChainRecords.Add(Record(1, ChainRecordKind.UnbondingStarted, Wallet(1), 5) with { Number = 1, AvailableAt = Noon.AddDays(7) });
            db.ChainRecords.Add(Record(2, ChainRecordKind.UnbondingStarted, Wallet(1), 6) with { Number = 2, AvailableAt = Noon.AddDays(7) });
            db.ChainRecords.Add(Record(3, ChainRecordKind.UnbondingCancelled, Wallet(1), 5) with { Number = 1 });
        });
        (await States.ReadAsync(Wallet(1), Token)).WaitingOut.ShouldBe([new WaitingOut(6, Noon, Noon.AddDays(7))]);
        (await Work.FindUnbondingPeriodAsync(Token)).ShouldBe(TimeSpan.FromDays(7));
    }

    private static ChainRecord Record(int n, ChainRecordKind kind, WalletAddress? account, System.Numerics.BigInteger amount) => new(31337, $"0x{n:x64}", 0, n, "0xblock", Noon, kind, account, amount);
}
