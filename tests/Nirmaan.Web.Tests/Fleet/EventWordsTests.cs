using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Web.Components.Fleet;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class EventWordsTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly InstanceId s_machine = InstanceId.New(s_noon);

    private static Extension Bought(InstanceId instance, int minutes, decimal? usd = 0.3m, string? refused = null) =>
        new(OperationId.New(s_noon), instance, SupplierName.IoNet, 1, usd, s_noon.AddMinutes(minutes), refused);

    [Fact]
    public void Many_extensions_are_one_line_with_their_sum_that_unfolds() =>
        EventWords.Entry(new FleetLine.Extended([.. Enumerable.Range(0, 21).Select(i => Bought(InstanceId.New(s_noon), 20 - i, 0.2m))])).ShouldSatisfyAllConditions(
            e => e.Title.ShouldBe("21 machines extended by 1 h, $4.20"),
            e => e.Detail.ShouldBe("Since 22 Nov 12:00 UTC."),
            e => e.Parts.Count.ShouldBe(21),
            e => e.Parts[0].Text.ShouldBe("1 h at io.net, $0.20"));

    [Fact]
    public void A_machine_that_was_extended_again_and_again_is_one_of_them() =>
        EventWords.Entry(new FleetLine.Extended([Bought(s_machine, 60), Bought(s_machine, 0)])).ShouldSatisfyAllConditions(
            e => e.Title.ShouldBe("1 machine extended 2 times by 1 h, $0.60"),
            e => e.Parts.ShouldHaveSingleItem().Text.ShouldBe("2 h at io.net, $0.60"));

    [Fact]
    public void An_unknown_price_is_no_sum() => EventWords.Entry(new FleetLine.Extended([Bought(s_machine, 60), Bought(InstanceId.New(s_noon), 0, null)])).Title.ShouldEndWith("unknown dollars");

    [Fact]
    public void Hours_that_could_not_be_bought_are_red_with_their_reason() =>
        EventWords.Entry(new FleetLine.Extended([Bought(s_machine, 0, refused: "no credit")])).ShouldSatisfyAllConditions(e => e.Tone.ShouldBe(Tone.Bad), e => e.Detail.ShouldBe("no credit"), e => e.Href.ShouldBe($"/ops/instances/{s_machine}"));
}
