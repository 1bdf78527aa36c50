using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Nirmaan.Control;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Staking;

namespace Nirmaan.Web.Components.Rewards;

/// <summary>The epochs that close next, and the fee policies.</summary>
public sealed partial class ClosingPage
{
    private const string Treasury = "treasury", Receipts = "receipts";

    private IReadOnlyList<EpochPreview> _previews = [];
    private IReadOnlyList<FeePolicy> _policies = [];
    private FeePolicy? _inForce;
    private int _needed;
    private string _percent = "", _why = "", _payer = Treasury;
    private DateOnly? _from;
    private DateTimeOffset? _earliest;
    private Dictionary<string, string> _wrong = [];
    private List<RuleForm> _rules = [];
    private IReadOnlyList<NetworkName> _networks = [];

    [Inject] public required CloseEpoch Epochs { get; init; }

    [Inject] public required AnnounceFeePolicy Fees { get; init; }

    [Inject] public required NetworkShelf Networks { get; init; }

    [Inject] public required IOptions<RewardsOptions> Options { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Rewards, Topic.Staking];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        _needed = Options.Value.SignOffs;
        _networks = [.. Networks.All.Select(n => n.Network)];
        _previews = await Epochs.PreviewAsync(cancellationToken);
        var policies = await Fees.ListAsync(cancellationToken);
        _inForce = FeePolicy.InForce(policies, Clock.GetUtcNow());
        _policies = [.. policies.Reverse()];
        if (_percent.Length == 0)
        {
            _rules = [.. _inForce.Rents.Select(r => new RuleForm { Asset = r.AssetId ?? "", Network = r.Network?.Value ?? "", Payer = r.TreasuryFunded ? Treasury : Receipts })];
            (_percent, _payer) = ((_inForce.FeeBasisPoints / 100m).ToString(CultureInfo.InvariantCulture), _inForce.RentTreasuryFunded ? Treasury : Receipts);
        }
        await FindEarliestAsync();
    }

    private async Task FindEarliestAsync() => _earliest = BasisPoints is { } fee ? await Fees.EarliestAsync(fee, _payer == Treasury, Rules, Gone) : null;

    private IReadOnlyList<RentRule> Rules => [.. _rules.Select(r => r.Rule)];

    private Task AddRuleAsync()
    {
        _rules.Add(new RuleForm());
        return FindEarliestAsync();
    }

    private Task DropRuleAsync(RuleForm rule)
    {
        _rules.Remove(rule);
        return FindEarliestAsync();
    }

    private int? BasisPoints =>
        decimal.TryParse(_percent, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent <= 100 && decimal.Truncate(percent * 100) == percent * 100 ? (int)(percent * 100) : null;

    private static IReadOnlyList<Waterfall.Step> StepsOf(Distribution draft) =>
    [
        new("Received", draft.Gross, draft.CarriedIn.IsZero ? "paid by the networks" : "paid by the networks, and carried in from before"),
        new(draft.Cost.IsZero ? "Rent" : "Sold", -draft.Cost, SaleWords.Rent(draft.RentUsd, !draft.Cost.IsZero, draft.PolicyVersion is { } version ? new EpochTerms(version, draft.BorneUsd ?? 0, draft.CoveredUsd ?? 0) : null)),
        new("Fee", -draft.Fee, $"{Format.Percent(draft.FeeBasisPoints / 10_000.0)}"),
        .. draft.CarriedOut.IsZero ? Array.Empty<Waterfall.Step>() : [new("Carried", -draft.CarriedOut, "nobody held stake: it waits for the next epoch")],
        new("Paid", draft.Pool, $"to {Format.Count(draft.Leaves.Count(l => l.Amount.Sign > 0), "staker")}", IsResult: true),
    ];

    private Task SignOffAsync(EpochPreview next) => DoAsync(async token => await Epochs.SignOffAsync(next.Epoch, next.Asset.Id, next.Digest!, By, token) switch
    {
        SignOffOutcome.Noted { Closed: not null } => ($"Epoch {next.Epoch} of {next.Asset.Id} is closed.", Tone.Good),
        SignOffOutcome.Noted noted => ($"Noted: {noted.Count} of {noted.Needed} consents.", Tone.Good),
        SignOffOutcome.Changed => ("It changed while you looked at it. Look again: nothing was noted.", Tone.Warn),
        SignOffOutcome.SamePerson => ("You consented already; another person must.", Tone.Warn),
        SignOffOutcome.TooEarly early => ($"It waits for {early.WaitsFor}.", Tone.Warn),
        _ => ("It is closed already.", Tone.Warn),
    });

    private async Task AnnounceAsync()
    {
        _wrong = [];
        if (BasisPoints is not { } fee) { _wrong["feeBasisPoints"] = "0 to 100 with at most two decimals, such as 12.5"; }
        else if (_from is not { } day) { _wrong["from"] = "A day is missing."; }
        else
        {
            await DoAsync(async token =>
            {
                try
                {
                    var made = await Fees.RunAsync(new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero), fee, _payer == Treasury, Rules, By, _why, token);
                    (_percent, _why, _from) = ("", "", null);
                    return ($"Policy {made.Version} is announced for {Format.Day(made.From)}.", Tone.Good);
                }
                catch (InvalidInputException e)
                {
                    _wrong[e.Field] = e.Message;
                    throw;
                }
            });
        }
    }

    /// <summary>An exception as it is being written; empty = of any.</summary>
    private sealed class RuleForm
    {
        public string Asset { get; set; } = "";
        public string Network { get; set; } = "";
        public string Payer { get; set; } = Receipts;
        public RentRule Rule => new(Asset.Length == 0 ? null : Asset, Network.Length == 0 ? null : new NetworkName(Network), Payer == Treasury);
    }
}
