using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Rewards;

/// <summary>What stands between closed epochs and claims, and the wallet that does it.</summary>
public sealed partial class PublishPage
{
    private IReadOnlyList<Publication> _publications = [];
    private WalletAddress? _account;
    private WalletState? _state;
    private StakeAction? _action;
    private (Publication Of, PublicationStage Stage)? _under;
    private (PublicationStage Stage, PreparedCall Call)? _shown;

    [Inject] public required PublicationQueries Publications { get; init; }

    [Inject] public required PublishRoot Publish { get; init; }

    [Inject] public required IStakeWallets Wallets { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Rewards, Topic.Staking];

    protected override async Task ReadAsync(CancellationToken cancellationToken) => _publications = await Publications.ListAsync(cancellationToken);

    private Task BeginAsync(Publication of, PublicationStage stage) => DoAsync(async token =>
    {
        _state = await Wallets.ReadAsync(_account!.Value, token);
        (_under, _action, _shown) = ((of, stage), stage.Action, null);
        return ("Look it through before you sign.", Tone.Neutral);
    });

    private async Task ShowCallAsync(Publication of, PublicationStage stage)
    {
        // Whether it would be refused depends on who sends it, which is not known here.
        var anyone = _account ?? WalletAddress.Parse(Evm.EvmAddress.Parse(of.State.Timelock ?? of.State.Address).ToLowerHex());
        try { _shown = (stage, await Wallets.PrepareAsync(anyone, stage.Action!, Gone)); }
        catch (Domain.Fleet.SupplierUnavailableException e) { Toasts.Show(e.Message, Tone.Bad); }
    }

    private Task SentAsync(SentCall sent) => _under is { } under ? NoteAsync(under.Of, under.Stage, sent) : Task.CompletedTask;

    private async Task NoteHashAsync(Publication of, PublicationStage stage, SentCall sent)
    {
        await NoteAsync(of, stage, sent);
        _shown = null;
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
}
