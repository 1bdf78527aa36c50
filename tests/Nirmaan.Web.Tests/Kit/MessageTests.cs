using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Tests.Kit;

public sealed class MessageTests : BunitContext
{
    private readonly ManualClock _clock = new();

    public MessageTests()
    {
        Services.AddSingleton<TimeProvider>(_clock);
        Services.AddSingleton<Toasts>();
        JSInterop.SetupVoid("nirmaan.openDialog");
        JSInterop.SetupVoid("nirmaan.closeDialog");
    }

    private Toasts Toasts => Services.GetRequiredService<Toasts>();

    [Fact]
    public void A_toast_leaves_by_itself()
    {
        var host = Render<ToastHost>();
        Toasts.Show("20 machines requested.", Tone.Good);
        host.WaitForAssertion(() => host.Find(".toast span").TextContent.ShouldBe("20 machines requested."));
        _clock.Advance(Toasts.Lifetime);
        host.WaitForAssertion(() => host.FindAll(".toast").ShouldBeEmpty());
    }

    [Fact]
    public void Bad_news_stays_until_it_is_dismissed()
    {
        var host = Render<ToastHost>();
        Toasts.Show("The lease is closed.", Tone.Bad);
        _clock.Advance(TimeSpan.FromHours(1));
        host.WaitForAssertion(() => host.FindAll(".toast").Count.ShouldBe(1));
        host.Find(".toast button").Click();
        host.FindAll(".toast").ShouldBeEmpty();
    }

    [Fact]
    public void At_most_five_toasts_stand_and_the_oldest_goes_first()
    {
        for (var i = 1; i <= 6; i++) { Toasts.Show($"message {i}", Tone.Bad); }
        Toasts.Shown.Select(t => t.Text).ShouldBe(["message 2", "message 3", "message 4", "message 5", "message 6"]);
    }

    [Theory]
    [InlineData("Retire it", true)]
    [InlineData("Cancel", false)]
    public async Task A_question_waits_for_its_answer(string button, bool expected)
    {
        var confirm = Question();
        var answer = Ask(confirm);
        answer.IsCompleted.ShouldBeFalse();
        await confirm.FindAll("button").Single(b => b.TextContent == button).ClickAsync();
        (await answer).ShouldBe(expected);
        JSInterop.VerifyInvoke("nirmaan.closeDialog");
    }

    [Fact]
    public async Task Escape_means_no()
    {
        var confirm = Question();
        var answer = Ask(confirm);
        await confirm.Find("dialog").TriggerEventAsync("oncancel", EventArgs.Empty);
        (await answer).ShouldBeFalse();
    }

    [Fact]
    public void All_is_well_is_said_in_words() =>
        Render<Problems>(p => p.Add(x => x.Items, [])).Find(".empty").TextContent.ShouldContain("Nothing needs you.");

    [Fact]
    public void A_problem_shows_its_dollars_its_age_and_its_page() =>
        Render<Problems>(p => p.Add(x => x.Items, [new("Operation unknown", _clock.GetUtcNow().AddMinutes(-7), Tone.Unknown, UsdAtRisk: 6.52m, Href: "/operations")])).Find("li").ShouldSatisfyAllConditions(
            problem => problem.QuerySelector("a")!.GetAttribute("href").ShouldBe("/operations"),
            problem => problem.TextContent.ShouldContain("$6.52 at risk"),
            problem => problem.TextContent.ShouldContain("7 min ago"));

    [Fact]
    public void A_checklist_says_each_steps_state_to_those_who_cannot_see_its_mark() =>
        Render<Checklist>(p => p.Add(c => c.Steps,
            [
                new("Rented", Checklist.StepState.Done, _clock.GetUtcNow().AddMinutes(-9), TimeSpan.FromSeconds(41)),
                new("Model loaded", Checklist.StepState.Running),
                new("First credited job", Checklist.StepState.Waiting),
            ])).ShouldSatisfyAllConditions(
            list => list.FindAll(".step-title").Select(t => t.TextContent).ShouldBe(["Rented: done", "Model loaded: under way", "First credited job: waiting"]),
            list => list.Find("li").TextContent.ShouldContain("took 41 s"));

    [Fact]
    public void A_timeline_says_who_did_it() =>
        Render<Timeline>(p => p.Add(t => t.Entries, [new(_clock.GetUtcNow(), "Moved", "Plan 12", "admin@nirmaan.example")])).Find("li").TextContent.ShouldContain("by admin@nirmaan.example");

    [Fact]
    public void A_failure_nobody_can_retry_has_no_button() =>
        Render<Failed>(p => p.Add(f => f.Title, "Prices could not be read.")).FindAll("button").ShouldBeEmpty();

    private IRenderedComponent<Confirm> Question() =>
        Render<Confirm>(p => p.Add(c => c.Title, "Retire miner-7?").Add(c => c.Yes, "Retire it").AddChildContent("It finishes its job."));

    private static Task<bool> Ask(IRenderedComponent<Confirm> confirm)
    {
        Task<bool>? answer = null;
        _ = confirm.InvokeAsync(() => answer = confirm.Instance.AskAsync());
        return answer!;
    }
}
