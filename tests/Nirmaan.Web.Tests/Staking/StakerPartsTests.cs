using System.Globalization;
using System.Numerics;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Staking;
using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.Tests.Staking;

public sealed class StakerPartsTests : BunitContext
{
    private const string Root = "0x555d5397e9b1c8ce3777fe0066e04601580e646ba7744a099125325f015c3f9a";
    private static readonly DateTimeOffset s_day = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
    private static readonly BigInteger s_mor = BigInteger.Pow(10, 18);
    private static readonly WalletAddress s_account = WalletAddress.Parse($"0x{new string('a', 40)}");

    public StakerPartsTests() => this.AddPublicPages(new ManualClock(), new NoDatabase());

    [Fact]
    public void The_totals_of_the_page_are_the_sums_of_the_csv()
    {
        var returns = Returns(Epoch(1, net: 1_234_567_890_123_456_789, usd: 3.7m), Epoch(2, net: 2 * s_mor + 2, usd: 6.1m));
        var lines = returns.ToCsv().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(',')).ToList();
        var (net, usd) = (Array.IndexOf(lines[0], "net"), Array.IndexOf(lines[0], "net_usd"));
        decimal Sum(int column) => lines.Skip(1).Sum(l => decimal.Parse(l[column], CultureInfo.InvariantCulture));
        var earned = Render<Position>(p => p.Add(x => x.Returns, returns).Add(x => x.Sums, Sums(returns))).FindAll(".stat").Single(s => s.TextContent.Contains("Earned, MOR", StringComparison.Ordinal));
        earned.QuerySelector(".num")!.GetAttribute("title").ShouldBe($"{Sum(net).ToString(CultureInfo.InvariantCulture)} MOR");
        earned.QuerySelector(".stat-aside")!.TextContent.ShouldStartWith($"${Sum(usd).ToString("0.00", CultureInfo.InvariantCulture)}");
    }

    [Fact]
    public void Rates_without_a_price_of_nrm_say_so()
    {
        var tiles = Render<Position>(p => p.Add(x => x.Returns, Returns(Epoch(1, s_mor, 3m))).Add(x => x.Sums, Sums(Returns(Epoch(1, s_mor, 3m))))).FindAll(".stat").Where(s => s.TextContent.Contains("share-rate-1", StringComparison.Ordinal)).ToList();
        tiles.Count.ShouldBe(3); // APR of 7 and of 30 days, and ROI;
        tiles.ShouldAllBe(t => t.TextContent.Contains("NRM has no price", StringComparison.Ordinal) && t.QuerySelector(".unknown") != null);
    }

    [Fact]
    public void Each_amount_has_the_command_that_proves_it()
    {
        var command = Return(Epoch(2, s_mor, 3m)).Find(".command code").TextContent;
        command.ShouldBe($"curl -fsSO \"http://localhost/epochs/2/MOR/{{distribution.json,stakes.csv,previous.json}}\" && "
            + $"nirmaan verify distribution.json --stakes stakes.csv --previous previous.json --proof {s_account.Checksummed()}");
    }

    [Fact]
    public void The_first_epoch_has_no_file_before_it() => Return(Epoch(1, s_mor, 3m)).Find(".command code").TextContent.ShouldNotContain("previous");

    [Fact]
    public void An_amount_without_a_price_is_unknown_in_dollars()
    {
        var part = Return(Epoch(2, s_mor, usd: null));
        part.FindAll(".facts .unknown").Count.ShouldBe(2);
        part.Markup.ShouldNotContain("$0.00");
    }

    [Fact]
    public void The_steps_from_gross_to_net_add_up()
    {
        var steps = Return(Epoch(2, 9 * s_mor, 27m)).FindAll(".waterfall li");
        steps.Select(s => (s.QuerySelector(".fall-name")!.TextContent, s.QuerySelector(".num")!.TextContent)).ShouldBe(
            [("Gross", "10\u00a0MOR"), ("Rent", "0\u00a0MOR"), ("Fee", "\u22121\u00a0MOR"), ("Net", "9\u00a0MOR")]);
    }

    [Fact]
    public void The_sandboxs_feed_is_called_by_its_name()
    {
        Services.AddSingleton(Microsoft.Extensions.Options.Options.Create(new SandboxOptions { Url = new Uri("http://127.0.0.1:5290") }));
        Return(Epoch(2, s_mor, 3m)).Find(".facts").TextContent.ShouldContain("from sandbox price feed (simulated)");
    }

    [Fact]
    public void An_epoch_in_which_nobody_held_stake_is_said_to_be_carried_on() =>
        EpochWords.Of(Row() with { Fee = 0, Pool = 0, CarriedOut = 10 * s_mor, Paid = 0 }, [], new UptimeSum(0, 0, 0, 0, 0, 0), []).Last()
            .ShouldBe("Nobody held stake: 10 MOR are carried on, and no fee was taken.");

    [Fact]
    public void An_epochs_words_leave_out_what_is_not_known()
    {
        var words = EpochWords.Of(Row(), [Payment(usd: null)], new UptimeSum(0, 0, 0, 0, 0, 0), []).ToList();
        words.ShouldBe([
            "Morpheus paid 10 MOR in 1 payment for work of 1 miner.",
            "Machines of all networks cost $136.88 that day; the treasury paid it.",
            "After a fee of 1 MOR, 9 MOR went to 8 stakers, each by its stake and the time it lay there."]);
    }

    [Fact]
    public void An_epochs_words_say_what_its_payments_were_worth_and_how_much_was_up()
    {
        var words = EpochWords.Of(Row(), [Payment(usd: 30m)], new UptimeSum(3600, 3564, 0, 0, 36, 12), []).ToList();
        words.ShouldContain("At the prices of their times that was $30.00.");
        words.ShouldContain("Miners were up 99.00 % of the time they were rented.");
    }

    private IRenderedComponent<EpochReturn> Return(ReturnEpoch epoch) => Render<EpochReturn>(p => p.Add(e => e.Epoch, epoch).Add(e => e.Address, s_account.Checksummed()));

    private static ReturnEpoch Epoch(int number, BigInteger net, decimal? usd)
    {
        var (from, fee) = (s_day.AddDays(number - 1), net / 9);
        var line = new ReturnLine(Asset.Mor, net + fee, 0, fee, net, net, usd is null ? null : new KnownPrice("MOR", 3m, from.AddDays(1), "sandbox price feed (simulated)", TimeSpan.Zero), usd, Root);
        return new ReturnEpoch(number, from, from.AddDays(1), 1000 * s_mor, 0.25m, 21.1m, [line], usd);
    }

    private static StakerReturns Returns(params ReturnEpoch[] epochs)
    {
        var lines = epochs.SelectMany(e => e.Lines).ToList();
        BigInteger Sum(Func<ReturnLine, BigInteger> of) => lines.Aggregate(BigInteger.Zero, (sum, l) => sum + of(l));
        return new StakerReturns(
            s_account, s_day, s_day.AddDays(epochs.Length), 1000 * s_mor, s_day, 4000 * s_mor, 0.25m, epochs,
            [new ReturnTotal(Asset.Mor, Sum(l => l.Gross), 0, Sum(l => l.Fee), Sum(l => l.Net), lines.Sum(l => l.NetUsd))], [], null, null, null, null, "share-rate-1");
    }

    private static ReturnSums Sums(StakerReturns returns) => new(returns.Epochs.Count, returns.Totals, returns.Roi);

    private static DistributionRow Row() => new(
        3, s_day, s_day.AddDays(1), Asset.Mor, 10 * s_mor, 0, s_mor, 1000, 9 * s_mor, 0, 0, 136.88m, Root, 8, 8, s_day.AddDays(1).AddMinutes(10));

    private static RewardRow Payment(decimal? usd) => new(
        NetworkName.Morpheus, "0x1:0", Asset.Mor, 10 * s_mor, usd, s_day.AddHours(3), s_account.Value, "0x1", new MinerId(new Guid(1, 0, 0, new byte[8])), "nrm-pool", 3);
}
