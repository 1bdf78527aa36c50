using System.Globalization;
using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Testing;

namespace Nirmaan.Control.Tests.Rewards;

/// <summary>A season of ten days in which the pool earned 400 Waifu Points a day and a client 100, and what the network pays for them.</summary>
public sealed class ConversionTests : EpochTest
{
    private static readonly DateOnly s_first = DateOnly.FromDateTime(Midnight.UtcDateTime), s_last = s_first.AddDays(9);
    private static readonly DateTimeOffset s_over = Midnight.AddDays(10);
    private readonly FakeMiningNetwork _heurist = new(NetworkName.Heurist);

    public ConversionTests(ControlPostgres postgres) : base(postgres) => _heurist.Kinds["waifu"] = new WorkloadName("heurist-sd");

    private ConvertPoints Verb => new(Contexts, new NetworkShelf([_heurist]), Events, Clock);
    private ConversionQueries Queries => new(Contexts, Clock);

    private async Task RunASeasonAsync()
    {
        var (ours, theirs) = (await MineAsync(Heurist), await MineAsync(Heurist, beneficiary: new Beneficiary("acme")));
        Stake(Midnight, 1, 3000 * Token18);
        Stake(Midnight, 2, 1000 * Token18);
        await WriteAsync(db =>
        {
            foreach (var day in Enumerable.Range(0, 10))
            {
                db.PointsAwards.Add(new PointsAward(ours.Id, "waifu", Noon.AddDays(day), 400));
                db.PointsAwards.Add(new PointsAward(theirs.Id, "waifu", Noon.AddDays(day), 100));
            }
        });
        await ReachAsync(s_over.AddHours(12));
    }

    private static ConversionRequest Request(int tokens = 200, int? vestDays = null, string tx = "payout-1", DateOnly? first = null, DateOnly? last = null, DateTimeOffset? at = null) => new(
        NetworkName.Heurist, "waifu", first ?? s_first, last ?? s_last, Asset.Heu, tokens * Token18, at ?? s_over, tx, Wallet(99).Value, vestDays is { } days ? (at ?? s_over).AddDays(days) : null);

    private async Task<Conversion> RecordAsync(ConversionRequest request) => (await Verb.RunAsync(request, "admin", Token)).ShouldBeOfType<ConversionOutcome.Recorded>().Conversion;

    private async Task<string> ReleaseAtAsync(DateTimeOffset at)
    {
        Clock.MoveTo(at);
        return await Verb.ReleaseAsync(Token);
    }

    private Task<List<(DateTimeOffset At, BigInteger Units)>> ReceivedAsync() => ReadAsync(async db =>
        (await db.Rewards.AsNoTracking().Where(r => r.AssetId == "HEU").OrderBy(r => r.At).ToListAsync(Token)).ConvertAll(r => (r.At, r.Units)));

    private async Task HoldsAsync() => (await CheckAsync()).ShouldEndWith(" rules hold.");

    [Fact]
    public async Task The_pools_points_of_the_days_are_what_was_converted_and_a_clients_are_not()
    {
        await RunASeasonAsync();
        (await RecordAsync(Request())).ShouldSatisfyAllConditions(c => c.Points.ShouldBe(4000), c => c.TokensPerThousand.ShouldBe(50));
    }

    [Fact]
    public async Task Before_the_next_day_begins_a_payment_is_in_the_books_and_nobody_has_received_it()
    {
        await RunASeasonAsync();
        await RecordAsync(Request());
        (await ReleaseAtAsync(s_over.AddHours(23))).ShouldBe("Nothing became free.");
        (await BalanceAsync("vesting", Asset.Heu), await BalanceAsync("pool", Asset.Heu)).ShouldBe((200 * Token18, 0));
        await HoldsAsync();
    }

    [Fact]
    public async Task What_is_free_is_received_once_at_the_beginning_of_the_next_day()
    {
        await RunASeasonAsync();
        await RecordAsync(Request());
        (await ReleaseAtAsync(s_over.AddDays(2))).ShouldBe("released 200 HEU");
        (await ReleaseAtAsync(s_over.AddDays(3))).ShouldBe("No conversion has tokens that are locked.");
        (await ReceivedAsync()).ShouldBe([(s_over.AddDays(1), 200 * Token18)]);
        await HoldsAsync();
    }

    [Fact]
    public async Task A_lock_ends_evenly_day_by_day_and_to_the_last_unit()
    {
        await RunASeasonAsync();
        await RecordAsync(Request(tokens: 200, vestDays: 3));
        await ReleaseAtAsync(s_over.AddDays(1));
        await HoldsAsync();
        await ReleaseAtAsync(s_over.AddDays(9));
        var third = 200 * Token18 / 3;
        (await ReceivedAsync()).ShouldBe([(s_over.AddDays(1), third), (s_over.AddDays(2), 2 * 200 * Token18 / 3 - third), (s_over.AddDays(3), 200 * Token18 - 2 * 200 * Token18 / 3)]);
        await HoldsAsync();
    }

    [Fact]
    public async Task Who_holds_stake_while_a_lock_ends_gets_what_became_free()
    {
        Options = o => o.RentTreasuryFunded = true;
        await RunASeasonAsync();
        await RecordAsync(Request(tokens: 300, vestDays: 3));
        // The second account leaves on the day after the first release, at its beginning.
        Stake(s_over.AddDays(2), 2, -1000 * Token18);
        await ReachAsync(s_over.AddDays(4));
        await ReleaseAtAsync(s_over.AddDays(4));
        await CloseAsync();
        var paid = (await ClosedAsync()).FindAll(d => d.AssetId == "HEU" && d.Gross.Sign > 0);
        paid.ConvertAll(d => (d.From, d.Leaves.Count)).ShouldBe([(s_over.AddDays(1), 2), (s_over.AddDays(2), 2), (s_over.AddDays(3), 2)]);
        paid[^1].Leaves.Single(l => l.Account == Wallet(2)).Cumulative.ShouldBe(paid[0].Leaves.Single(l => l.Account == Wallet(2)).Cumulative);
        await HoldsAsync();
    }

    [Fact]
    public async Task What_is_locked_is_shown_with_what_becomes_free_in_a_day_and_when_the_last_of_it_is()
    {
        await RunASeasonAsync();
        await RecordAsync(Request(tokens: 200, vestDays: 10));
        await ReleaseAtAsync(s_over.AddDays(5));
        (await Queries.LockedAsync(Token)).ShouldBe([new LockedTokens(Asset.Heu, 100 * Token18, 20 * Token18, s_over.AddDays(10))]);
    }

    [Fact]
    public async Task Points_of_days_that_were_converted_are_no_promise_any_more()
    {
        await RunASeasonAsync();
        await RecordAsync(Request(last: s_first.AddDays(3)));
        var stakers = new StakerQueries(Contexts, new PriceBook(Contexts, Clock, With(Options)), new NetworkShelf([_heurist]), Clock);
        var points = (await stakers.ReadReturnsAsync(Wallet(1), Midnight, s_over, Token)).Points.ShouldHaveSingleItem();
        (points.Points, points.Converted).ShouldBe((3000, 1200));
    }

    [Fact]
    public async Task The_same_payment_again_books_nothing()
    {
        await RunASeasonAsync();
        var first = await RecordAsync(Request());
        (await Verb.RunAsync(Request(tokens: 900), "admin", Token)).ShouldBe(new ConversionOutcome.Known(first));
        (await BalanceAsync("vesting", Asset.Heu)).ShouldBe(200 * Token18);
    }

    [Fact]
    public async Task A_season_may_be_paid_twice_but_no_day_by_two_seasons()
    {
        await RunASeasonAsync();
        var first = await RecordAsync(Request());
        await RecordAsync(Request(tokens: 50, tx: "payout-2"));
        (await Verb.RunAsync(Request(tx: "payout-3", first: s_last), "admin", Token)).ShouldBeOfType<ConversionOutcome.Overlaps>().With.FirstDay.ShouldBe(first.FirstDay);
        (await BalanceAsync("vesting", Asset.Heu)).ShouldBe(250 * Token18);
    }

    [Fact]
    public async Task Days_without_points_were_not_converted()
    {
        await RunASeasonAsync();
        await ReadAsync(db => db.PointsAwards.ExecuteDeleteAsync(Token));
        (await Verb.RunAsync(Request(), "admin", Token)).ShouldBeOfType<ConversionOutcome.NoPoints>();
    }

    [Fact]
    public async Task A_payment_that_the_networks_reader_entered_is_not_entered_again()
    {
        await RunASeasonAsync();
        await MineAsync(Morpheus, key: "model-1");
        Pay(s_over, 200 * Token18, Asset.Heu);
        await IngestAsync();
        await ReadAsync(db => db.Rewards.ExecuteUpdateAsync(u => u.SetProperty(r => r.Evidence, "payout-1"), Token));
        (await Verb.RunAsync(Request(), "admin", Token)).ShouldBeOfType<ConversionOutcome.Received>();
    }

    [Fact]
    public async Task A_record_taken_back_leaves_what_was_received_and_counts_it_when_the_payment_is_recorded_anew()
    {
        await RunASeasonAsync();
        var wrong = await RecordAsync(Request(tokens: 200, vestDays: 10));
        await ReleaseAtAsync(s_over.AddDays(5));
        (await Verb.TakeBackAsync(wrong.Id, "admin", "the lock is of 20 days", Token)).ShouldBeTrue();
        (await Verb.TakeBackAsync(wrong.Id, "admin", "once more", Token)).ShouldBeFalse();
        (await BalanceAsync("vesting", Asset.Heu)).ShouldBe(0);
        await HoldsAsync();
        await RecordAsync(Request(tokens: 200, vestDays: 20));
        // Half was received in 5 days; by the right lock that is so on the 10th day, and nothing more comes before.
        (await ReleaseAtAsync(s_over.AddDays(10))).ShouldBe("Nothing became free.");
        (await ReleaseAtAsync(s_over.AddDays(20))).ShouldBe("released 100 HEU");
        (await BalanceAsync("pool", Asset.Heu)).ShouldBe(200 * Token18);
        await HoldsAsync();
    }

    [Fact]
    public async Task A_hash_is_the_same_in_whatever_case_it_is_typed()
    {
        await RunASeasonAsync();
        var first = await RecordAsync(Request(tx: "0x" + new string('A', 64)));
        (await Verb.RunAsync(Request(tx: "0X" + new string('a', 64)), "admin", Token)).ShouldBe(new ConversionOutcome.Known(first));
    }

    [Fact]
    public async Task What_was_received_under_the_wrong_kind_is_not_released_again_under_the_right_one()
    {
        _heurist.Kinds["llama"] = new WorkloadName("heurist-llm");
        await RunASeasonAsync();
        var miner = await MineAsync(Heurist);
        await WriteAsync(db => db.PointsAwards.Add(new PointsAward(miner.Id, "llama", Noon, 10)));
        var wrong = await RecordAsync(Request(tokens: 200) with { Kind = "llama" });
        await ReleaseAtAsync(s_over.AddDays(1));
        await Verb.TakeBackAsync(wrong.Id, "admin", "they were Waifu Points", Token);
        (await RecordAsync(Request(tokens: 200))).Locked.ShouldBe(0);
        // The other payment of the same transaction has nothing to take over any more.
        (await RecordAsync(Request(tokens: 50) with { Kind = "llama" })).Locked.ShouldBe(50 * Token18);
        await ReleaseAtAsync(s_over.AddDays(3));
        (await BalanceAsync("pool", Asset.Heu)).ShouldBe(250 * Token18);
        await HoldsAsync();
    }

    [Fact]
    public async Task A_release_that_is_not_among_the_receipts_is_found()
    {
        await RunASeasonAsync();
        await RecordAsync(Request(vestDays: 10));
        await ReleaseAtAsync(s_over.AddDays(5));
        await ReadAsync(db => db.Database.ExecuteSqlRawAsync("UPDATE conversions SET released = released + 1", Token));
        (await CheckAsync()).ShouldContain("what was paid for points is received or locked");
    }

    [Theory]
    [InlineData("network", "morpheus", "waifu", 0, 9, 0, "1", "")]
    [InlineData("kind", "heurist", "llama", 0, 9, 0, "1", "")]
    [InlineData("lastDay", "heurist", "waifu", 9, 0, 0, "1", "")]
    [InlineData("lastDay", "heurist", "waifu", 0, 10, 0, "1", "")]
    [InlineData("lastDay", "heurist", "waifu", 0, int.MaxValue, 0, "1", "")]
    [InlineData("units", "heurist", "waifu", 0, 9, 0, "0", "")]
    [InlineData("at", "heurist", "waifu", 0, 9, 99, "1", "")]
    [InlineData("at", "heurist", "waifu", 0, 9, -11, "1", "")]
    [InlineData("transaction", "heurist", "waifu", 0, 9, 0, "1", "0xabc")]
    public async Task Nonsense_names_its_field(string field, string network, string kind, int first, int last, int atDays, string units, string tx)
    {
        await RunASeasonAsync();
        var request = new ConversionRequest(new NetworkName(network), kind, s_first.AddDays(first), last == int.MaxValue ? DateOnly.MaxValue : s_first.AddDays(last), Asset.Heu, BigInteger.Parse(units, CultureInfo.InvariantCulture), s_over.AddDays(atDays), tx.Length == 0 ? "payout-1" : tx, Wallet(99).Value, null);
        (await Should.ThrowAsync<InvalidInputException>(() => Verb.RunAsync(request, "admin", Token))).Field.ShouldBe(field);
    }

    [Fact]
    public async Task A_lock_that_ends_before_the_payment_and_an_address_that_is_none_are_refused()
    {
        await RunASeasonAsync();
        (await Should.ThrowAsync<InvalidInputException>(() => Verb.RunAsync(Request(vestDays: 0), "admin", Token))).Field.ShouldBe("vestsUntil");
        (await Should.ThrowAsync<InvalidInputException>(() => Verb.RunAsync(Request() with { PaidTo = "0x12" }, "admin", Token))).Field.ShouldBe("paidTo");
    }
}
