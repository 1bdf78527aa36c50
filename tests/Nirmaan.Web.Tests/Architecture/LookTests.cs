using System.Globalization;
using System.Text.RegularExpressions;

namespace Nirmaan.Web.Tests.Architecture;

/// <summary>The colours of tokens.css against WCAG 2.2, contrast of text (1.4.3: 4.5 to 1) and of marks (1.4.11: 3 to 1).</summary>
public sealed partial class LookTests
{
    private static readonly Dictionary<string, (string Light, string Dark)> s_colours = Colour()
        .Matches(File.ReadAllText(Path.Combine(Repository.Root, "src/Nirmaan.Web/wwwroot/css/tokens.css")))
        .ToDictionary(m => m.Groups[1].Value, m => (m.Groups[2].Value, m.Groups[3].Value));

    [Theory]
    [InlineData("text", "bg surface surface-2 surface-3")]
    [InlineData("text-2", "bg surface surface-2 surface-3")]
    [InlineData("text-3", "bg surface surface-2")]
    [InlineData("accent", "bg surface surface-2")]
    [InlineData("on-accent", "accent accent-strong")]
    [InlineData("on-accent-soft", "accent-soft")]
    [InlineData("good", "surface surface-2 good-soft")]
    [InlineData("busy", "surface busy-soft")]
    [InlineData("warn", "surface warn-soft")]
    [InlineData("bad", "surface bad-soft")]
    [InlineData("unknown", "surface surface-2 unknown-soft bg")]
    public void Text_can_be_read(string text, string grounds) => EachShouldReach(text, grounds, 4.5);

    [Theory]
    [InlineData("line-strong", "surface bg")]
    [InlineData("series-1", "surface")]
    [InlineData("series-2", "surface")]
    [InlineData("series-3", "surface")]
    [InlineData("series-4", "surface")]
    [InlineData("series-5", "surface")]
    [InlineData("series-6", "surface")]
    [InlineData("series-7", "surface")]
    [InlineData("series-8", "surface")]
    public void Marks_can_be_seen(string mark, string grounds) => EachShouldReach(mark, grounds, 3);

    private static void EachShouldReach(string colour, string grounds, double least)
    {
        foreach (var ground in grounds.Split(' '))
        {
            Contrast(s_colours[colour].Light, s_colours[ground].Light).ShouldBeGreaterThanOrEqualTo(least, $"{colour} on {ground}, light");
            Contrast(s_colours[colour].Dark, s_colours[ground].Dark).ShouldBeGreaterThanOrEqualTo(least, $"{colour} on {ground}, dark");
        }
    }

    private static double Contrast(string a, string b)
    {
        var (x, y) = (Luminance(a), Luminance(b));
        return (Math.Max(x, y) + 0.05) / (Math.Min(x, y) + 0.05);
    }

    // Relative luminance as WCAG 2.2 defines it.
    private static double Luminance(string hex)
    {
        double Channel(int at)
        {
            var value = int.Parse(hex.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
        return (0.2126 * Channel(1)) + (0.7152 * Channel(3)) + (0.0722 * Channel(5));
    }

    [GeneratedRegex(@"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")]
    private static partial Regex Colour();
}
