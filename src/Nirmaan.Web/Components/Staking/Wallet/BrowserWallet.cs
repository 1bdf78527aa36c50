using System.Globalization;
using System.Numerics;
using Microsoft.JSInterop;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm;

namespace Nirmaan.Web.Components.Staking.Wallet;

/// <summary>A wallet that the browser offers.</summary>
/// <param name="Icon">A data address; null = it has none.</param>
public sealed record OfferedWallet(string Id, string Name, string? Icon);

/// <summary>What the wallet answered.</summary>
/// <param name="Fault">rejected, wrong-chain, other-account, no-wallet, mismatch or failed; null = it did as asked.</param>
/// <param name="Words">The fault for a person.</param>
/// <param name="Hash">Of the transaction that it sent.</param>
/// <param name="Account">That it showed.</param>
/// <param name="Signature">That it gave.</param>
public sealed record WalletAnswer(string? Fault = null, string? Words = null, string? Hash = null, string? Account = null, string? Signature = null);

/// <summary>Asks the browser's wallet, by wwwroot/js/wallet.js. A person may take minutes to answer.</summary>
internal static class BrowserWallet
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(30);

    // A checkpoint that is written in a later second than the estimate's costs more.
    private const double GasRoom = 1.5;

    public static ValueTask<OfferedWallet[]?> ListWalletsAsync(this IJSRuntime browser) => browser.InvokeAsync<OfferedWallet[]?>("nirmaanWallet.list", []);

    public static ValueTask<WalletAnswer?> SignInAsync(this IJSRuntime browser, string wallet) => browser.InvokeAsync<WalletAnswer?>("nirmaanWallet.signIn", s_patience, wallet);

    public static ValueTask<WalletAnswer?> ConnectAsync(this IJSRuntime browser, string wallet) => browser.InvokeAsync<WalletAnswer?>("nirmaanWallet.connect", s_patience, wallet);

    /// <param name="rpc">For a wallet that does not know the chain; null = it is not told of it.</param>
    public static ValueTask<WalletAnswer?> SwitchChainAsync(this IJSRuntime browser, long id, Uri? rpc) =>
        browser.InvokeAsync<WalletAnswer?>("nirmaanWallet.switchChain", s_patience, new { id, name = string.Create(CultureInfo.InvariantCulture, $"Nirmaan {id}"), rpc = rpc?.ToString() });

    /// <summary>The browser makes the call data anew from the deed and refuses to send what differs.</summary>
    public static ValueTask<WalletAnswer?> SendAsync(this IJSRuntime browser, EvmAddress account, PreparedCall call, StakeAction action, string staking) => browser.InvokeAsync<WalletAnswer?>(
        "nirmaanWallet.send", s_patience,
        new { account = account.ToString(), chainId = call.ChainId, to = call.To, data = call.Data, gas = (long)((call.Gas ?? 0) * GasRoom), deed = Deed(action, staking) });

    /// <summary>A signature that costs nothing: the token's typed data, which the wallet shows field by field.</summary>
    public static ValueTask<WalletAnswer?> SignPermitAsync(this IJSRuntime browser, EvmAddress account, PermitOrder order) => browser.InvokeAsync<WalletAnswer?>(
        "nirmaanWallet.signPermit", s_patience,
        new
        {
            account = account.ToString(), chainId = order.ChainId, token = order.Token, name = order.Name, version = order.Version, spender = order.Spender,
            amount = Text(order.Amount), nonce = Text(order.Nonce), deadline = order.Deadline.ToUnixTimeSeconds(),
        });

    private static object Deed(StakeAction action, string staking) => action switch
    {
        StakeAction.Allow(var amount) => new { kind = "allow", spender = staking, amount = Text(amount) },
        StakeAction.Stake(var amount) => new { kind = "stake", amount = Text(amount) },
        StakeAction.StakePermitted p => new { kind = "stakePermitted", amount = Text(p.Amount), deadline = p.Deadline.ToUnixTimeSeconds(), signature = p.Signature },
        StakeAction.Unstake(var amount) => new { kind = "unstake", amount = Text(amount) },
        StakeAction.Cancel(var id, _) => new { kind = "cancel", id },
        StakeAction.Withdraw(var ids, _) => new { kind = "withdraw", ids },
        StakeAction.Claim claim => new { kind = "claim", account = claim.Account.Value, cumulative = Text(claim.Cumulative), proof = claim.Proof },
        StakeAction.SendRewardsTo(var recipient) => new { kind = "sendRewardsTo", recipient = recipient.Value },
        StakeAction.ClaimSession claim => new { kind = "claimSession", session = claim.Session },
        StakeAction.AllowProvider allow => new { kind = "allow", spender = allow.Contract, amount = Text(allow.Amount) },
        StakeAction.RaiseProvider raise => new { kind = "raiseProvider", provider = raise.Provider, amount = Text(raise.Amount), endpoint = raise.Endpoint },
        StakeAction.Fund fund => new { kind = "fund", distributor = fund.Distributor, amount = Text(fund.Amount) },
        StakeAction.Announce a => new { kind = "announce", distributor = a.Distributor, epoch = a.Epoch, root = a.Root, total = Text(a.Total), delay = (long)a.Delay.TotalSeconds },
        StakeAction.Publish p => new { kind = "publish", distributor = p.Distributor, epoch = p.Epoch, root = p.Root, total = Text(p.Total) },
        _ => throw new ArgumentException($"action: {action} is not known.", nameof(action)),
    };

    private static string Text(BigInteger units) => units.ToString(CultureInfo.InvariantCulture);
}
