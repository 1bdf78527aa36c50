using System.Numerics;
using Nirmaan.Domain.Emissions;

namespace Nirmaan.Domain.Tests.Emissions;

public sealed class MorReconciliationTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static MorSession Session(string model, int paid, DateTimeOffset? closed) => new(Guid.NewGuid().ToString(), model, s_noon, s_noon.AddHours(1), closed, 1, paid);

    private static MorReconciliation Of(IReadOnlyList<MorSession> sessions, params (string Model, int Wei)[] received) =>
        MorReconciliation.Of(sessions, received.ToDictionary(r => r.Model, r => (BigInteger)r.Wei), s_noon.AddHours(2));

    [Fact]
    public void What_arrived_as_the_contract_paid_it_leaves_no_difference()
    {
        var all = Of([Session("a", 5, s_noon), Session("a", 7, s_noon), Session("b", 1, null)], ("a", 12), ("b", 1));
        (all.Paid, all.Received, all.Difference, all.IsExplained).ShouldBe((13, 13, 0, true));
        all.Models.Select(m => (m.ModelId, m.Sessions)).ShouldBe([("a", 2), ("b", 1)]);
    }

    [Fact]
    public void A_payment_that_is_missing_is_shown_on_its_model_and_not_explained()
    {
        var all = Of([Session("a", 5, s_noon), Session("b", 7, s_noon)], ("a", 5));
        (all.Difference, all.IsExplained).ShouldBe((-7, false));
        all.Models[0].ShouldSatisfyAllConditions(m => m.ModelId.ShouldBe("b"), m => m.Difference.ShouldBe(-7));
    }

    [Fact]
    public void What_closed_after_transfers_were_read_can_be_on_its_way()
    {
        var all = Of([Session("a", 5, s_noon), Session("a", 7, s_noon.AddHours(3))], ("a", 5));
        (all.Difference, all.MayComeStill, all.IsExplained).ShouldBe((-7, 7, true));
    }

    [Fact]
    public void More_than_the_contract_paid_is_never_explained()
    {
        var all = Of([Session("a", 5, s_noon.AddHours(3))], ("a", 6));
        (all.Difference, all.IsExplained).ShouldBe((1, false));
    }

    [Fact]
    public void Payments_that_were_traced_to_no_session_stand_on_a_line_of_their_own() =>
        Of([Session("a", 5, s_noon)], ("a", 3), ("", 2)).ShouldSatisfyAllConditions(
            a => a.Difference.ShouldBe(0), a => a.Models.Select(m => (m.ModelId, m.Difference)).ShouldBe([(null, 2), ("a", -2)], ignoreOrder: true));
}
