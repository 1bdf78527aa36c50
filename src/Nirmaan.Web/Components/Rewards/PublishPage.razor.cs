using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Nirmaan.Control;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Staking.Wallet;

namespace Nirmaan.Web.Components.Rewards;

/// <summary>What stands between closed epochs and claims, and the wallet that does it.</summary>
public sealed partial class PublishPage
{
    private IReadOnlyList<Publication> _publications = [];
    private IReadOnlyList<OfferedWallet>? _wallets;
    private WalletAddress? _account;
    private WalletState? _state;
    private StakeAction? _action;
    private (Publication Of, PublicationStage Stage)? _under;
    private (PublicationStage Stage, PreparedCall Call)? _shown;
    private string _hash = "";
    private string? _hashFault, _walletFault;

    [Inject] public required PublicationQueries Publications { get; init; }

    [Inject] public required PublishRoot Publish { get; init; }

    [Inject] public required IStakeWallets Wallets { get; init; }

    [Inject] public required IJSRuntime Browser { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Rewards, Topic.Staking];

    protected override async Task ReadAsync(CancellationToken cancellationToken) => _publications = await Publications.ListAsync(cancellationToken);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        await base.OnAfterRenderAsync(firstRender);
        if (!firstRender) { return; }
        try { _wallets = await Browser.ListWalletsAsync() ?? []; }
        catch (JSException) { _wallets = []; }
        StateHasChanged();
    }

    private async Task ConnectAsync(OfferedWallet wallet)
    {
        _walletFault = null;
        try
        {
            var answer = await Browser.ConnectAsync(wallet.Id);
            (_walletFault, _account) = (answer?.Words, answer?.Account is { } shown && Evm.EvmAddress.TryParse(shown, null, out var address) ? WalletAddress.Parse(address.ToLowerHex()) : null);
        }
        catch (Exception e) when (e is JSException or OperationCanceledException) { _walletFault = "The wallet gave no answer."; }
    }

    private Task BeginAsync(Publication of, PublicationStage stage) => DoAsync(async token =>
    {
        _state = await Wallets.ReadAsync(_account!.Value, token);
        (_under, _action, _shown) = ((of, stage), stage.Action, null);
        return ("Look it through before you sign.", Tone.Neutral);
    });

    private async Task ShowCallAsync(Publication of, PublicationStage stage)
    {
        (_hash, _hashFault) = ("", null);
        // Whether it would be refused depends on who sends it, which is not known here.
        var anyone = _account ?? WalletAddress.Parse(Evm.EvmAddress.Parse(of.State.Timelock ?? of.State.Address).ToLowerHex());
        try { _shown = (stage, await Wallets.PrepareAsync(anyone, stage.Action!, Gone)); }
        catch (Domain.Fleet.SupplierUnavailableException e) { Toasts.Show(e.Message, Tone.Bad); }
    }

    private Task SentAsync(SentCall sent) => _under is { } under ? NoteAsync(under.Of, under.Stage, sent) : Task.CompletedTask;

    private async Task NoteHashAsync(Publication of, PublicationStage stage)
    {
        var (call, hash) = (_shown!.Value.Call, _hash.Trim());
        _hashFault = null;
        // Which wallet sends it is its own affair: what took its place is then not found, the rest is.
        var sent = new SentCall(WalletAddress.Parse($"0x{new string('0', 40)}"), hash, call.To, call.Data, null, of.State.AsOf.Number);
        try
        {
            await NoteAsync(of, stage, sent);
            _shown = null;
        }
        catch (InvalidInputException e) { _hashFault = e.Message; }
        await ReloadAsync();
    }

    private Task NoteAsync(Publication of, PublicationStage stage, SentCall sent) => Publish.SentAsync(of.State.ChainId, of.State.Asset, of.Epoch ?? of.State.Epoch, stage.Step, sent, By, Gone);

    private async Task Close()
    {
        (_action, _under) = (null, null);
        await ReloadAsync();
    }

    private static string Headline(Publication p) => p switch
    {
        { Epoch: { } epoch } => $"{p.State.Asset.Id}: epoch {epoch} is to be published",
        { Newest: null } => $"{p.State.Asset.Id}: no epoch is closed yet",
        _ => $"{p.State.Asset.Id}: everything that is closed is published",
    };

    private static string Title(PublicationStep step) => step switch
    {
        PublicationStep.Fund => "Fund the distributor",
        PublicationStep.Announce => "Announce the root",
        _ => "Publish the root",
    };

    private static string Claims(DistributorState state) => state switch
    {
        { Epoch: 0 } => "not open: no root is published",
        { IsPaused: true } => "not open: the distributor is paused by its owner",
        { IsFinal: false } => "not open: the root's block is not final yet",
        _ when state.MissingFor(state.Total).Sign > 0 => "not open: the distributor holds less than it owes",
        _ => "open",
    };

    private static (string Text, Tone Tone) StateOf(PublicationStage stage) => stage switch
    {
        { IsDone: true } => ("done", Tone.Good),
        { WaitsFor: { } what } => ($"waits for {what}", Tone.Busy),
        _ => ("prepared", Tone.Warn),
    };

    private static string CallWords(PublicationCall call) => call.State switch
    {
        CallState.Seen => $"seen in block {Format.Count(call.BlockNumber ?? 0)}",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static Tone CallTone(PublicationCall call) => call.State switch
    {
        CallState.Final => Tone.Good,
        CallState.Reverted or CallState.Replaced => Tone.Bad,
        _ => Tone.Busy,
    };
}
