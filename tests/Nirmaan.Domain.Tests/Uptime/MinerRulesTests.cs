using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Domain.Tests.Uptime;

public sealed class MinerRulesTests
{
    private static readonly TimeSpan s_silent = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_credit = TimeSpan.FromMinutes(30);

    private static (MinerState State, string? Why) Judge(Miner miner, DateTimeOffset now) => MinerRules.StateOf(miner, now, s_silent, s_credit);

    private static Miner Heard(string state, bool credited = false)
    {
        var miner = Some.NewMiner();
        miner.Hear(state, Some.Noon, 0, null);
        if (credited) { miner.Credit(Some.Noon); }
        return miner;
    }

    [Fact]
    public void Whatever_is_reported_the_judged_state_can_be_reached() => Prop.ForAll(
        (from state in Gen.Elements(ReportedStates.All.ToArray()) from minutes in Gen.Choose(0, 40) from credited in Gen.Elements(true, false) select (state, minutes, credited))
        .ListOf().ToArbitrary(), life =>
        {
            var (miner, now) = (Some.NewMiner(), Some.Noon);
            foreach (var (state, minutes, credited) in life)
            {
                now = now.AddMinutes(minutes);
                if (minutes % 2 == 0) { miner.Hear(state, now, 0, null); }
                if (credited) { miner.Credit(now); }
                var (to, why) = Judge(miner, now);
                foreach (var step in MinerRules.PathTo(miner.State, to)) { miner.Become(step, now, why); }
                if (miner.State != to) { return false; }
            }
            return true;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("serving"), InlineData("working"), InlineData("idle")]
    public void Credit_makes_a_serving_miner_earning(string word) => Judge(Heard(word, credited: true), Some.Noon).State.ShouldBe(MinerState.Earning);

    [Theory]
    [InlineData("serving"), InlineData("working"), InlineData("idle")]
    public void Serving_without_credit_is_idle(string word) => Judge(Heard(word), Some.Noon).State.ShouldBe(MinerState.Idle);

    [Fact]
    public void Old_credit_is_no_credit()
    {
        var miner = Heard("working", credited: true);
        miner.Hear("working", Some.Noon.AddMinutes(31), 0, null);
        Judge(miner, Some.Noon.AddMinutes(31)).State.ShouldBe(MinerState.Idle);
    }

    [Theory]
    [InlineData("failed"), InlineData("stopped")]
    public void Trouble_outweighs_credit(string word) => Judge(Heard(word, credited: true), Some.Noon).State.ShouldBe(MinerState.Degraded);

    [Fact]
    public void Silence_is_silent_and_says_since_when()
    {
        var (state, why) = Judge(Heard("working", credited: true), Some.Noon.AddMinutes(6));
        state.ShouldBe(MinerState.Silent);
        why.ShouldBe("no heartbeat since 2026-03-01 12:00:00Z");
    }

    [Fact]
    public void A_miner_never_heard_installs_until_its_deadline() => Judge(Some.NewMiner(), Some.Noon.AddMinutes(30)).State.ShouldBe(MinerState.Installing);

    [Fact]
    public void A_miner_never_heard_is_silent_after_its_deadline() => Judge(Some.NewMiner(), Some.Noon.AddMinutes(31)).State.ShouldBe(MinerState.Silent);

    [Fact]
    public void Loading_again_after_serving_is_degraded()
    {
        var miner = Heard("loading");
        miner.Become(MinerState.Idle, Some.Noon, null);
        Judge(miner, Some.Noon).ShouldBe((MinerState.Degraded, "the miner started over"));
    }

    [Fact]
    public void Stopped_is_final()
    {
        var miner = Heard("working", credited: true);
        miner.Become(MinerState.Stopped, Some.Noon, "ended");
        Judge(miner, Some.Noon).ShouldBe((MinerState.Stopped, "ended"));
    }

    [Fact]
    public void An_older_heartbeat_changes_nothing()
    {
        var miner = Heard("working");
        miner.Hear("failed", Some.Noon.AddSeconds(-1), 9, null);
        miner.ShouldSatisfyAllConditions(m => m.ReportedState.ShouldBe("working"), m => m.JobsDone.ShouldBe(0));
    }

    [Fact]
    public void A_step_once_seen_keeps_its_time()
    {
        var miner = Some.NewMiner();
        miner.Reach(new MinerSteps(ModelLoaded: Some.Noon));
        miner.Reach(new MinerSteps(ModelLoaded: Some.Noon.AddHours(1), FirstCredit: Some.Noon.AddHours(2)));
        miner.Steps.ShouldBe(new MinerSteps(ModelLoaded: Some.Noon, FirstCredit: Some.Noon.AddHours(2)));
    }
}
