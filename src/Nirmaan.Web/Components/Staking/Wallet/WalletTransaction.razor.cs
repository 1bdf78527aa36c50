using System.Numerics;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm;
using Nirmaan.Evm.Signatures;
using Nirmaan.Networks.Chain;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.Components.Staking.Wallet;

/// <summary>
/// Prepares a transaction, has the wallet sign and send it, and watches it until it is final. Its hash stands in the page's address, so that
/// it is watched on after a refresh.
/// </summary>
public sealed partial class WalletTransaction : IDisposable
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(1), s_dropped = TimeSpan.FromMinutes(2);
    private readonly CancellationTokenSource _gone = new();
    private PreparedCall? _call;
    private PermitOrder? _permit;
    private WalletAnswer? _answer;
    private SentCall? _sent;
    private Sighting? _seen;
    private string? _fault;
    private bool _isAsking, _wasMined, _wasTakenBack;
    private long _sentAt;

    [Parameter, EditorRequired] public WalletAddress Account { get; set; }

    [Parameter, EditorRequired] public required WalletState State { get; set; }

    /// <summary>What to do; null = <see cref="Hash"/> was sent before.</summary>
    [Parameter] public StakeAction? Action { get; set; }

    /// <summary>A transaction to watch on.</summary>
    [Parameter] public string? Hash { get; set; }

    /// <summary>What gas is paid in; null = unknown.</summary>
    [Parameter] public decimal? EthUsd { get; set; }

    /// <summary>Which step of several it is.</summary>
    [Parameter] public string? Step { get; set; }

    /// <summary>It is in a block and did what it should.</summary>
    [Parameter] public EventCallback OnMined { get; set; }

    /// <summary>The wallet has sent it.</summary>
    [Parameter] public EventCallback<SentCall> OnSent { get; set; }

    /// <summary>The wallet has signed a <see cref="StakeAction.Permit"/>; what it is good for.</summary>
    [Parameter] public EventCallback<StakeAction.StakePermitted> OnPermitted { get; set; }

    /// <summary>A <see cref="StakeAction.Permit"/> is not to be, or cannot: allow by a transaction.</summary>
    [Parameter] public EventCallback<StakeAction.Allow> OnAllow { get; set; }

    [Parameter] public EventCallback OnClose { get; set; }

    [Inject] public required IStakeWallets Wallets { get; init; }

    [Inject] public required IJSRuntime Browser { get; init; }

    [Inject] public required NavigationManager Navigation { get; init; }

    [Inject] public required IOptions<ChainOptions> Chain { get; init; }

    [Inject] public required IOptions<SandboxOptions> Sandbox { get; init; }

    [Inject] public required TimeProvider Clock { get; init; }

    private string Headline => _seen switch
    {
        Sighting.Mined { Reason: not null } => "It was refused",
        Sighting.Mined { IsFinal: true } => "Done, and final",
        Sighting.Mined => "Done; not final yet",
        Sighting.Replaced { DoesTheSame: true } => "Sped up",
        Sighting.Replaced => "Replaced",
        Sighting.Unseen when IsLost => "Not seen on the chain",
        _ => "Waiting for a block",
    };

    private IEnumerable<string> Lines
    {
        get
        {
            if (_wasTakenBack) { yield return "The block it was in was replaced by another (a reorganisation). It counts only when it is in a block again."; }
            yield return _seen switch
            {
                Sighting.Mined { Reason: { } reason } => $"The contract refused it: {reason}. Nothing moved; the gas was paid.",
                Sighting.Mined { IsFinal: true } => "It cannot be replaced any more and counts in the figures of this site.",
                Sighting.Mined mined => $"It is in a block. This site counts it once {Format.Count(mined.FinalAt, "block")} lie on top.",
                Sighting.Replaced { DoesTheSame: true, By: { } by } => $"Your wallet sent {by} in its place, which does the same and is in a block.",
                Sighting.Replaced { By: { } by } => $"Another transaction of your wallet, {by}, took its place. This one will never happen.",
                Sighting.Replaced => "Another transaction of your wallet took its place. This one will never happen.",
                Sighting.Unseen when IsLost => "The node does not know it: it may have been dropped, for example because its gas price was too low. Nothing has happened. It is watched on while this page is open.",
                _ => "The wallet has sent it; no block holds it yet.",
            };
            if (_fault is not null) { yield return _fault; }
        }
    }

    private bool IsLost => Clock.GetElapsedTime(_sentAt) >= s_dropped;

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        _sentAt = Clock.GetTimestamp();
        if (Hash is { } hash)
        {
            if (!Bytes32.TryParse(hash, out _)) { await OnClose.InvokeAsync(); return; }
            Watch(new SentCall(Account, hash, null, null, null, 0));
            return;
        }
        await PrepareAsync();
    }

    private async Task PrepareAsync()
    {
        (_call, _permit, _fault, _answer) = (null, null, null, null);
        try
        {
            if (Action is StakeAction.Permit(var amount))
            {
                _permit = await Wallets.FindPermitAsync(Account, amount, _gone.Token);
                if (_permit is null) { await AllowAsync(); }
                return;
            }
            _call = await Wallets.PrepareAsync(Account, Action!, _gone.Token);
        }
        catch (SupplierUnavailableException e) { _fault = $"The chain cannot be read: {e.Message}"; }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested) { }
    }

    private async Task SendAsync()
    {
        (_isAsking, _fault) = (true, null);
        try
        {
            // Tried anew: the chain went on while the preview was read.
            await PrepareAsync();
            if (_call is not { Refusal: null } call) { return; }
            _answer = await AskAsync(() => Browser.SendAsync(EvmAddress.Parse(Account.Value), call, Action!, Chain.Value.Staking));
            _fault = _answer.Words;
            if (_answer is not { Fault: null, Hash: { } hash }) { return; }
            if (!Bytes32.TryParse(hash, out _)) { _fault = "The wallet's answer is no transaction."; return; }
            _sentAt = Clock.GetTimestamp();
            var sent = new SentCall(Account, hash, call.To, call.Data, null, State.AsOf.Number);
            await OnSent.InvokeAsync(sent);
            Watch(sent);
            // What is kept elsewhere needs no place in the address.
            if (Action is not StakeAction.Allow && !OnSent.HasDelegate) { Navigation.Ask(("tx", hash)); }
        }
        finally { _isAsking = false; }
    }

    private async Task SignAsync()
    {
        (_isAsking, _fault) = (true, null);
        try
        {
            // Asked anew: its hour began when the preview was opened.
            await PrepareAsync();
            if (_permit is not { } order) { return; }
            _answer = await AskAsync(() => Browser.SignPermitAsync(EvmAddress.Parse(Account.Value), order));
            _fault = _answer.Words;
            if (_answer.Fault is not null) { return; }
            if (!EvmSignature.TryParse(_answer.Signature, out _)) { _fault = "The wallet's answer is no signature of a key. Allow it by a transaction."; return; }
            await OnPermitted.InvokeAsync(new StakeAction.StakePermitted(order.Amount, order.Deadline, _answer.Signature));
        }
        finally { _isAsking = false; }
    }

    private Task AllowAsync() => OnAllow.InvokeAsync(new StakeAction.Allow(((StakeAction.Permit)Action!).Amount));

    private async Task SwitchAsync()
    {
        (_isAsking, _fault) = (true, null);
        // The node's address may hold a key that is nobody else's business; the sandbox's chain is known to nobody but us.
        var answer = await AskAsync(() => Browser.SwitchChainAsync(_call?.ChainId ?? _permit!.ChainId, Sandbox.Value.IsOn ? Chain.Value.Rpc : null));
        (_fault, _isAsking) = (answer.Words, false);
        if (answer.Fault is null) { _answer = null; }
    }

    private static async Task<WalletAnswer> AskAsync(Func<ValueTask<WalletAnswer?>> ask)
    {
        try { return await ask() ?? new WalletAnswer("failed", "The wallet gave no answer."); }
        catch (Exception e) when (e is JSException or OperationCanceledException) { return new WalletAnswer("failed", "The wallet gave no answer."); }
    }

    private void Watch(SentCall sent)
    {
        (_sent, _fault) = (sent, null);
        _ = WatchAsync(_gone.Token);
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (_seen is not (Sighting.Mined { IsFinal: true } or Sighting.Replaced))
            {
                await InvokeAsync(() => LookAsync(cancellationToken));
                await Task.Delay(s_lookEvery, Clock, cancellationToken);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException) { }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var before = _seen;
            _seen = await Wallets.LookAsync(_sent!, cancellationToken);
            _fault = null;
            _wasTakenBack = (_wasTakenBack || before is Sighting.Mined) && _seen is not Sighting.Mined;
            _sent = _seen switch
            {
                Sighting.Waiting(var nonce) => _sent! with { Nonce = nonce },
                Sighting.Mined mined => _sent! with { Nonce = mined.Nonce },
                _ => _sent,
            };
        }
        catch (SupplierUnavailableException e) { _fault = $"The chain cannot be read now: {e.Message}"; }
        StateHasChanged();
        if (!_wasMined && _seen is Sighting.Mined { Reason: null })
        {
            _wasMined = true;
            await OnMined.InvokeAsync();
        }
    }

    private decimal? UsdOf(BigInteger wei) => EthUsd is { } usd ? (decimal)wei / 1_000_000_000_000_000_000m * usd : null;

    /// <inheritdoc />
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }
}
