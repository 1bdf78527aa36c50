using System.Numerics;
using System.Text;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Evm.Signatures;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

public class SiweVerifierTests(LocalChain chain) : ChainTest(chain)
{
    private const string Nonce = "32891756abcdEF01";
    private static readonly Uri s_origin = new("https://nirmaan.example");
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 8, 5, 0, TimeSpan.Zero);
    private readonly ManualClock _clock = new(s_now);

    private EvmAddress Alice => Chain.Accounts[3];

    [Fact]
    public async Task The_account_that_signed_signs_in()
    {
        var message = MessageOf(Alice);
        var outcome = await VerifyAsync(message.Format(), await SignAsync(message.Format(), Alice));
        outcome.ShouldBeOfType<SignInOutcome.Accepted>().Message.Address.ShouldBe(Alice);
    }

    [Fact]
    public async Task A_text_that_differs_from_what_was_signed_is_not_signed()
    {
        byte[] signature = await SignAsync(MessageOf(Alice).Format(), Alice);
        (await VerifyAsync((MessageOf(Alice) with { Statement = "Sign in!" }).Format(), signature)).ShouldBeOfType<SignInOutcome.NotSigned>();
        (await VerifyAsync(MessageOf(Chain.Accounts[4]).Format(), signature)).ShouldBeOfType<SignInOutcome.NotSigned>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(66)]
    public async Task A_signature_of_another_length_is_none(int length) =>
        (await VerifyAsync(MessageOf(Alice).Format(), new byte[length])).ShouldBeOfType<SignInOutcome.NotSigned>();

    [Fact]
    public async Task The_second_form_of_a_signature_is_refused()
    {
        string text = MessageOf(Alice).Format();
        byte[] signature = await SignAsync(text, Alice);
        var s = new BigInteger(Secp256k1.Order.ToArray(), isUnsigned: true, isBigEndian: true) - new BigInteger(signature.AsSpan(32, 32), isUnsigned: true, isBigEndian: true);
        byte[] other = [.. signature[..32], .. s.ToByteArray(isUnsigned: true, isBigEndian: true), (byte)(signature[64] == 27 ? 28 : 27)];
        other.Length.ShouldBe(signature.Length);
        (await VerifyAsync(text, other)).ShouldBeOfType<SignInOutcome.NotSigned>();
    }

    [Fact]
    public async Task A_signature_given_to_another_site_is_refused() => await RefusedAsync(MessageOf(Alice) with { Domain = "evil.example", Uri = "https://evil.example/" }, SiweVerdict.WrongDomain);

    [Fact]
    public async Task A_signature_for_another_purpose_is_refused() => await RefusedAsync(MessageOf(Alice) with { Uri = "https://evil.example/" }, SiweVerdict.WrongUri);

    [Fact]
    public async Task A_signature_for_a_chain_that_nobody_can_ask_is_refused() => await RefusedAsync(MessageOf(Alice) with { ChainId = 1 }, SiweVerdict.WrongChain);

    [Fact]
    public async Task A_signature_over_an_old_nonce_is_refused() => await RefusedAsync(MessageOf(Alice) with { Nonce = "12345678" }, SiweVerdict.WrongNonce);

    [Fact]
    public async Task A_signature_is_replayed_in_vain_once_the_nonce_has_gone()
    {
        string text = MessageOf(Alice).Format();
        byte[] signature = await SignAsync(text, Alice);
        (await VerifyAsync(text, signature)).ShouldBeOfType<SignInOutcome.Accepted>();
        (await Verifier.VerifyAsync(text, signature, s_origin, SiweNonce.New(), Cancel)).ShouldBeOfType<SignInOutcome.NotForUs>().Verdict.ShouldBe(SiweVerdict.WrongNonce);
    }

    [Fact]
    public async Task A_signature_counts_from_its_beginning_to_before_its_end()
    {
        var message = MessageOf(Alice) with { NotBefore = s_now.AddMinutes(1), ExpirationTime = s_now.AddMinutes(2) };
        await RefusedAsync(message, SiweVerdict.NotYetValid);
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await VerifyAsync(message.Format(), await SignAsync(message.Format(), Alice))).ShouldBeOfType<SignInOutcome.Accepted>();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await RefusedAsync(message, SiweVerdict.Expired);
    }

    [Fact]
    public async Task A_text_that_is_no_message_is_refused_with_the_reason() =>
        (await VerifyAsync(MessageOf(Alice).Format() + "\n", new byte[65])).ShouldBeOfType<SignInOutcome.Malformed>().Problem.ShouldContain("nothing more");

    [Fact]
    public async Task A_wallet_contract_signs_in_by_its_own_word_and_its_owners_key_alone_does_not()
    {
        var factory = await Chain.DeployAsync("TestWalletFactory", [], Cancel);
        await SendAsync(Owner, factory, new SignatureVerifierTests.DeployWallet(Alice, default));
        var wallet = await AskAsync(factory, new SignatureVerifierTests.WalletAddress(Alice, default));
        string text = MessageOf(wallet).Format();
        byte[] ofKey = await SignAsync(text, Alice);
        (await VerifyAsync(text, [0x01, .. ofKey])).ShouldBeOfType<SignInOutcome.Accepted>().Message.Address.ShouldBe(wallet);
        (await VerifyAsync(text, ofKey)).ShouldBeOfType<SignInOutcome.NotSigned>();
    }

    [Fact]
    public void A_nonce_is_as_the_grammar_wants_it_and_never_the_same()
    {
        string[] nonces = [.. Enumerable.Range(0, 1000).Select(_ => SiweNonce.New())];
        nonces.Distinct().Count().ShouldBe(1000);
        nonces.ShouldAllBe(n => n.Length == 22 && n.All(char.IsAsciiLetterOrDigit));
    }

    private SiweVerifier Verifier => new(new Dictionary<long, SignatureVerifier> { [Chain.Contracts.ChainId] = new(Chain.Rpc) }, _clock);

    private SiweMessage MessageOf(EvmAddress account) =>
        new(null, "nirmaan.example", account, "Sign in to Nirmaan.", "https://nirmaan.example/login", Chain.Contracts.ChainId, Nonce, s_now.AddMinutes(-1));

    private Task<SignInOutcome> VerifyAsync(string text, byte[] signature) => Verifier.VerifyAsync(text, signature, s_origin, Nonce, Cancel);

    /// <summary>Signed well, and yet not for us.</summary>
    private async Task RefusedAsync(SiweMessage message, SiweVerdict verdict) =>
        (await VerifyAsync(message.Format(), await SignAsync(message.Format(), Alice))).ShouldBeOfType<SignInOutcome.NotForUs>().Verdict.ShouldBe(verdict);

    private async Task<byte[]> SignAsync(string text, EvmAddress account) =>
        Hex.Decode((await Chain.Rpc.RequestAsync("personal_sign", [Hex.Encode(Encoding.UTF8.GetBytes(text)), account.ToLowerHex()], Cancel)).GetString()!);
}
