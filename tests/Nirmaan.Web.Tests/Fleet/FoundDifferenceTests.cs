using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Web.Components.Fleet;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class FoundDifferenceTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static Finding Orphan(string id, decimal? usd = null) => new("theirs-not-ours", id, null, null, null, "nobody asked for it", usd, null, "closed");

    private static FindingReport Report(int minutes, string? error = null, params Finding[] findings) =>
        new(new SupplierReport(Guid.NewGuid(), SupplierName.IoNet, s_noon.AddMinutes(minutes), 1, 2, 0, findings, error), null);

    [Fact]
    public void What_every_comparison_finds_again_is_one_difference() =>
        FoundDifference.Of([Report(4, null, Orphan("x", 0.3m)), Report(2, null, Orphan("x", 0.2m)), Report(0, null, Orphan("x"))]).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            f => f.Times.ShouldBe(3),
            f => (f.FirstAt, f.LastAt).ShouldBe((s_noon, s_noon.AddMinutes(4))),
            f => f.Finding!.UsdPerHourAtRisk.ShouldBe(0.3m));

    [Fact]
    public void Other_things_are_other_differences_the_latest_first() =>
        FoundDifference.Of([Report(0, null, Orphan("x")), Report(2, null, Orphan("y"))]).Select(f => f.Finding!.ExternalId).ShouldBe(["y", "x"]);

    [Fact]
    public void A_list_that_could_not_be_read_counts_once_per_reason() =>
        FoundDifference.Of([Report(0, "503"), Report(2, "503"), Report(4, "cut in half")]).Select(f => (f.Error, f.Times)).ShouldBe([("cut in half", 1), ("503", 2)]);

    [Fact]
    public void How_often_it_was_found_is_said() =>
        FindingWords.Problem(FoundDifference.Of([Report(0, null, Orphan("x")), Report(2, null, Orphan("x"))])[0]).ShouldSatisfyAllConditions(
            p => p.Title.ShouldBe("io.net: on their list, not in our books"),
            p => p.Detail.ShouldBe("nobody asked for it; closed. Found 2 times."));

    [Fact]
    public void What_the_next_list_did_not_show_is_over_and_stands_after_what_is_open() =>
        FoundDifference.Of([Report(0, null, Orphan("open")), Report(9, null, Orphan("x")) with { NextAt = s_noon.AddMinutes(10) }]).Select(f => (f.Finding!.ExternalId, f.EndedAt)).ShouldBe([("open", null), ("x", s_noon.AddMinutes(10))]);

    [Fact]
    public void What_is_over_is_grey_with_its_end_and_what_is_open_is_red() =>
        FoundDifference.Of([Report(0, null, Orphan("open")), Report(0, null, Orphan("x")) with { NextAt = s_noon.AddMinutes(10) }]).Select(FindingWords.Problem).Select(p => (p.Tone, p.Detail)).ShouldBe(
            [(Tone.Bad, "nobody asked for it; closed."), (Tone.Neutral, "nobody asked for it; closed. Over since 22 Nov 12:10 UTC.")]);

    [Theory]
    [InlineData(new int[0], "")]
    [InlineData(new[] { 300 }, " Seen after 5 min.")]
    [InlineData(new[] { 600, 300 }, " Seen after 5 min and 10 min.")]
    [InlineData(new[] { 600, 300, 60 }, " Half were seen within 5 min, all within 10 min.")]
    public void How_soon_few_were_seen_is_said_of_each(int[] seconds, string said) =>
        FindingWords.Detected(seconds.Select((s, i) => new FoundDifference(SupplierName.IoNet, Orphan($"{i}") with { SecondsToDetect = s }, null, 1, s_noon, s_noon, null))).ShouldBe(said);
}
