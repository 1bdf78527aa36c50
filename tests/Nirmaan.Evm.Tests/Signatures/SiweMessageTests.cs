using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Evm.Signatures;

namespace Nirmaan.Evm.Tests.Signatures;

public class SiweMessageTests
{
    // Two messages signed with npm siwe 3.0.0 and the public key of anvil's account 0.
    private const string Full = "nirmaan.example wants you to sign in with your Ethereum account:\n0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\n\nSign in to Nirmaan.\n\n"
        + "URI: https://nirmaan.example/login\nVersion: 1\nChain ID: 8453\nNonce: 32891756abcdEF01\nIssued At: 2026-11-22T08:00:00Z\nExpiration Time: 2026-11-22T08:10:00Z\n"
        + "Not Before: 2026-11-22T07:59:00Z\nRequest ID: req-1\nResources:\n- https://nirmaan.example/tos\n- ipfs://bafy";
    private const string Bare = "nirmaan.example:8443 wants you to sign in with your Ethereum account:\n0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\n\n\n"
        + "URI: https://nirmaan.example:8443\nVersion: 1\nChain ID: 1\nNonce: 12345678\nIssued At: 2026-11-22T08:00:00Z";

    private static readonly SiweExpectation s_expected = new(new Uri("https://nirmaan.example"), [1, 8453], "32891756abcdEF01");
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 8, 5, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(Full, "0xf8a5f20c5f2473eb07ba03753cb37bc32b31a53639204f8cb7643267a31bcb3f",
        "0x5411a4f1c1499142bce2a3edcf6e31ce81d433658ad19dabc89876220e137e167189e30e9adda26ff5bc15296b11751f015408df0eadc1a1d81bd0e5feb3eb6d1c")]
    [InlineData(Bare, "0x54fbdb0d5553ef0af84a8b57c969d3f3893bc464e3aeb86317a7b24f39a1b780",
        "0xb320c2e7165af425bd9f3bdf4de15952160375523668ae9554ec513014fbf1af2e6d1ef8133102b9ef6fd0a67bacb4bc366e6091e5d1df80297f1931186db9c21b")]
    public void A_signed_message_is_read_hashed_and_traced_to_its_signer(string text, string hash, string signature)
    {
        PersonalMessage.Hash(text).ToString().ShouldBe(hash);
        PersonalMessage.TryRecover(text, Hex.Decode(signature), out var signer).ShouldBeTrue();
        SiweMessage.Parse(text).Address.ShouldBe(signer);
        SiweMessage.Parse(text).Format().ShouldBe(text);
    }

    [Fact]
    public void Every_field_is_read()
    {
        var message = SiweMessage.Parse(Full);
        (message.Scheme, message.Domain, message.Statement, message.Uri, message.ChainId, message.Nonce, message.RequestId)
            .ShouldBe((null, "nirmaan.example", "Sign in to Nirmaan.", "https://nirmaan.example/login", 8453, "32891756abcdEF01", "req-1"));
        (message.IssuedAt, message.ExpirationTime, message.NotBefore).ShouldBe((s_now.AddMinutes(-5), s_now.AddMinutes(5), s_now.AddMinutes(-6)));
        message.Resources.ShouldBe(["https://nirmaan.example/tos", "ipfs://bafy"]);
    }

    [Fact]
    public void What_is_left_out_is_null()
    {
        var message = SiweMessage.Parse(Bare);
        (message.Scheme, message.Statement, message.ExpirationTime, message.NotBefore, message.RequestId, message.Resources).ShouldBe((null, null, null, null, null, null));
        message.Domain.ShouldBe("nirmaan.example:8443");
    }

    [Theory]
    [InlineData("nirmaan.example wants", "https://nirmaan.example wants")]
    [InlineData("nirmaan.example wants", "localhost:3000 wants")]
    [InlineData("nirmaan.example wants", "127.0.0.1 wants")]
    [InlineData("nirmaan.example wants", "[::1]:8080 wants")]
    [InlineData("Sign in to Nirmaan.", "I accept: #1 (all), [x] & more? Yes! https://x.y/~a_b*c;d=e$'@+")]
    [InlineData("08:00:00Z", "10:00:00.123456789+02:00")]
    [InlineData("08:00:00Z", "08:00:00z")]
    [InlineData("2026-11-22T08:00:00Z", "2024-02-29t08:00:00-00:00")]
    [InlineData("Request ID: req-1", "Request ID: ")]
    [InlineData("Request ID: req-1", "Request ID: a%20b:@!")]
    [InlineData("\n- https://nirmaan.example/tos\n- ipfs://bafy", "")]
    [InlineData("- ipfs://bafy", "- urn:isbn:0451450523?a#b")]
    [InlineData("32891756abcdEF01", "12345678")]
    public void Other_spellings_that_the_grammar_has_are_read(string part, string other) => SiweMessage.Parse(Replaced(part, other)).ShouldNotBeNull();

    [Theory]
    [InlineData("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", "EIP-55")]
    [InlineData("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb9226", "EIP-55")]
    [InlineData("32891756abcdEF01", "1234567", "nonce")]
    [InlineData("32891756abcdEF01", "12345678-9", "nonce")]
    [InlineData("Version: 1", "Version: 2", "Version: 1")]
    [InlineData("ipfs://bafy", "ipfs://bafy\n", "nothing more")]
    [InlineData("\n", "\r\n", "domain")]
    [InlineData("Sign in to Nirmaan.", "Sign in\nto Nirmaan.", "empty line")]
    [InlineData("Sign in to Nirmaan.", "Sign in to Nirmáan.", "statement")]
    [InlineData("Sign in to Nirmaan.", "\"quoted\"", "statement")]
    [InlineData("Sign in to Nirmaan.\n\n", "\n\n", "URI")]
    [InlineData("Sign in to Nirmaan.\n\n", "", "empty line")]
    [InlineData("\n\nSign in to Nirmaan.", "\nSign in to Nirmaan.", "empty line")]
    [InlineData("Issued At: 2026-11-22T08:00:00Z", "Issued At: 2026-11-22T08:00:00", "zone")]
    [InlineData("Issued At: 2026-11-22T08:00:00Z", "Issued At: 2026-02-30T08:00:00Z", "RFC 3339")]
    [InlineData("Issued At: 2026-11-22T08:00:00Z", "Issued At: 2026-11-22T24:00:00Z", "RFC 3339")]
    [InlineData("Issued At: 2026-11-22T08:00:00Z", "Issued At: 2026-11-22 08:00:00Z", "RFC 3339")]
    [InlineData("Issued At: 2026-11-22T08:00:00Z", "Issued At: 2026-11-22T08:00:00.Z", "RFC 3339")]
    [InlineData("Issued At: 2026-11-22T08:00:00Z", "Issued At: 2026-11-22T08:00:00+24:00", "RFC 3339")]
    [InlineData("Issued At: 2026-11-22T08:00:00Z", "Issued At: 0001-01-01T00:00:00+01:00", "RFC 3339")]
    [InlineData("Chain ID: 8453\n", "", "Chain ID")]
    [InlineData("Chain ID: 8453", "Chain ID: 0x2105", "chain id")]
    [InlineData("Chain ID: 8453", "Chain ID: -1", "chain id")]
    [InlineData("Chain ID: 8453\nNonce: 32891756abcdEF01", "Nonce: 32891756abcdEF01\nChain ID: 8453", "Chain ID")]
    [InlineData("Not Before: 2026-11-22T07:59:00Z\nRequest ID: req-1", "Request ID: req-1\nNot Before: 2026-11-22T07:59:00Z", "nothing more")]
    [InlineData("Request ID: req-1", "Request ID: a/b", "request id")]
    [InlineData("Request ID: req-1", "Request ID: 100%", "request id")]
    [InlineData("URI: https://nirmaan.example/login", "URI: nirmaan.example/login", "URI")]
    [InlineData("URI: https://nirmaan.example/login", "URI: https://nirmaan.example/a b", "URI")]
    [InlineData("URI: https://nirmaan.example/login", "uri: https://nirmaan.example/login", "URI")]
    [InlineData("- ipfs://bafy", "- not a uri", "URI")]
    [InlineData("- ipfs://bafy", "* ipfs://bafy", "nothing more")]
    [InlineData("nirmaan.example wants", " wants", "domain")]
    [InlineData("nirmaan.example wants", "nirmaan.example/x wants", "domain")]
    [InlineData("nirmaan.example wants", "https://evil://nirmaan.example wants", "domain")]
    [InlineData("nirmaan.example wants", "nirmaan.example Wants", "domain")]
    public void What_the_grammar_does_not_have_is_refused_with_the_place(string part, string other, string problem)
    {
        SiweMessage.TryParse(Replaced(part, other), out _, out string? said).ShouldBeFalse();
        said!.ShouldContain(problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\n\n\n\n\n\n\n\n\n\n")]
    public void A_text_that_is_no_message_at_all_is_refused(string text) => SiweMessage.TryParse(text, out _, out _).ShouldBeFalse();

    [Fact]
    public void A_text_without_end_is_refused_unread() => SiweMessage.TryParse(new string('a', 10_000_000), out _, out _).ShouldBeFalse();

    [Fact]
    public void Any_message_that_can_be_written_is_read_back_the_same() =>
        Prop.ForAll(Messages, message => SiweMessage.Parse(message.Format()).Format() == message.Format()
            && SiweMessage.Parse(message.Format()) with { Resources = null } == message with { Resources = null }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_message_spoiled_at_random_is_read_or_refused_but_never_breaks_the_reader() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(int At, char With)[]>(), changes =>
        {
            char[] text = Full.ToCharArray();
            foreach (var (at, with) in changes) { text[(at & int.MaxValue) % text.Length] = with; }
            return SiweMessage.TryParse(new string(text), out var message, out string? problem) ? message is not null : problem is not null;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_field_that_would_write_another_line_is_refused() =>
        Should.Throw<FormatException>(() => (SiweMessage.Parse(Full) with { Statement = "a\n\nURI: https://evil.example" }).Format());

    [Fact]
    public void A_message_for_us_and_now_is_accepted() => SiweMessage.Parse(Full).Check(s_expected, s_now).ShouldBe(SiweVerdict.Accepted);

    [Theory]
    [InlineData("nirmaan.example wants", "nirmaan.example.evil.example wants", SiweVerdict.WrongDomain)]
    [InlineData("nirmaan.example wants", "nirmaan.example:8443 wants", SiweVerdict.WrongDomain)]
    [InlineData("nirmaan.example wants", "a@nirmaan.example wants", SiweVerdict.WrongDomain)]
    [InlineData("nirmaan.example wants", "http://nirmaan.example wants", SiweVerdict.WrongDomain)]
    [InlineData("nirmaan.example wants", "https://nirmaan.example wants", SiweVerdict.Accepted)]
    [InlineData("nirmaan.example wants", "NIRMAAN.example wants", SiweVerdict.Accepted)]
    [InlineData("https://nirmaan.example/login", "https://evil.example/login", SiweVerdict.WrongUri)]
    [InlineData("https://nirmaan.example/login", "http://nirmaan.example/login", SiweVerdict.WrongUri)]
    [InlineData("https://nirmaan.example/login", "https://nirmaan.example:444/login", SiweVerdict.WrongUri)]
    [InlineData("https://nirmaan.example/login", "https://nirmaan.example@evil.example/", SiweVerdict.WrongUri)]
    [InlineData("https://nirmaan.example/login", "https://user@nirmaan.example/", SiweVerdict.WrongUri)]
    [InlineData("https://nirmaan.example/login", "urn:login", SiweVerdict.WrongUri)]
    [InlineData("https://nirmaan.example/login", "https://nirmaan.example:443", SiweVerdict.Accepted)]
    [InlineData("Chain ID: 8453", "Chain ID: 8454", SiweVerdict.WrongChain)]
    [InlineData("32891756abcdEF01", "32891756ABCDef01", SiweVerdict.WrongNonce)]
    [InlineData("Expiration Time: 2026-11-22T08:10:00Z", "Expiration Time: 2026-11-22T08:05:00Z", SiweVerdict.Expired)]
    [InlineData("Expiration Time: 2026-11-22T08:10:00Z\n", "", SiweVerdict.Accepted)]
    [InlineData("Not Before: 2026-11-22T07:59:00Z", "Not Before: 2026-11-22T08:05:00.0000001Z", SiweVerdict.NotYetValid)]
    [InlineData("Not Before: 2026-11-22T07:59:00Z", "Not Before: 2026-11-22T08:05:00Z", SiweVerdict.Accepted)]
    public void A_message_for_another_site_chain_browser_or_time_is_not(string part, string other, SiweVerdict verdict) =>
        SiweMessage.Parse(Replaced(part, other)).Check(s_expected, s_now).ShouldBe(verdict);

    private static Arbitrary<SiweMessage> Messages =>
        (from seed in Gen.Choose(0, int.MaxValue)
         let random = new Random(seed)
         select new SiweMessage(
             random.Next(2) == 0 ? null : "https",
             random.Next(2) == 0 ? "nirmaan.example" : $"127.0.0.1:{random.Next(1, 65536)}",
             new EvmAddress(Keccak256.Hash($"{seed}").ToArray().AsSpan(12)),
             random.Next(2) == 0 ? null : Text(random, "abcXYZ019 :/?#[]@!$&'()*+,;=-._~", 1, 60),
             $"https://nirmaan.example/{Text(random, "ab/:@", 0, 9)}",
             random.NextInt64(0, 1L << 50),
             Text(random, "abcXYZ019", 8, 40),
             DateTimeOffset.UnixEpoch.AddTicks(random.NextInt64(0, 1L << 59)),
             random.Next(2) == 0 ? null : DateTimeOffset.UnixEpoch.AddSeconds(random.Next()),
             random.Next(2) == 0 ? null : DateTimeOffset.UnixEpoch.AddSeconds(random.Next()),
             random.Next(2) == 0 ? null : Text(random, "ab:@!-", 0, 9),
             random.Next(2) == 0 ? null : [.. Enumerable.Range(0, random.Next(3)).Select(i => $"urn:x:{i}")])).ToArbitrary();

    private static string Text(Random random, string letters, int least, int most) =>
        string.Concat(Enumerable.Range(0, random.Next(least, most)).Select(_ => letters[random.Next(letters.Length)]));

    private static string Replaced(string part, string other)
    {
        Full.ShouldContain(part);
        return Full.Replace(part, other, StringComparison.Ordinal);
    }
}
