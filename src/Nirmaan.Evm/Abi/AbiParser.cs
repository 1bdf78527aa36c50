using System.Globalization;

namespace Nirmaan.Evm.Abi;

/// <summary>Reads types and signatures. Sizes and depth are limited here, so that every later computation on a type is bounded.</summary>
internal ref struct AbiParser
{
    private static readonly string[] s_kinds = ["function", "event", "error"];
    private static readonly string[] s_modifiers = ["external", "public", "view", "pure", "payable", "nonpayable"];

    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _depth;

    private AbiParser(ReadOnlySpan<char> text) => _text = text;

    public static AbiType Type(string text)
    {
        var parser = new AbiParser(text);
        var type = parser.ReadType();
        return parser.Ended() ? type : throw parser.Wrong("nothing more");
    }

    public static (string Name, AbiType.Tuple? Inputs, AbiType.Tuple? Outputs) Signature(string text)
    {
        var parser = new AbiParser(text);
        string name = parser.ReadWord();
        if (s_kinds.Contains(name) && !parser.Next('(')) { name = parser.ReadWord(); }
        var inputs = parser.ReadParameters();
        AbiType.Tuple? outputs = null;
        while (!parser.Ended())
        {
            string word = parser.ReadWord();
            if (word == "returns" && outputs is null) { outputs = parser.ReadParameters(); }
            else if (!s_modifiers.Contains(word)) { throw parser.Wrong($"'{word}' to be a modifier or 'returns'"); }
        }
        return (name, inputs, outputs);
    }

    private AbiType.Tuple? ReadParameters()
    {
        Expect('(');
        if (Take(')')) { return null; }
        if (++_depth > AbiType.MaxDepth) { throw Wrong($"at most {AbiType.MaxDepth} levels of nesting"); }
        List<AbiParameter> members = [];
        do
        {
            var type = ReadType();
            string name = Next(',') || Next(')') ? "" : ReadWord();
            bool indexed = name == "indexed";
            if (indexed) { name = Next(',') || Next(')') ? "" : ReadWord(); }
            members.Add(new AbiParameter(type, name, indexed));
        }
        while (Take(','));
        Expect(')');
        _depth--;
        long words = members.Sum(m => (long)m.Type.HeadWords);
        return words <= AbiType.MaxWords ? new AbiType.Tuple(members) : throw Wrong($"a tuple of at most {AbiType.MaxWords} words");
    }

    private AbiType ReadType()
    {
        AbiType type;
        if (Next('(')) { type = ReadParameters() ?? throw Wrong("a tuple with members"); }
        else
        {
            string word = ReadWord();
            type = word == "tuple" && Next('(') ? ReadParameters() ?? throw Wrong("a tuple with members") : Elementary(word);
        }
        while (Take('['))
        {
            int? length = Next(']') ? null : ReadNumber();
            Expect(']');
            if (length is 0 || (long)(length ?? 1) * type.HeadWords > AbiType.MaxWords) { throw Wrong($"an array of 1 to {AbiType.MaxWords} words"); }
            type = new AbiType.Array(type, length);
            if (type.Depth > AbiType.MaxDepth) { throw Wrong($"at most {AbiType.MaxDepth} levels of nesting"); }
        }
        return type;
    }

    private readonly AbiType Elementary(string word) => word switch
    {
        "address" => new AbiType.Address(),
        "bool" => new AbiType.Bool(),
        "string" => new AbiType.Text(),
        "bytes" => new AbiType.Bytes(),
        "uint" => new AbiType.Number(256, HasSign: false),
        "int" => new AbiType.Number(256, HasSign: true),
        _ when Sized(word, "uint") is { } bits and <= 256 && bits % 8 == 0 => new AbiType.Number(bits, HasSign: false),
        _ when Sized(word, "int") is { } bits and <= 256 && bits % 8 == 0 => new AbiType.Number(bits, HasSign: true),
        _ when Sized(word, "bytes") is { } size and <= 32 => new AbiType.FixedBytes(size),
        _ => throw Wrong($"'{word}' to be a type"),
    };

    /// <summary>The number behind the prefix, 1 to 999, without leading zeros.</summary>
    private static int? Sized(string word, string prefix) =>
        word.StartsWith(prefix, StringComparison.Ordinal) && word.Length <= prefix.Length + 3 && word.Length > prefix.Length && word[prefix.Length] != '0'
        && int.TryParse(word.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : null;

    private int ReadNumber()
    {
        string word = ReadWord();
        return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw Wrong($"'{word}' to be a length");
    }

    private string ReadWord()
    {
        SkipSpace();
        int start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '$')) { _at++; }
        return _at > start ? _text[start.._at].ToString() : throw Wrong("a word");
    }

    private bool Next(char c)
    {
        SkipSpace();
        return _at < _text.Length && _text[_at] == c;
    }

    private bool Take(char c)
    {
        bool taken = Next(c);
        if (taken) { _at++; }
        return taken;
    }

    private void Expect(char c)
    {
        if (!Take(c)) { throw Wrong($"'{c}'"); }
    }

    private bool Ended()
    {
        SkipSpace();
        return _at == _text.Length;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] == ' ') { _at++; }
    }

    private readonly AbiException Wrong(string expected) =>
        new($"'{(_text.Length <= 200 ? _text.ToString() : $"{_text[..197]}...")}': expected {expected} before character {_at}.");
}
