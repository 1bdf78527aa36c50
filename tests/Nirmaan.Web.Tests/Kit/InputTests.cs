using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Tests.Kit;

public sealed class InputTests : BunitContext
{
    private readonly ManualClock _clock = new();

    public InputTests()
    {
        Services.AddSingleton<TimeProvider>(_clock);
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void A_dragged_slider_shows_each_value_but_tells_only_where_the_hand_rests()
    {
        var told = new List<decimal>();
        var slider = Budget(told);
        foreach (var value in new[] { 60, 70, 80 })
        {
            slider.Find("input").Input(value);
            _clock.Advance(TimeSpan.FromMilliseconds(50));
        }
        slider.Find("output").TextContent.ShouldBe("80");
        told.ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromMilliseconds(120));
        slider.WaitForAssertion(() => told.ShouldBe([80m]));
    }

    [Fact]
    public void A_slider_let_go_tells_at_once_and_once()
    {
        var told = new List<decimal>();
        var slider = Budget(told);
        slider.Find("input").Input(90);
        slider.Find("input").Change(90);
        _clock.Advance(TimeSpan.FromSeconds(1));
        told.ShouldBe([90m]);
    }

    [Fact]
    public void A_parent_that_renders_mid_drag_does_not_pull_the_knob_back()
    {
        var slider = Budget([]);
        slider.Find("input").Input(75);
        slider.Render(p => p.Add(s => s.Label, "Budget").Add(s => s.Value, 50m).Add(s => s.Max, 200m));
        slider.Find("output").TextContent.ShouldBe("75");
    }

    [Fact]
    public void A_field_ties_label_hint_and_error_to_its_input()
    {
        var field = Render<CountField>(p => p.Add(f => f.Error, "Between 1 and 200."));
        var input = field.Find("input");
        field.Find("label").GetAttribute("for").ShouldBe(input.Id);
        input.GetAttribute("aria-invalid").ShouldBe("true");
        input.GetAttribute("aria-describedby")!.Split(' ').Select(id => field.Find($"#{id}").TextContent).ShouldBe(["How many.", "Between 1 and 200."]);
    }

    [Fact]
    public void A_field_without_fault_is_not_invalid() => Render<CountField>().Find("input").HasAttribute("aria-invalid").ShouldBeFalse();

    [Fact]
    public void Tabs_show_the_first_and_then_the_one_clicked()
    {
        var tabs = Render<ThreeTabs>();
        tabs.Find("[role=tabpanel]").TextContent.ShouldBe("steps");
        tabs.FindAll("[role=tab]")[1].Click();
        tabs.Find("[role=tabpanel]").TextContent.ShouldBe("log");
        tabs.FindAll("[role=tab]").Select(t => t.GetAttribute("aria-selected")).ShouldBe(["false", "true", "false"]);
    }

    [Theory]
    [InlineData("ArrowRight", "log")]
    [InlineData("ArrowLeft", "cost")]
    [InlineData("End", "cost")]
    [InlineData("x", "steps")]
    public void Tabs_follow_the_keys(string key, string shown)
    {
        var tabs = Render<ThreeTabs>();
        tabs.FindAll("[role=tab]")[0].KeyDown(key);
        tabs.Find("[role=tabpanel]").TextContent.ShouldBe(shown);
    }

    [Fact]
    public void Only_the_chosen_tab_is_reached_by_the_tab_key() =>
        Render<ThreeTabs>().FindAll("[role=tab]").Select(t => t.GetAttribute("tabindex")).ShouldBe(["0", "-1", "-1"]);

    [Fact]
    public void A_tab_named_by_the_page_is_shown() =>
        Render<ThreeTabs>(p => p.Add(t => t.Active, "Cost")).Find("[role=tabpanel]").TextContent.ShouldBe("cost");

    private IRenderedComponent<Slider> Budget(List<decimal> told) =>
        Render<Slider>(p => p.Add(s => s.Label, "Budget").Add(s => s.Value, 50m).Add(s => s.Max, 200m).Add(s => s.ValueChanged, told.Add));
}
