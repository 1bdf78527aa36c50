using Microsoft.Extensions.Options;
using Nirmaan.Control.Staking;
using Nirmaan.Evm;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Evm.Signatures;
using Nirmaan.Networks.Chain;

namespace Nirmaan.Web.SignIn;

/// <summary>
/// Sign-in with Ethereum (EIP-4361): makes the text that a wallet signs, and judges what comes back. Times are real ones, whatever the clock of
/// the world shows.
/// </summary>
public sealed class WalletSignIn(WalletNonces nonces, IHttpClientFactory clients, IOptions<ChainOptions> chain)
{
    /// <summary>Name of the HTTP client that reaches the chain's node, where wallet contracts are asked.</summary>
    public const string ClientName = "Nirmaan.WalletSignIn";

    private const string Statement = "Sign in to see and move your stake. This costs nothing and sends no transaction.";
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(10);
    private static readonly TimeProvider s_clock = TimeProvider.System;

    /// <summary>The text for a wallet to sign.</summary>
    /// <param name="browser">What only the asking browser knows.</param>
    /// <param name="origin">Scheme, host and port of the page that asks.</param>
    /// <exception cref="WalletChainException">The chain cannot be asked.</exception>
    public async Task<string> AskAsync(EvmAddress address, string browser, Uri origin, CancellationToken cancellationToken)
    {
        var (chainId, _) = await ChainAsync(cancellationToken);
        var now = s_clock.GetUtcNow();
        var nonce = await nonces.GiveAsync(browser, now, s_life, cancellationToken);
        return new SiweMessage(null, origin.Authority, address, Statement, origin.ToString(), chainId, nonce, now, now + s_life).Format();
    }

    /// <summary>Who signed; else why it is not accepted, in words. A nonce that was accepted is used up.</summary>
    /// <exception cref="WalletChainException">The chain cannot be asked.</exception>
    public async Task<(EvmAddress? Address, string? Refusal)> JudgeAsync(string text, byte[] signature, string browser, Uri origin, CancellationToken cancellationToken)
    {
        if (!SiweMessage.TryParse(text, out var message, out _)) { return (null, "The message is not one that this site made."); }
        var now = s_clock.GetUtcNow();
        // Whoever was given another nonce, or none, gets the verdict of one: the word that is expected is not told.
        var expected = await nonces.HoldsAsync(message.Nonce, browser, now, cancellationToken) ? message.Nonce : "";
        var (chainId, rpc) = await ChainAsync(cancellationToken);
        SignInOutcome outcome;
        try
        {
            outcome = await new SiweVerifier(new Dictionary<long, SignatureVerifier> { [chainId] = new(rpc) }, s_clock).VerifyAsync(text, signature, origin, expected, cancellationToken);
        }
        catch (Exception e) when (IsAway(e, cancellationToken)) { throw new WalletChainException(e.Message, e); }
        return outcome switch
        {
            // Of the same proof sent twice at once, one counts.
            SignInOutcome.Accepted accepted => await nonces.TakeAsync(message.Nonce, browser, now, cancellationToken) ? (accepted.Message.Address, null) : (null, Words(SiweVerdict.WrongNonce)),
            SignInOutcome.NotForUs(_, var verdict) => (null, Words(verdict)),
            SignInOutcome.NotSigned => (null, "The signature is not that of the address in the message."),
            _ => (null, "The message is not one that this site made."),
        };
    }

    private static string Words(SiweVerdict verdict) => verdict switch
    {
        SiweVerdict.WrongDomain or SiweVerdict.WrongUri => "The message was made for another site.",
        SiweVerdict.WrongChain => "The message was made for another chain.",
        SiweVerdict.WrongNonce => "The message was used before, is too old, or was made for another browser. Sign in again.",
        SiweVerdict.Expired => "The message is too old. Sign in again.",
        _ => "The message does not count yet: its time has not come.",
    };

    private async Task<(long Id, JsonRpcClient Rpc)> ChainAsync(CancellationToken cancellationToken)
    {
        if (chain.Value.Rpc is not { } url) { throw new WalletChainException("No chain is set (Chain:Rpc)."); }
        var http = clients.CreateClient(ClientName);
        http.BaseAddress = url;
        var rpc = new JsonRpcClient(http);
        try { return (chain.Value.Id ?? await rpc.GetChainIdAsync(cancellationToken), rpc); }
        catch (Exception e) when (IsAway(e, cancellationToken)) { throw new WalletChainException(e.Message, e); }
    }

    private static bool IsAway(Exception e, CancellationToken cancellationToken) =>
        e is JsonRpcException or JsonRpcProtocolException or HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}

/// <summary>The chain on which wallets are asked gives no answer.</summary>
public sealed class WalletChainException(string message, Exception? cause = null) : Exception(message, cause);
