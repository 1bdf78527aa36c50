using System.Globalization;
using System.Text;

namespace Nirmaan.Domain.Fleet;

/// <summary>What a line must be before it is kept or shown: one line of limited length, without secrets and without characters that steer a terminal or a page.</summary>
public static class LogText
{
    /// <summary>The most characters of a line's text.</summary>
    public const int MaxText = 2_000;
    /// <summary>The most characters of a source's name.</summary>
    public const int MaxSource = 100;

    private const char Escape = '\e', Bell = '\a';
    private const int ShortestSecret = 4;

    /// <summary>The line, cleaned.</summary>
    /// <param name="secrets">Values to strike out; one of under four characters is no secret and would strike out half the log.</param>
    public static LogLine Clean(LogLine line, IReadOnlyCollection<string> secrets)
    {
        var source = Cut(Plain(line.Source).Replace(' ', '_'), MaxSource);
        var text = secrets.Where(s => s.Length >= ShortestSecret).OrderByDescending(s => s.Length)
            .Aggregate(Plain(line.Text), (t, secret) => t.Replace(secret, "***", StringComparison.Ordinal));
        return line with { Source = source.Length == 0 ? "?" : source, Text = Cut(text, MaxText) };
    }

    /// <summary>Without terminal sequences (colours, titles), control characters and invisible ones that reorder text; a tab is a blank.</summary>
    private static string Plain(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) { return text; }
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == Escape) { i = EndOfSequence(text, i); }
            else if (text[i] == '\t') { plain.Append(' '); }
            // Half of a character is none.
            else if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                if (IsShown(rune)) { plain.Append(text, i, rune.Utf16SequenceLength); }
                i += rune.Utf16SequenceLength - 1;
            }
        }
        return plain.ToString();
    }

    /// <summary>The index of the last character of a terminal sequence (ECMA-48: CSI, OSC, or one character) that begins at an index.</summary>
    private static int EndOfSequence(string text, int escape)
    {
        var kind = escape + 1 < text.Length ? text[escape + 1] : ' ';
        if (kind is not ('[' or ']')) { return kind is >= '@' and <= '_' ? escape + 1 : escape; }
        for (var i = escape + 2; i < text.Length; i++)
        {
            if (kind == '[' ? text[i] is >= '@' and <= '~' : text[i] is Bell) { return i; }
            if (kind == ']' && text[i] == Escape) { return i + 1; }
        }
        return text.Length;
    }

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse);

    private static string Cut(string text, int most) =>
        text.Length <= most ? text : $"{text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)]}…";
}
