using System.Globalization;
using System.Text.RegularExpressions;

namespace Nirmaan.Evm.Signatures;

/// <summary>Reads an EIP-4361 message line by line: order and spelling are fixed, lines end with LF, and nothing may follow.</summary>
internal sealed class SiweReader(string text)
{
    private readonly string[] _lines = text.Split('\n');
    private int _next;

    /// <exception cref="FormatException">The first thing that is not as it must be.</exception>
    public SiweMessage Read()
    {
        var opening = SiweGrammar.Opening().Match(Line("the line that names the domain"));
        if (!opening.Success) { throw Wrong("'<domain> wants you to sign in with your Ethereum account:'"); }
        string address = Line("the address");
        if (!EvmAddress.TryParse(address, AddressSpelling.Checksum, out var account)) { throw Wrong("an address with its EIP-55 checksum"); }
        Empty();
        string? statement = Peek() is { Length: > 0 } ? Matching("", SiweGrammar.Statement(), "a statement of URI characters and spaces") : null;
        Empty();
        string uri = Matching("URI: ", SiweGrammar.AnyUri(), "an RFC 3986 URI");
        if (Line("the version") != "Version: 1") { throw Wrong("'Version: 1'"); }
        long chainId = long.Parse(Matching("Chain ID: ", SiweGrammar.ChainId(), "a chain id of at most 18 digits"), NumberStyles.None, CultureInfo.InvariantCulture);
        string nonce = Matching("Nonce: ", SiweGrammar.Nonce(), "a nonce of at least 8 letters and digits");
        var issuedAt = Time("Issued At: ");
        DateTimeOffset? expires = Starts("Expiration Time: ") ? Time("Expiration Time: ") : null;
        DateTimeOffset? notBefore = Starts("Not Before: ") ? Time("Not Before: ") : null;
        string? requestId = Starts("Request ID: ") ? Matching("Request ID: ", SiweGrammar.RequestId(), "a request id of path characters") : null;
        var resources = Resources();
        if (_next < _lines.Length)
        {
            _next++;
            throw Wrong("nothing more");
        }
        string? scheme = opening.Groups["scheme"].Success ? opening.Groups["scheme"].Value : null;
        return new SiweMessage(scheme, opening.Groups["domain"].Value, account, statement, uri, chainId, nonce, issuedAt, expires, notBefore, requestId, resources);
    }

    private List<string>? Resources()
    {
        if (Peek() != "Resources:") { return null; }
        _next++;
        List<string> resources = [];
        while (Starts("- ")) { resources.Add(Matching("- ", SiweGrammar.AnyUri(), "an RFC 3986 URI")); }
        return resources;
    }

    private string? Peek() => _next < _lines.Length ? _lines[_next] : null;

    private bool Starts(string prefix) => Peek()?.StartsWith(prefix, StringComparison.Ordinal) == true;

    private string Line(string expected)
    {
        string? line = Peek();
        _next++;
        return line ?? throw Wrong(expected);
    }

    private void Empty()
    {
        if (Line("an empty line").Length > 0) { throw Wrong("an empty line"); }
    }

    private string Matching(string prefix, Regex form, string expected)
    {
        string line = Line($"'{prefix}'");
        if (!line.StartsWith(prefix, StringComparison.Ordinal)) { throw Wrong($"'{prefix}...'"); }
        string value = line[prefix.Length..];
        return form.IsMatch(value) ? value : throw Wrong(expected);
    }

    private DateTimeOffset Time(string prefix)
    {
        string line = Line($"'{prefix}'");
        return line.StartsWith(prefix, StringComparison.Ordinal) && Rfc3339.TryParse(line[prefix.Length..], out var time) ? time
            : throw Wrong($"'{prefix}' and an RFC 3339 date-time with its zone");
    }

    private FormatException Wrong(string expected) => new(string.Create(CultureInfo.InvariantCulture, $"line {_next}: expected {expected}"));
}
