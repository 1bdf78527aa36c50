using System.Globalization;
using System.Numerics;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm;
using Nirmaan.Networks.Chain;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Sandbox;
using Refit;

namespace Nirmaan.Web.Components.Staking.Wallet;

/// <summary>One's own stake, read from the newest block, and the forms that move it.</summary>
public sealed partial class WalletView
{
    private StakeAction? _action;
    private BigInteger? _stakeNext;
    private string _stake = "", _unstake = "", _recipient = "";
    private string? _stakeFault, _unstakeFault, _recipientFault, _gift;
    private bool _isFilling;

    [Parameter, EditorRequired] public WalletAddress Account { get; set; }

    [Inject] public required IStakeWallets Wallets { get; init; }

    [Inject] public required StakerQueries Stakers { get; init; }

    [Inject] public required PriceBook Prices { get; init; }

    [Inject] public required NavigationManager Navigation { get; init; }

    [Inject] public required IOptions<SandboxOptions> Sandbox { get; init; }

    [Inject] public required IOptions<ChainOptions> Chain { get; init; }

    [Inject] public required ISandboxApi Faucet { get; init; }

    protected override IReadOnlyList<Topic> Topics => [Topic.Staking, Topic.Rewards];

    protected override object? Asked => Account;

    private bool IsSandbox => Sandbox.Value.IsOn;

    private Uri? BuyUrl => Chain.Value.BuyUrl;

    // One at a time: the second would stand on figures that the first is about to change.
    private bool IsBusy => _action is not null;

    protected override async Task<View> FindAsync(CancellationToken cancellationToken)
    {
        var wallet = await Wallets.ReadAsync(Account, cancellationToken);
        var newest = await Stakers.ReadClaimsAsync(Account, cancellationToken);
        var claims = new List<ClaimRow>();
        foreach (var state in wallet.Claims)
        {
            var published = await Stakers.FindClaimAsync(Account, state.Asset, state.Root, cancellationToken);
            claims.Add(new ClaimRow(state, published, newest.FirstOrDefault(c => c.Asset == state.Asset)));
        }
        var ether = await Prices.FindAsync("ETH", cancellationToken);
        return new View(wallet, claims, ether?.Usd, (await Stakers.ReadReadingAsync(cancellationToken)).Chain, await Stakers.ReadLostAsync(Account, cancellationToken));
    }

    private void AskStake()
    {
        var state = Shown!.Wallet;
        _stakeFault = FaultOf(_stake, state.Nrm, "The wallet holds", out var amount);
        if (_stakeFault is not null) { return; }
        _stakeNext = state.Allowed < amount ? amount : null;
        Begin(_stakeNext is null ? new StakeAction.Stake(amount) : new StakeAction.Permit(amount));
    }

    private void AskUnstake()
    {
        _unstakeFault = FaultOf(_unstake, Shown!.Wallet.Staked, "Staked are", out var amount);
        if (_unstakeFault is null) { Begin(new StakeAction.Unstake(amount)); }
    }

    private void AskRewardsTo()
    {
        _recipientFault = FaultOfRecipient(_recipient, out var recipient);
        if (_recipientFault is null) { Begin(new StakeAction.SendRewardsTo(recipient)); }
    }

    private string? FaultOfRecipient(string text, out WalletAddress recipient)
    {
        recipient = default;
        if (!EvmAddress.TryParse(text.Trim(), AddressSpelling.ChecksumOrLowerCase, out var address)) { return "Type an address: 0x and 40 hexadecimal digits, with its capital letters as they were given or none."; }
        recipient = WalletAddress.Parse(address.ToLowerHex());
        if (recipient == Shown!.Wallet.RewardsGoTo) { return "Your rewards go there already."; }
        // Neither of them can ever send tokens on.
        string[] contracts = [$"0x{new string('0', 40)}", Chain.Value.Nrm, Chain.Value.Staking, Chain.Value.Timelock, Chain.Value.Distributor, .. Chain.Value.Distributors.Values];
        return contracts.Contains(address.ToString(), StringComparer.OrdinalIgnoreCase) ? "That is a contract of this site, or nobody: what is sent there is lost." : null;
    }

    private void Begin(StakeAction action)
    {
        Navigation.Ask(("tx", null));
        _action = action;
    }

    private async Task MinedAsync()
    {
        await ReloadAsync();
        if (_action is StakeAction.Allow && _stakeNext is { } amount)
        {
            (_action, _stakeNext) = (new StakeAction.Stake(amount), null);
        }
        else { (_stake, _unstake, _recipient) = ("", "", ""); }
    }

    private void Close()
    {
        (_action, _stakeNext) = (null, null);
        Navigation.Ask(("tx", null));
    }

    private async Task FillAsync()
    {
        (_isFilling, _gift) = (true, null);
        try
        {
            var gift = await Faucet.FillAsync(new SandboxFillOrder(Account.Checksummed()), Gone);
            _gift = gift is null ? "The faucet gave no answer." : gift.Nrm == "0" ? "The wallet has its 10,000 NRM already." : $"{Text(BigInteger.Parse(gift.Nrm, CultureInfo.InvariantCulture))} came in.";
        }
        catch (Exception e) when (e is ApiException or HttpRequestException) { _gift = "The faucet gave no answer; try again."; }
        _isFilling = false;
        await ReloadAsync();
    }

    private static string? FaultOf(string text, BigInteger most, string has, out BigInteger units)
    {
        units = 0;
        if (!decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var tokens) || tokens <= 0) { return "Type a number of NRM above 0, such as 100 or 0.5."; }
        try { units = TokenAmount.Of(tokens, Asset.Nrm).Units; }
        catch (ArgumentException) { return "NRM has 18 decimals at most."; }
        return units > most ? $"{has} {Text(most)}." : null;
    }

    private static string? StepOf(StakeAction action) => action switch
    {
        StakeAction.Allow or StakeAction.Permit => "Step 1 of 2",
        StakeAction.StakePermitted => "Step 2 of 2",
        _ => null,
    };

    private static List<Unbonding> Due(WalletState state) => [.. state.Unbondings.Where(u => u.AvailableAt <= state.AsOf.At)];

    private static BigInteger Sum(IEnumerable<Unbonding> unbondings) => unbondings.Aggregate(BigInteger.Zero, (sum, u) => sum + u.Amount);

    private static string Plain(BigInteger units) => new TokenAmount(units, Asset.Nrm).ToDecimalText();

    private static string Text(BigInteger units) => $"{Format.Tokens(units, Asset.Nrm.Decimals)} NRM";

    private static string ClaimNote(ClaimRow claim)
    {
        var waiting = claim.Waiting.Sign > 0 ? $" {new TokenAmount(claim.Waiting, claim.State.Asset)} more are recorded in epoch {claim.Newest!.Epoch} and can be claimed once its root is published." : "";
        var paid = $" Claimed so far: {new TokenAmount(claim.State.Claimed, claim.State.Asset)}.";
        return claim.State switch
        {
            { IsPaused: true } => $"The distributor is paused by its owner.{waiting}{paid}",
            { Epoch: > 0, IsFinal: false } => $"Epoch {claim.State.Epoch} was published a moment ago: claims open once its block is final.{waiting}{paid}",
            { Epoch: > 0, IsFunded: false } => $"The distributor does not hold all that epoch {claim.State.Epoch} promises: claims open once it is funded.{waiting}{paid}",
            { Epoch: 0 } => $"No root is published yet.{waiting}",
            _ when claim.Published is null => $"Published: epoch {claim.State.Epoch}, without a line for this address.{waiting}{paid}",
            _ => $"Published: epoch {claim.State.Epoch}.{waiting}{paid}",
        };
    }

    /// <summary>What is shown.</summary>
    /// <param name="EthUsd">Null = unknown.</param>
    public sealed record View(WalletState Wallet, IReadOnlyList<ClaimRow> Claims, decimal? EthUsd, ChainReading? Chain, IReadOnlyList<StakeLost> Lost);

    /// <summary>Claims of one asset.</summary>
    /// <param name="Published">The account's line under the root that the distributor holds; null = it has none there.</param>
    /// <param name="Newest">Its line in the newest closed epoch.</param>
    public sealed record ClaimRow(ClaimState State, StakerClaim? Published, StakerClaim? Newest)
    {
        /// <summary>Base units that a claim pays now.</summary>
        public BigInteger Claimable => BigInteger.Max((Published?.Cumulative ?? 0) - State.Claimed, 0);

        /// <summary>Base units of epochs that are closed and not published.</summary>
        public BigInteger Waiting => BigInteger.Max((Newest?.Cumulative ?? 0) - BigInteger.Max(Published?.Cumulative ?? 0, State.Claimed), 0);
    }
}
