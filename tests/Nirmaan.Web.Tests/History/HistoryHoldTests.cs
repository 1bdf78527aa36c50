using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Sandbox;
using Nirmaan.Web.History;

namespace Nirmaan.Web.Tests.History;

public sealed class HistoryHoldTests : BunitContext
{
    private static readonly DateTimeOffset s_noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly HistoryHold _hold = new();
    private readonly HistoryProgress _history = new();

    public HistoryHoldTests() => Services.AddSingleton<TimeProvider>(new ManualClock()).AddSingleton(_hold).AddSingleton(_history);

    [Fact]
    public async Task Without_a_hold_nothing_stands_still() => await _hold.WaitAsync(s_noon, CancellationToken.None);

    [Fact]
    public async Task It_stands_still_until_it_may_come_as_far_as_a_later_time()
    {
        _hold.HoldAt(s_noon);
        var waiting = _hold.WaitAsync(s_noon, CancellationToken.None);
        _hold.HoldAt(s_noon.AddMinutes(-5));
        waiting.IsCompleted.ShouldBeFalse();
        _hold.HoldAt(s_noon.AddMinutes(10));
        await waiting;
        (_hold.Holds(s_noon.AddMinutes(9)), _hold.Holds(s_noon.AddMinutes(10))).ShouldBe((false, true));
    }

    [Fact]
    public async Task It_can_be_let_go_to_the_present()
    {
        _hold.HoldAt(s_noon);
        var waiting = _hold.WaitAsync(s_noon.AddHours(1), CancellationToken.None);
        _hold.HoldAt(null);
        await waiting;
    }

    [Fact]
    public void Whoever_may_act_lets_time_pass_from_where_it_stands()
    {
        _hold.HoldAt(s_noon);
        _history.Report(0.5, s_noon, isHeld: true);
        var panel = Render<ReplayPanel>(p => p.Add(x => x.MayAct, true));
        panel.Markup.ShouldContain("It stands still at");
        panel.FindAll("button").Single(b => b.TextContent == "1 hour on").Click();
        _hold.At.ShouldBe(s_noon.AddHours(1));
        panel.FindAll("button").Single(b => b.TextContent == "To the present").Click();
        _hold.At.ShouldBeNull();
    }

    [Fact]
    public void What_runs_can_be_held()
    {
        _history.Report(0.5, s_noon);
        Render<ReplayPanel>(p => p.Add(x => x.MayAct, true)).FindAll("button").Single(b => b.TextContent == "Hold it").Click();
        _hold.Holds(s_noon).ShouldBeTrue();
    }

    [Fact]
    public void An_auditor_sees_where_it_stands_and_has_no_button()
    {
        _history.Report(0.5, s_noon, isHeld: true);
        Render<ReplayPanel>(p => p.Add(x => x.MayAct, false)).FindAll("button").ShouldBeEmpty();
    }

    [Fact]
    public void In_the_present_there_is_nothing_to_hold() => Render<ReplayPanel>(p => p.Add(x => x.MayAct, true)).Markup.Trim().ShouldBeEmpty();
}
