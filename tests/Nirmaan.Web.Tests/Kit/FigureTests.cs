using System.Numerics;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Tests.Kit;

public sealed class FigureTests : BunitContext
{
    private readonly ManualClock _clock = new();

    public FigureTests() => Services.AddSingleton<TimeProvider>(_clock);

    [Fact]
    public void An_unknown_price_is_the_word_unknown_and_never_zero() =>
        Render<Usd>(p => p.Add(u => u.Amount, null).Add(u => u.Source, "No feed.")).Find(".unknown").ShouldSatisfyAllConditions(
            unknown => unknown.TextContent.ShouldBe("unknown"),
            unknown => unknown.GetAttribute("title").ShouldBe("No feed."));

    [Fact]
    public void A_signed_gain_has_a_plus_and_its_colour() =>
        Render<Usd>(p => p.Add(u => u.Amount, 12.5m).Add(u => u.IsChange, true)).Find(".gain").TextContent.ShouldBe("+$12.50");

    [Fact]
    public void A_price_says_what_it_is_per() =>
        Render<Usd>(p => p.Add(u => u.Amount, 0.45m).Add(u => u.Per, "GPU-h")).Find(".num").TextContent.ShouldBe("$0.45/GPU-h");

    [Fact]
    public void A_cut_token_amount_keeps_the_whole_one_in_its_title() =>
        Render<Tokens>(p => p.Add(t => t.Amount, BigInteger.Parse("1234567890123456789")).Add(t => t.Decimals, 18).Add(t => t.Asset, "MOR").Add(t => t.Digits, 4)).Find(".num").ShouldSatisfyAllConditions(
            amount => amount.TextContent.ShouldBe("1.2345…\u00a0MOR"),
            amount => amount.GetAttribute("title").ShouldBe("1.234567890123456789 MOR"));

    [Fact]
    public void An_age_carries_the_exact_time_for_readers_and_machines() =>
        Render<Age>(p => p.Add(a => a.At, _clock.GetUtcNow().AddMinutes(-3))).Find("time").ShouldSatisfyAllConditions(
            age => age.TextContent.ShouldBe("3 min ago"),
            age => age.GetAttribute("title").ShouldBe("2026-11-22 11:57:00 UTC"),
            age => age.GetAttribute("datetime").ShouldBe("2026-11-22T11:57:00Z"));

    [Fact]
    public void A_moment_that_has_not_come_is_never() =>
        Render<Age>(p => p.Add(a => a.At, null)).Find("span").TextContent.ShouldBe("never");

    [Theory]
    [InlineData("Earning", "tone-good", "Earning")]
    [InlineData("WarmingUp", "tone-busy", "Warming up")]
    [InlineData("Silent", "tone-unknown", "Silent")]
    [InlineData("Failed", "tone-bad", "Failed")]
    [InlineData("Moonlit", "tone-neutral", "Moonlit")]
    public void A_state_is_a_word_and_a_tone(string state, string tone, string word) =>
        Render<StateChip>(p => p.Add(c => c.State, state)).Find(".chip").ShouldSatisfyAllConditions(
            chip => chip.ClassList.ShouldContain(tone),
            chip => chip.TextContent.ShouldBe(word));

    [Fact]
    public void A_tile_without_a_figure_says_unknown_and_keeps_its_source() =>
        Render<Stat>(p => p.Add(s => s.Label, "TAO price").Add(s => s.Source, "The feed is silent.")).ShouldSatisfyAllConditions(
            tile => tile.Find(".stat-value").TextContent.Trim().ShouldBe("unknown"),
            tile => tile.Find("[data-tip]").GetAttribute("aria-label").ShouldBe("The feed is silent."));

    [Fact]
    public void A_tile_says_how_old_its_figure_is() =>
        Render<Stat>(p => p.Add(s => s.Label, "Rent").Add(s => s.Value, "$118").Add(s => s.AsOf, _clock.GetUtcNow().AddSeconds(-42)))
            .Find(".stat-foot").TextContent.ShouldContain("as of 42 s ago");

    [Fact]
    public void A_progress_without_a_value_is_under_way_and_not_at_zero() =>
        Render<Progress>(p => p.Add(b => b.Label, "Placing")).Find("progress").HasAttribute("value").ShouldBeFalse();

    [Fact]
    public void A_progress_says_its_share() =>
        Render<Progress>(p => p.Add(b => b.Label, "History").Add(b => b.Value, 0.62)).Find("progress").ShouldSatisfyAllConditions(
            bar => bar.GetAttribute("value").ShouldBe("0.62"),
            bar => bar.GetAttribute("title").ShouldBe("History: 62 %"));

    [Fact]
    public void A_command_can_be_copied_whole() =>
        Render<CopyCommand>(p => p.Add(c => c.Command, "nirmaan verify \"a b.json\"")).ShouldSatisfyAllConditions(
            command => command.Find("code").TextContent.ShouldBe("nirmaan verify \"a b.json\""),
            command => command.Find("button").GetAttribute("data-copy").ShouldBe("nirmaan verify \"a b.json\""));
}
