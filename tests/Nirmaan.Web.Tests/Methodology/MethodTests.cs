using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Networks.Chain;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Methodology;
using Nirmaan.Web.Tests.Architecture;

namespace Nirmaan.Web.Tests.Methodology;

public sealed partial class MethodTests : BunitContext
{
    private readonly ManualClock _clock = new();

    public MethodTests() => this.AddPublicPages(_clock, new NoDatabase());

    public static TheoryData<string> Topics => [.. Methods.All.Select(m => m.Topic)];

    [Fact]
    public void Every_link_to_a_method_leads_to_one()
    {
        var links = Repository.Files("src/Nirmaan.Web", ".razor", ".cs").SelectMany(path => Link().Matches(File.ReadAllText(path)).Select(m => (Path: Repository.Short(path), Topic: m.Groups[1].Value))).ToList();
        links.Count.ShouldBeGreaterThan(10);
        links.Where(l => Methods.Find(l.Topic) is null).ShouldBeEmpty();
    }

    [Fact]
    public void Every_method_that_has_a_name_in_the_code_has_a_page() =>
        new[] { typeof(FeePolicy).Assembly, typeof(RewardQueries).Assembly }.SelectMany(a => a.GetTypes())
            .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral && f.Name is "MethodVersion" or nameof(RewardQueries.AcquisitionMethod)))
            .Select(f => (string)f.GetRawConstantValue()!).ShouldBe(Methods.All.Select(m => m.Version), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Topics))]
    public void A_method_is_explained_without_a_database(string topic)
    {
        var page = Render<MethodPage>(p => p.Add(m => m.Topic, topic));
        page.FindAll(".panel h2").Select(h => h.TextContent).ShouldBe(["In words", "Formula", "Example, computed now", "Where it comes from", "What is not known"]);
        page.Find("code.hash").TextContent.ShouldBe(Methods.Find(topic)!.Version);
        page.WaitForAssertion(() => page.Find(".failed").TextContent.ShouldContain("the explanation stands without them"));
    }

    [Fact]
    public void The_contracts_are_named_with_chain_and_block_each_to_be_copied()
    {
        Services.AddSingleton(Options.Create(new ChainOptions { Id = 31337, Staking = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8", Distributor = "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc", Timelock = "0x90f79bf6eb2c4f870365e785982e1f101e93b906", FromBlock = 7 }));
        Render<Contracts>().FindAll("[data-copy]").Select(c => c.GetAttribute("data-copy"))
            .ShouldBe(["31337", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "7", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "0x90F79bf6EB2c4f870365E785982E1f101E93b906"]);
    }

    [Fact]
    public void A_topic_that_does_not_exist_lists_those_that_do() =>
        Render<MethodPage>(p => p.Add(m => m.Topic, "luck")).FindAll(".words a").Select(a => a.GetAttribute("href")).ShouldBe(Methods.All.Select(m => m.Href));

    [Fact]
    public void The_index_leads_to_every_method() =>
        Render<MethodologyPage>().FindAll(".methods a").Select(a => a.GetAttribute("href")).ShouldBe(Methods.All.Select(m => m.Href));

    [Fact]
    public void The_example_of_a_distribution_shows_where_the_odd_unit_goes()
    {
        var text = Render<DistributionMethod>();
        text.FindAll("tbody tr td:last-child").Select(c => c.TextContent.Trim()).ShouldBe(["63", "32", "5"]);
        text.Markup.ShouldContain("It goes to B,");
    }

    [Fact]
    public void The_example_command_gives_the_root_that_stands_above_it()
    {
        var text = Render<DistributionMethod>();
        var command = Command().Match(text.Find(".command code").TextContent);
        command.Success.ShouldBeTrue();
        var stakes = StakesCsv.Parse(command.Groups["csv"].Value.Replace("\\n", "\n", StringComparison.Ordinal));
        var recomputed = DistributionFile.Compute(
            stakes, StakesCsv.ParseTime(command.Groups["from"].Value), StakesCsv.ParseTime(command.Groups["to"].Value), int.Parse(command.Groups["pool"].Value, CultureInfo.InvariantCulture), "MOR", null);
        text.Find(".hash.whole").TextContent.ShouldBe(recomputed.Root);
    }

    [Fact]
    public void The_example_of_the_fee_shows_both_ways_of_paying_the_rent() =>
        Render<FeeMethod>().FindAll("tbody tr").Select(r => r.TextContent).ShouldSatisfyAllConditions(
            rows => rows.First().ShouldContain("9\u00a0MOR"),
            rows => rows.Last().ShouldContain("5.4\u00a0MOR"));

    [Fact]
    public void The_example_of_uptime_adds_up_to_the_hour() =>
        Render<UptimeMethod>().FindAll(".panel .method-words dd").Select(d => d.TextContent.Trim()).ShouldBe(["35 min", "10 min", "0 min", "15 min", "58.3 % of 60 min"]);

    [Fact]
    public void Where_nrm_has_no_price_the_rates_are_unknown_and_not_zero()
    {
        var text = Render<ReturnsMethod>(p => p.Add(m => m.Facts, Facts(price: null, apr: null)));
        text.FindAll(".facts .unknown").Count.ShouldBe(3);
        text.Markup.ShouldContain("no feed quotes NRM");
    }

    [Fact]
    public void A_price_of_nrm_and_its_rates_are_shown_with_their_age()
    {
        var text = Render<ReturnsMethod>(p => p.Add(m => m.Facts, Facts(new KnownPrice("NRM", 0.06m, _clock.GetUtcNow().AddMinutes(-5), "feed", TimeSpan.FromMinutes(5)), apr: 0.137m)));
        text.FindAll(".method-words dd").Select(d => d.TextContent.Trim()).ShouldSatisfyAllConditions(
            facts => facts.First().ShouldBe("13.70 %"),
            facts => facts.ElementAt(2).ShouldBe("$0.060/NRM, 5 min ago"));
    }

    [Fact]
    public void A_network_that_paid_no_token_has_no_price_of_one()
    {
        var facts = Facts(null, null) with { Networks = [new NetworkRewards(NetworkName.Heurist, [], 835.71m, null, null, null, new NetworkNotice("season closed, 2024 replay", "Why."))] };
        var row = Render<CostMethod>(p => p.Add(m => m.Facts, facts)).Find("tbody tr");
        row.TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("season closed, 2024 replay"), t => t.ShouldContain("none"), t => t.ShouldNotContain("$0.00"));
    }

    private MethodFacts Facts(KnownPrice? price, decimal? apr) => new(null, new StakeTotals(0, 0, apr, apr, [], "share-rate-1", _clock.GetUtcNow()), price, [], _clock.GetUtcNow().AddDays(-7), [new FeePolicy(DateTimeOffset.UnixEpoch, 1000, true)], _clock.GetUtcNow());

    [GeneratedRegex(@"""/methodology/([\w-]*)[""#?]")]
    private static partial Regex Link();

    [GeneratedRegex(@"^printf '(?<csv>[^']+)' > stakes.csv && nirmaan distribute stakes.csv --from (?<from>\S+) --to (?<to>\S+) --pool (?<pool>\d+) --asset MOR$")]
    private static partial Regex Command();
}
