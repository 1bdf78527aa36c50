using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Allocation;
using Nirmaan.Web.Components.Allocation;

namespace Nirmaan.Web.Tests.Allocation;

public sealed class AllocationWordsTests
{
    private static readonly Dictionary<string, string> s_labels = new() { ["waifu"] = "Waifu Points" };

    [Fact]
    public void The_optimisers_rows_get_the_names_that_people_know() =>
        AllocationWords.WhyNot("best use heurist-sd earns $1.23 per GPU-hour against $1.15 rent, $0.0042 switching, exposure:waifu $0.0318, budget $0.2, moves $0.8269: $0.7823 short", s_labels)
            .ShouldBe("Best use heurist-sd earns $1.23 per GPU-hour against $1.15 rent, $0.0042 switching, cap on Waifu Points $0.0318, budget $0.2, cap on moved and new GPUs $0.8269: $0.7823 short");

    [Fact]
    public void What_gpus_do_is_counted_in_gpus_and_not_in_steps() =>
        AllocationWords.Counts(kind => kind switch { MoveKind.Switch => 1, MoveKind.Start => 4, _ => 1_300 }).ShouldBe("1 GPU switched, 4 rented, 1,300 given back");

    [Fact]
    public void What_moves_really_cost_is_said_with_its_evidence() =>
        AllocationWords.Measured([new MeasuredMoves(MoveKind.Start, 3, 10, TimeSpan.FromMinutes(10), 0.049m)]).ShouldBe("Measured so far: renting 10 GPUs took 10 min until they served, $0.049 of rent each.");

    [Fact]
    public void Nothing_measured_is_not_free() => AllocationWords.Measured([]).ShouldContain("nothing, since no move was carried out");

    private static MoveRow Row(decimal gain, decimal cost = 0) => new(
        default, 1, MoveKind.Release, MoveState.Proposed, null, new("akash"), "rtx-a6000", null, null, 2, 0, 0.4562m, gain, cost,
        new Move(default, default, 1, MoveKind.Release, "i", new("akash"), "rtx-a6000", null, null, null, 2, 0.4562m, gain, cost).BreakEvenHours, null, null, []);

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(-1, 3)]
    public void A_move_without_gain_never_breaks_even(int gain, int cost) => Row(gain, cost).BreakEvenHours.ShouldBeNull();

    [Fact]
    public void A_move_that_loses_says_why_it_is_ticked_or_not() =>
        (AllocationWords.Loss(Row(-1), true)!.Contains("makes room", StringComparison.Ordinal), AllocationWords.Loss(Row(-1), false)!.Contains("Left out", StringComparison.Ordinal), AllocationWords.Loss(Row(1), true)).ShouldBe((true, true, null));

    [Fact]
    public void A_price_before_bids_is_called_an_estimate_with_its_ceiling() =>
        AllocationWords.Price(Row(1) with { IsEstimated = true, CeilingUsdPerGpuHour = 0.50182m }).ShouldBe("$0.4562 estimated; bids decide, at most $0.5018 per GPU-hour");
}
