using System.Numerics;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Staking;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Rewards.Morpheus;

/// <summary>What Morpheus' contract owes our provider, and the owner's wallet that takes it.</summary>
public sealed partial class MorpheusPage
{
    private const int MostCalls = 20;

    private MorBooks? _books;
    // The market takes a question per rival; who waits for it waits for the claims as well.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(8);

    private IReadOnlyList<MorBidBook> _bids = [];
    private string? _bidFault;
    private IReadOnlyList<ProviderCall> _calls = [];
    private IReadOnlyList<StakeAction> _queue = [];
    private WalletAddress? _wallet;
    private WalletState? _state;
    private (StakeAction Action, PreparedCall Call)? _shown;
    private string? _batch;

    [Inject] public required MorpheusQueries Morpheus { get; init; }

    [Inject] public required MorpheusBidQueries Bids { get; init; }

    [Inject] public required ClaimSessions Claims { get; init; }

    [Inject] public required IStakeWallets Wallets { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Rewards];

    /// <summary>Claims that pay now and are not under way.</summary>
    private IReadOnlyList<StakeAction> Ready => [.. _books!.Account.Claims.Lines.Where(l => l.Pays.Sign > 0 && !IsUnderWay(l)).Select(ActionOf)];

    private IReadOnlyList<StakeAction> Raise =>
    [
        new StakeAction.AllowProvider(_books!.Account.Contract, _books.Account.Claims.OverLimit),
        new StakeAction.RaiseProvider(_books.Account.Provider, _books.Account.Claims.OverLimit, _books.Account.Endpoint),
    ];

    private bool MaySend => _wallet is { } wallet && IsProvider(wallet) && _queue.Count == 0;

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        _books = await Morpheus.ReadAsync(cancellationToken);
        _calls = await Claims.ListAsync(MostCalls, cancellationToken);
        // What is claimable stands by itself: a market that cannot be read takes nothing from it.
        using var patience = new CancellationTokenSource(s_patience, Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try { (_bids, _bidFault) = (await Bids.ReadAsync(either.Token), null); }
        catch (SupplierUnavailableException e) { (_bids, _bidFault) = ([], e.Message); }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested) { (_bids, _bidFault) = ([], $"The node took longer than {Format.Span(s_patience)}; this page asks again when it reads anew."); }
    }

    private bool IsProvider(WalletAddress wallet) => string.Equals(wallet.Value, _books?.Account.Provider, StringComparison.OrdinalIgnoreCase);

    private bool IsUnderWay(MorClaimLine line) => _calls.Any(c => c.IsOpen && c.SessionId == line.Session.Id);

    private static StakeAction ActionOf(MorClaimLine line) => new StakeAction.ClaimSession(line.Session.Id, line.Pays);

    private Task BeginAsync(IReadOnlyList<StakeAction> actions) => DoAsync(async token =>
    {
        _state = await Wallets.ReadAsync(_wallet!.Value, token);
        (_queue, _shown, _batch) = (actions, null, null);
        return ("Look it through before you sign.", Tone.Neutral);
    });

    private async Task SentAsync(SentCall sent)
    {
        await NoteAsync(_queue[0], sent);
        // The next one's preview comes up by itself; the last is watched where it was sent. What the contract may take must be in a block before it is taken.
        if (_queue.Count > 1 && _queue[0] is not StakeAction.AllowProvider) { _queue = [.. _queue.Skip(1)]; }
    }

    private async Task NoteAsync(StakeAction action, SentCall sent)
    {
        await Claims.SentAsync(_books!.Account.ChainId, action, sent, By, Gone);
        _shown = null;
        await ReloadAsync();
    }

    private async Task CloseAsync()
    {
        _queue = _queue is [StakeAction.AllowProvider allowed, ..] && _calls.Any(c => c.Step == ProviderStep.Allow && c.Wei == allowed.Amount) ? [.. _queue.Skip(1)] : [];
        await ReloadAsync();
    }

    private async Task ShowCallAsync(MorClaimLine line)
    {
        var action = ActionOf(line);
        try { _shown = (action, await PrepareAsync(action)); }
        catch (SupplierUnavailableException e) { Toasts.Show(e.Message, Tone.Bad); }
    }

    private async Task ShowBatchAsync()
    {
        try
        {
            List<string> data = [];
            foreach (var action in Ready) { data.Add((await PrepareAsync(action)).Data); }
            _batch = string.Join('\n', data);
        }
        catch (SupplierUnavailableException e) { Toasts.Show(e.Message, Tone.Bad); }
    }

    private Task<PreparedCall> PrepareAsync(StakeAction action) => Wallets.PrepareAsync(WalletAddress.Parse(_books!.Account.Provider.ToLowerInvariant()), action, Gone);

    private static string Title(ProviderCall call) => call.Step switch
    {
        ProviderStep.Claim => $"Claim of session {Names.Brief(call.SessionId!)}",
        ProviderStep.Allow => "Allowance to the contract",
        _ => "Raise of the stake",
    };
}
