using Nirmaan.Domain.Fleet;

namespace Nirmaan.Domain.Tests.Fleet;

public sealed class LogLineTests
{
    private static string Cleaned(string text, params string[] secrets) => LogText.Clean(new LogLine(Some.Noon, "stdout", text), secrets).Text;

    [Theory]
    [InlineData("2026-11-22T12:00:00.123Z stdout a text of  several words", "2026-11-22T12:00:00.123Z stdout a text of  several words")]
    [InlineData("2026-11-22T14:00:00+02:00 sd.log x", "2026-11-22T12:00:00Z sd.log x")]
    [InlineData("2026-11-22T12:00:00.1234567Z stdout ", "2026-11-22T12:00:00.1234567Z stdout ")]
    public void A_line_is_read_as_it_is_written(string line, string written) => LogLine.Parse(line).ShouldNotBeNull().ToString().ShouldBe(written);

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("yesterday stdout text")]
    [InlineData("2026-11-22 12:00:00 text")]
    [InlineData("2026-11-22T12:00:00Z stdout")]
    [InlineData("2026-11-22T12:00:00Z  text")]
    public void What_is_no_line_is_not_read(string line) => LogLine.Parse(line).ShouldBeNull();

    [Theory]
    [InlineData("plain <b>text</b> & more", "plain <b>text</b> & more")]
    [InlineData("Ünïcödé ✓ 模型 🙂", "Ünïcödé ✓ 模型 🙂")]
    [InlineData("a\tb", "a b")]
    [InlineData("\u001b[32mgreen\u001b[0m", "green")]
    [InlineData("\u001b]0;title\u0007text", "text")]
    [InlineData("\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\", "link")]
    [InlineData("cut off \u001b[3", "cut off ")]
    [InlineData("bell\u0007 null\0 back\b line\r\nend\u0085\u2028", "bell null back lineend")]
    [InlineData("user\u202etxt.exe\u202c \u200bhidden\ufeff", "usertxt.exe hidden")]
    public void Characters_that_steer_a_terminal_or_hide_are_taken_out(string text, string shown) => Cleaned(text).ShouldBe(shown);

    [Fact]
    public void Half_of_a_character_is_none() => Cleaned($"half {(char)0xd83d} of a character {(char)0xde42}").ShouldBe("half  of a character ");

    [Fact]
    public void A_long_line_is_cut_between_two_characters()
    {
        var text = Cleaned(new string('x', LogText.MaxText - 1) + string.Concat(Enumerable.Repeat("🙂", 1_000_000)));
        text.ShouldBe(new string('x', LogText.MaxText - 1) + "…");
    }

    [Fact]
    public void Secrets_are_struck_out_the_longest_first() => Cleaned("key abcdef-123 and abcdef", "abcdef", "abcdef-123", "and").ShouldBe("key *** and ***");

    [Fact]
    public void A_secret_with_colour_in_the_middle_is_struck_out_too() => Cleaned("tok\u001b[1men-42", "token-42").ShouldBe("***");

    [Fact]
    public void A_secret_at_the_cut_does_not_survive_in_part() =>
        Cleaned(new string('x', LogText.MaxText - 4) + "token-of-the-miner", "token-of-the-miner").ShouldNotContain("token");

    [Theory]
    [InlineData("sd miner\u001b[1m.log", "sd_miner.log")]
    [InlineData("\u0007", "?")]
    public void A_source_is_one_word(string source, string word) => LogText.Clean(new LogLine(Some.Noon, source, "x"), []).Source.ShouldBe(word);
}
