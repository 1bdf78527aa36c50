using System.Text.RegularExpressions;

namespace Nirmaan.Evm.Signatures;

/// <summary>The tokens of EIP-4361's ABNF, and those of RFC 3986 that it names. ASCII only, so no CR, LF or other control gets through.</summary>
internal static partial class SiweGrammar
{
    private const string Unreserved = @"A-Za-z0-9\-._~";
    private const string SubDelims = @"!$&'()*+,;=";
    private const string Percent = "%[0-9A-Fa-f]{2}";
    private const string Scheme = @"[A-Za-z][A-Za-z0-9+\-.]*";
    private const string PChars = $"(?:[{Unreserved}{SubDelims}:@]|{Percent})*";
    private const string Path = $"(?:[{Unreserved}{SubDelims}:@/]|{Percent})*";
    private const string Tail = $"(?:[{Unreserved}{SubDelims}:@/?]|{Percent})*";
    private const string Host = $@"(?:\[[0-9A-Fa-f:.]+\]|(?:[{Unreserved}{SubDelims}]|{Percent})";
    private const string UserInfo = $"(?:(?:[{Unreserved}{SubDelims}:]|{Percent})*@)?";

    /// <summary>A domain is an authority with a host in it; a URI may have an empty one (file:///...).</summary>
    private const string Domain = $"{UserInfo}{Host}+)(?::[0-9]*)?";
    private const string Authority = $"{UserInfo}{Host}*)(?::[0-9]*)?";
    private const string Uri = $@"{Scheme}:(?://{Authority}(?:/{Path})?|(?!//){Path})(?:\?{Tail})?(?:\#{Tail})?";

    [GeneratedRegex($@"\A(?:(?<scheme>{Scheme})://)?(?<domain>{Domain}) wants you to sign in with your Ethereum account:\z", RegexOptions.CultureInvariant)]
    public static partial Regex Opening();

    [GeneratedRegex($@"\A[{Unreserved}{SubDelims}:/?\#\[\]@ ]+\z", RegexOptions.CultureInvariant)]
    public static partial Regex Statement();

    [GeneratedRegex($@"\A{Uri}\z", RegexOptions.CultureInvariant)]
    public static partial Regex AnyUri();

    [GeneratedRegex(@"\A[A-Za-z0-9]{8,}\z", RegexOptions.CultureInvariant)]
    public static partial Regex Nonce();

    [GeneratedRegex(@"\A[0-9]{1,18}\z", RegexOptions.CultureInvariant)]
    public static partial Regex ChainId();

    [GeneratedRegex($@"\A{PChars}\z", RegexOptions.CultureInvariant)]
    public static partial Regex RequestId();
}
