using Nirmaan.Control.Live;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Start;

/// <summary>What happened, in one plain sentence each.</summary>
internal static class NewsWords
{
    /// <summary>An item as a line of a timeline.</summary>
    public static Timeline.TimelineEntry Of(NewsItem item) => item.Kind switch
    {
        NewsKind.Rented => Line(item, $"{Machines(item)} began to run on {Supplier(item)} for {item.Workload}", Tone.Good),
        NewsKind.Lost => Line(item, $"{Machines(item)} {(item.Count == 1 ? "was" : "were")} lost on {Supplier(item)}", Tone.Bad),
        NewsKind.Reclaimed => Line(item, $"{Supplier(item)} takes {Machines(item)} back", Tone.Warn),
        NewsKind.Returned => Line(item, $"{Machines(item)} {(item.Count == 1 ? "was" : "were")} given back to {Supplier(item)}", Tone.Neutral),
        NewsKind.Switched => Line(item, $"{Machines(item)} on {Supplier(item)} {(item.Count == 1 ? "was" : "were")} set to {item.Workload}", Tone.Busy),
        NewsKind.FirstCredit => Line(item, $"{Format.Count(item.Count, "miner")} of {item.Workload} got {(item.Count == 1 ? "its" : "their")} first credit", Tone.Good),
        NewsKind.PlanApproved => Line(item, "An allocation plan was approved", Tone.Busy),
        NewsKind.PlanDone => Line(item, "An allocation plan was carried out", Tone.Good),
        NewsKind.EpochClosed => Line(item, $"Epoch {item.Subject} paid {Amount(item)} to {Format.Count(item.Count, "staker")}", Tone.Good) with { Href = $"/epochs/{item.Subject}" },
        NewsKind.Staked => Line(item, $"{Staker(item)} staked {Amount(item)}", Tone.Neutral) with { Href = $"/stakers/{item.Subject}" },
        NewsKind.Unstaked => Line(item, $"{Staker(item)} unstaked {Amount(item)}", Tone.Neutral) with { Href = $"/stakers/{item.Subject}" },
        _ => throw new ArgumentOutOfRangeException(nameof(item), item.Kind, "No words for it."),
    };

    private static Timeline.TimelineEntry Line(NewsItem item, string title, Tone tone) => new(item.At, title, item.Why, Tone: tone);

    private static string Machines(NewsItem item) => $"{Format.Count(item.Count, "machine")} with {Names.Of(item.Gpu!.Value, item.Gpus)}";

    private static string Supplier(NewsItem item) => Names.Of(item.Supplier!.Value);

    private static string Amount(NewsItem item) => $"{Format.Tokens(item.Amount!.Value.Units, item.Amount.Value.Asset.Decimals, 4, out _)} {item.Amount.Value.Asset.Id}";

    private static string Staker(NewsItem item) => Names.Brief(WalletAddress.Parse(item.Subject!).Checksummed(), 14);
}
