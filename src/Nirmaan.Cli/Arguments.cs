using System.Globalization;
using System.Numerics;

namespace Nirmaan.Cli;

/// <summary>
/// A command's words: positions, and options as <c>--name value</c> or <c>--name=value</c>. An option that the command does not know is an error,
/// so that a misspelt cap is never a cap that is not there.
/// </summary>
internal sealed class Arguments
{
    private readonly List<string> _positions = [];
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    /// <summary>Reads the words after the command's name.</summary>
    /// <param name="valued">Options with a value.</param>
    /// <param name="flags">Options without.</param>
    /// <exception cref="FailureException">An unknown option, one without its value, or one given twice.</exception>
    public Arguments(IReadOnlyList<string> words, IReadOnlyCollection<string> valued, IReadOnlyCollection<string> flags)
    {
        for (var i = 0; i < words.Count; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal)) { _positions.Add(words[i]); continue; }
            var (name, value) = words[i][2..].Split('=', 2) is [var n, var v] ? (n, v) : (words[i][2..], (string?)null);
            if (flags.Contains(name) && value is null) { value = "true"; }
            else if (valued.Contains(name))
            {
                // What looks like an option is one: a forgotten value must not swallow it.
                value ??= i + 1 < words.Count && !words[i + 1].StartsWith("--", StringComparison.Ordinal) ? words[++i] : throw FailureException.BadInput($"--{name}", "no value", "a value after it");
            }
            else
            {
                throw flags.Contains(name)
                    ? FailureException.BadInput($"--{name}", $"'{value}'", "no value")
                    : FailureException.BadInput($"--{name}", "unknown option", string.Join(", ", valued.Concat(flags).Order(StringComparer.Ordinal).Select(o => "--" + o)));
            }
            if (!_options.TryAdd(name, value)) { throw FailureException.BadInput($"--{name}", "given twice", "once"); }
        }
    }

    /// <summary>The words that are no options.</summary>
    public IReadOnlyList<string> Positions => _positions;

    /// <summary>The only position.</summary>
    public string Only(string what) => _positions is [var only] ? only : throw FailureException.BadInput(what, $"{_positions.Count} were given", "exactly one");

    /// <summary>No position at all.</summary>
    public void None()
    {
        if (_positions.Count > 0) { throw FailureException.BadInput("arguments", $"'{_positions[0]}'", "options only"); }
    }

    /// <summary>True when a flag is there.</summary>
    public bool Has(string flag) => _options.ContainsKey(flag);

    /// <summary>An option; null = not given.</summary>
    public string? Find(string name) => _options.GetValueOrDefault(name);

    /// <summary>An option that must be given.</summary>
    public string Need(string name, string expected) => Find(name) is { Length: > 0 } value ? value : throw FailureException.BadInput($"--{name}", "missing", expected);

    /// <summary>A decimal number; null = not given.</summary>
    public decimal? Number(string name) => Find(name) is not { } text ? null
        : decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : throw FailureException.BadInput($"--{name}", $"'{text}'", "a number such as 0.55");

    /// <summary>A whole number; null = not given.</summary>
    public int? Whole(string name) => Find(name) is { } text ? Whole($"--{name}", text) : null;

    /// <summary>Reads a whole number.</summary>
    public static int Whole(string where, string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : throw FailureException.BadInput(where, $"'{text}'", "a whole number");

    /// <summary>Reads the id of a thing of the host.</summary>
    public static string Id(string where, string text) =>
        Guid.TryParse(text, out var id) ? id.ToString() : throw FailureException.BadInput(where, $"'{text}'", "an id such as 019b2f3e-0c00-7000-8000-000000000001");

    /// <summary>Base units that must be given.</summary>
    public BigInteger Units(string name)
    {
        var text = Need(name, "base units as digits");
        return BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw FailureException.BadInput($"--{name}", $"'{text}'", "base units as digits, such as 1000000000000000000");
    }
}
