using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class FeePolicyTests(ControlPostgres postgres) : EpochTest(postgres)
{
    [Fact]
    public async Task The_first_policy_is_the_configuration_and_stays_when_that_changes()
    {
        Options = o => o.FeeBasisPoints = 250;
        (await Policies.AtAsync(Midnight, Token)).FeeBasisPoints.ShouldBe(250);
        Options = o => o.FeeBasisPoints = 9000;
        (await Policies.ListAsync(Token)).ShouldHaveSingleItem().FeeBasisPoints.ShouldBe(250);
    }

    [Fact]
    public async Task An_epoch_is_cut_by_the_policy_of_its_day()
    {
        await MineAsync(Morpheus, key: "model-1");
        await Policies.RunAsync(Midnight.AddDays(1), 500, true, [], "admin", "cheaper now", Token);
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        Pay(Noon.AddDays(1), 1000);
        await ReachAsync(Midnight.AddDays(2));
        await CloseAsync();
        (await ClosedAsync()).Select(d => (int)d.Fee).ShouldBe([100, 50]);
    }

    [Theory]
    [InlineData(1200, true)]
    [InlineData(500, false)]
    public async Task What_takes_more_from_stakers_needs_its_notice(int fee, bool isTreasury)
    {
        (await Policies.EarliestAsync(fee, isTreasury, [], Token)).ShouldBe(Midnight.AddDays(8));
        (await Should.ThrowAsync<InvalidInputException>(() => Policies.RunAsync(Midnight.AddDays(7), fee, isTreasury, [], "admin", "more work", Token))).Field.ShouldBe("from");
        (await Policies.RunAsync(Midnight.AddDays(8), fee, isTreasury, [], "admin", "more work", Token)).Version.ShouldBe(2);
    }

    [Fact]
    public async Task Taking_back_announced_better_terms_needs_its_notice_too()
    {
        await Policies.RunAsync(Midnight.AddDays(3), 500, true, [], "admin", "cheaper soon", Token);
        (await Policies.EarliestAsync(1000, true, [], Token)).ShouldBe(Midnight.AddDays(8));
    }

    [Fact]
    public async Task Of_two_policies_with_one_start_the_later_announced_holds()
    {
        await Policies.RunAsync(Midnight.AddDays(10), 2000, true, [], "admin", "more work", Token);
        await Policies.RunAsync(Midnight.AddDays(10), 1500, true, [], "admin", "less after all", Token);
        (await Policies.AtAsync(Midnight.AddDays(11), Token)).FeeBasisPoints.ShouldBe(1500);
    }

    [Theory]
    [InlineData(0, 10_001, "fine", "feeBasisPoints")]
    [InlineData(0, -1, "fine", "feeBasisPoints")]
    [InlineData(0, 1000, "fine", "feeBasisPoints")]
    [InlineData(0, 500, " ", "why")]
    [InlineData(1, 500, "fine", "from")]
    [InlineData(-240, 500, "fine", "from")]
    public async Task Terms_that_make_no_sense_name_their_field(int hours, int fee, string why, string field)
    {
        (await Should.ThrowAsync<InvalidInputException>(() => Policies.RunAsync(Midnight.AddDays(2).AddHours(hours), fee, true, [], "admin", why, Token))).Field.ShouldBe(field);
        (await Policies.ListAsync(Token)).Count.ShouldBe(1);
    }
}
