using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class DistributionQueriesTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private DistributionQueries Queries() => new(Contexts);

    private async Task RunThreeDaysAsync()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, Token18);
        Stake(Midnight.AddHours(30), 2, 2 * Token18);
        for (var day = 0; day < 3; day++) { Pay(Noon.AddDays(day), Token18 + day); }
        await ReachAsync(Midnight.AddDays(3));
        await CloseAsync();
    }

    [Fact]
    public async Task Epochs_are_listed_newest_first_page_by_page()
    {
        await RunThreeDaysAsync();
        var first = await Queries().ListAsync("MOR", 2, null, Token);
        first.Items.Select(d => (d.Epoch, d.Leaves, d.Paid)).ShouldBe([(3, 2, 2), (2, 2, 2)]);
        var rest = await Queries().ListAsync("MOR", 2, first.Next, Token);
        (rest.Items.ShouldHaveSingleItem().Epoch, rest.Next).ShouldBe((1, null));
    }

    [Fact]
    public async Task A_line_without_anything_new_is_not_counted_as_paid()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, Token18);
        Stake(Midnight, 2, Token18);
        Stake(Midnight.AddDays(1), 2, -Token18);
        for (var day = 0; day < 2; day++) { Pay(Noon.AddDays(day), 10); }
        await ReachAsync(Midnight.AddDays(2));
        await CloseAsync();
        (await Queries().FindAsync(2, Token)).Select(d => (d.Leaves, d.Paid)).ShouldBe([(2, 1)]);
    }

    [Fact]
    public async Task The_inputs_alone_give_the_same_file()
    {
        await RunThreeDaysAsync();
        var inputs = (await Queries().FindInputsAsync(3, "MOR", Token))!;
        var previous = DistributionFile.Parse(inputs.PreviousJson!);
        var published = DistributionFile.Parse(inputs.DistributionJson);
        // How the pool came about follows from payments and policy, not from stakes.
        (DistributionFile.Compute(StakesCsv.Parse(inputs.StakesCsv), inputs.Distribution.From, inputs.Distribution.To, inputs.Distribution.Pool, "MOR", previous) with { Waterfall = published.Waterfall })
            .ToJson().ShouldBe(inputs.DistributionJson);
    }

    [Fact]
    public async Task The_first_epoch_has_none_before_it()
    {
        await RunThreeDaysAsync();
        var inputs = (await Queries().FindInputsAsync(1, "MOR", Token))!;
        inputs.PreviousJson.ShouldBeNull();
        inputs.Commands.ShouldBe([
            "nirmaan verify distribution.json --stakes stakes.csv",
            $"nirmaan distribute stakes.csv --from 2026-03-01T00:00:00Z --to 2026-03-02T00:00:00Z --pool {inputs.Distribution.Pool} --asset MOR"]);
    }

    [Fact]
    public async Task The_rewards_behind_an_epoch_are_its_evidence()
    {
        await RunThreeDaysAsync();
        var inputs = (await Queries().FindInputsAsync(2, "MOR", Token))!;
        var reward = inputs.Rewards.ShouldHaveSingleItem();
        (reward.Units, reward.Evidence).ShouldBe((inputs.Distribution.Gross, "0xpay000002"));
    }

    [Fact]
    public async Task An_epoch_that_is_not_closed_is_not_found()
    {
        (await Queries().FindInputsAsync(1, "MOR", Token)).ShouldBeNull();
        (await Queries().FindAsync(1, Token)).ShouldBeEmpty();
        (await Queries().FindLinesAsync(1, "MOR", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task One_epoch_has_a_row_for_each_asset()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, Token18);
        Pay(Noon, 10);
        Pay(Noon, 10, Asset.Heu);
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        (await Queries().FindAsync(1, Token)).Select(d => d.Asset.Id).ShouldBe(["HEU", "MOR"]);
    }

    [Theory]
    [InlineData("x"), InlineData("1"), InlineData("-1:MOR")]
    public async Task An_invented_page_mark_is_refused(string after) =>
        (await Should.ThrowAsync<InvalidInputException>(Queries().ListAsync(null, 1, after, Token))).Field.ShouldBe("after");
}
