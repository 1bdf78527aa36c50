using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Emissions;

namespace Nirmaan.Domain.Tests.Emissions;

/// <summary>What claimForProvider does with a session, as the real contract did when it was tried on a local chain.</summary>
public sealed class MorClaimTests
{
    private static readonly BigInteger s_price = Vectors.Units(0.001m);
    private static readonly DateTimeOffset s_noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_midnight = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
    private static readonly MorProvider s_rich = new(Vectors.Units(1_000), 0, s_noon.AddDays(100));

    // 600 s at 0.001 MOR: 0.6 MOR.
    private static MorSession Session(DateTimeOffset? opened = null, DateTimeOffset? closed = null, decimal withdrawn = 0, string id = "s") =>
        new(id, "m", opened ?? s_noon, (opened ?? s_noon).AddSeconds(600), closed, s_price, Vectors.Units(withdrawn));

    [Fact]
    public void A_session_that_its_user_never_closes_can_be_claimed_from_its_end_on()
    {
        MorClaimable.Of(Session(), s_rich, s_noon.AddSeconds(599)).Now.ShouldBe(0);
        MorClaimable.Of(Session(), s_rich, s_noon.AddSeconds(600)).Now.ShouldBe(Vectors.Units(0.6m));
    }

    [Fact]
    public void A_late_close_is_paid_to_the_agreed_end_only() =>
        MorClaimable.Of(Session(closed: s_noon.AddHours(3)), s_rich, s_midnight).Gross.ShouldBe(Vectors.Units(0.6m));

    [Fact]
    public void An_early_close_is_paid_to_the_close() =>
        MorClaimable.Of(Session(closed: s_noon.AddSeconds(200)), s_rich, s_midnight).Now.ShouldBe(Vectors.Units(0.2m));

    [Fact]
    public void On_the_day_of_the_close_the_claim_of_a_session_that_was_paid_in_part_reverts_and_after_midnight_it_pays_the_rest()
    {
        // The case that was tried: stake 0.2 MOR, session worth 0.6, 0.2 paid at the close, stake raised by 10.
        var session = Session(closed: s_noon.AddSeconds(600), withdrawn: 0.2m);
        var raised = new MorProvider(Vectors.Units(10.2m), Vectors.Units(0.2m), s_noon.AddDays(100));
        var today = MorClaimable.Of(session, raised, s_midnight.AddSeconds(-1));
        (today.Reverts, today.Now, today.HeldUntil).ShouldBe((true, BigInteger.Zero, s_midnight));
        var tomorrow = MorClaimable.Of(session, raised, s_midnight);
        (tomorrow.Reverts, tomorrow.Now, tomorrow.HeldUntil).ShouldBe((false, Vectors.Units(0.4m), null));
    }

    [Fact]
    public void Only_the_seconds_since_midnight_are_held_of_a_session_over_midnight()
    {
        var session = Session(opened: s_midnight.AddSeconds(-400), closed: s_midnight.AddSeconds(200));
        var claimable = MorClaimable.Of(session, s_rich, s_midnight.AddHours(1));
        (claimable.Held, claimable.Now, claimable.HeldUntil).ShouldBe((Vectors.Units(0.2m), Vectors.Units(0.4m), s_midnight.AddDays(1)));
    }

    [Fact]
    public void No_more_is_paid_in_a_year_than_the_stake_and_the_year_begins_anew_after_its_end()
    {
        var poor = new MorProvider(Vectors.Units(0.5m), Vectors.Units(0.3m), s_noon.AddDays(2));
        MorClaimable.Of(Session(), poor, s_noon.AddHours(1)).Now.ShouldBe(Vectors.Units(0.2m));
        MorClaimable.Of(Session(), poor, s_noon.AddDays(2)).Now.ShouldBe(Vectors.Units(0.2m));
        MorClaimable.Of(Session(), poor, s_noon.AddDays(2).AddSeconds(1)).Now.ShouldBe(Vectors.Units(0.5m));
    }

    [Fact]
    public void A_claim_of_a_settled_session_pays_nothing_and_is_not_listed()
    {
        var paid = Session(withdrawn: 0.6m);
        MorClaimable.Of(paid, s_rich, s_midnight).ShouldSatisfyAllConditions(c => c.Now.ShouldBe(0), c => c.Reverts.ShouldBeFalse());
        var claims = MorClaims.Of([paid], s_rich, s_midnight);
        (claims.Lines.Count, claims.Settled).ShouldBe((0, 1));
    }

    [Fact]
    public void The_years_limit_is_one_for_all_sessions_and_the_oldest_take_it_first()
    {
        var provider = new MorProvider(Vectors.Units(1), 0, s_noon.AddDays(100));
        var claims = MorClaims.Of([Session(s_noon.AddHours(1), id: "b"), Session(id: "a"), Session(s_noon.AddHours(2), id: "c")], provider, s_midnight);
        claims.Lines.Select(l => (l.Session.Id, l.Step, l.Pays, l.OverLimit)).ShouldBe(
        [
            ("a", MorClaimStep.Claim, Vectors.Units(0.6m), BigInteger.Zero),
            ("b", MorClaimStep.Claim, Vectors.Units(0.4m), Vectors.Units(0.2m)),
            ("c", MorClaimStep.OverLimit, BigInteger.Zero, Vectors.Units(0.6m)),
        ]);
        (claims.Pays, claims.OverLimit, claims.Held).ShouldBe((Vectors.Units(1), Vectors.Units(0.8m), BigInteger.Zero));
    }

    [Fact]
    public void Raised_by_what_is_over_the_limit_the_stake_pays_all_of_it()
    {
        var provider = new MorProvider(Vectors.Units(1), Vectors.Units(0.9m), s_noon.AddDays(100));
        MorSession[] sessions = [Session(), Session(s_noon.AddHours(1), id: "b")];
        var over = MorClaims.Of(sessions, provider, s_midnight).OverLimit;
        over.ShouldBe(Vectors.Units(1.1m));
        MorClaims.Of(sessions, provider with { Stake = provider.Stake + over }, s_midnight).ShouldSatisfyAllConditions(c => c.OverLimit.ShouldBe(0), c => c.Pays.ShouldBe(Vectors.Units(1.2m)));
    }

    [Fact]
    public void A_session_that_runs_owes_nothing_yet() =>
        MorClaims.Of([Session()], s_rich, s_noon.AddSeconds(10)).Lines.ShouldHaveSingleItem().Step.ShouldBe(MorClaimStep.Runs);

    [Fact]
    public void At_the_pace_of_late_the_limit_is_used_up_on_a_day_that_is_told()
    {
        var claims = MorClaims.Of([], new MorProvider(Vectors.Units(30), Vectors.Units(10), s_noon.AddDays(100)), s_noon);
        claims.Ahead(Vectors.Units(1)).ShouldBe((s_noon.AddDays(20), Vectors.Units(80)));
        claims.Ahead(Vectors.Units(0.2m)).ShouldBeNull();
        claims.Ahead(0).ShouldBeNull();
    }

    /// <summary>The contract's lines in seconds and unsigned arithmetic, written once more by themselves.</summary>
    private static BigInteger? Contract(long opened, long ends, long closed, BigInteger price, BigInteger withdrawn, MorProvider p, long now)
    {
        var end = closed == 0 ? ends : Math.Min(closed, ends);
        var gross = now < end ? 0 : ((end - opened) * price) - withdrawn;
        var midnight = closed - (closed % 86400);
        var hold = closed == 0 || now >= midnight + 86400 ? 0 : (closed - Math.Max(midnight, opened)) * price;
        var limit = now > p.YearEnds.ToUnixTimeSeconds() ? p.Stake : p.Stake - p.Earned;
        return hold > gross ? null : BigInteger.Min(gross - hold, limit);
    }

    [Fact]
    public void Every_session_is_claimed_as_the_contract_claims_it() => Prop.ForAll(
        Gen.Choose(0, 300_000).ArrayOf(8).ToArbitrary(), draw =>
        {
            var opened = 1_795_300_000L + draw[0];
            var ends = opened + 300 + draw[1];
            var closed = draw[2] % 3 == 0 ? 0 : opened + 1 + draw[3];
            var now = (closed == 0 ? opened : closed) + draw[4];
            var worth = ((closed == 0 ? ends : Math.Min(closed, ends)) - opened) * s_price;
            var withdrawn = worth * (draw[5] % 5) / 4;
            var provider = new MorProvider(Vectors.Units(400), Vectors.Units(draw[6] % 401), DateTimeOffset.FromUnixTimeSeconds(opened + draw[7]));
            var session = new MorSession("s", "m", At(opened), At(ends), closed == 0 ? null : At(closed), s_price, withdrawn);
            var ours = MorClaimable.Of(session, provider, At(now));
            var theirs = Contract(opened, ends, closed, s_price, now < (closed == 0 ? ends : Math.Min(closed, ends)) ? 0 : withdrawn, provider, now);
            return theirs is { } pays ? !ours.Reverts && ours.Now == pays : ours.Reverts && ours.Now.IsZero;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Claims_never_pay_more_than_the_limit_leaves_and_lose_nothing_of_what_is_due() => Prop.ForAll(
        Gen.Choose(0, 200_000).ArrayOf(24).ToArbitrary(), draw =>
        {
            var sessions = draw.Chunk(3).Select((d, i) => new MorSession($"{i}", "m", At(1_795_300_000L + d[0]), At(1_795_300_600L + d[0] + d[1]), d[2] % 2 == 0 ? null : At(1_795_300_001L + d[0] + d[2]), s_price, 0)).ToList();
            var provider = new MorProvider(Vectors.Units(50), Vectors.Units(draw[0] % 50), At(1_900_000_000));
            var claims = MorClaims.Of(sessions, provider, At(1_795_420_000));
            return claims.Pays <= claims.Left && claims.Lines.All(l => l.Pays + l.Held + l.OverLimit == l.Claimable.Gross || l.Step == MorClaimStep.Runs);
        }).QuickCheckThrowOnFailure();

    private static DateTimeOffset At(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);
}
