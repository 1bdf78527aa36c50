using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Rewards.Morpheus;

/// <summary>What to do about claims, in words.</summary>
internal static class ClaimWords
{
    // The last of six digits.
    private static readonly BigInteger s_shown = Asset.Mor.One / 1_000_000;

    /// <summary>What stands in the way of everything, and what to do about it; the most pressing first.</summary>
    /// <param name="perDay">MOR earned a day lately, wei.</param>
    public static IReadOnlyList<(string Text, Tone Tone)> Advice(MorClaims claims, BigInteger perDay)
    {
        List<(string, Tone)> advice = [];
        if (claims.OverLimit.Sign > 0)
        {
            advice.Add(($"Raise the stake by {Mor(Up(claims.OverLimit))}, or {Mor(claims.OverLimit)} wait until {Format.Date(claims.Provider.YearEnds)}: in a year the contract pays a provider no more than its stake, and the rest waits. It is not lost.", Tone.Warn));
        }
        if (claims.HeldUntil is { } until)
        {
            advice.Add(($"Claim {Mor(claims.Held)} after {Format.DayTime(until)} UTC: what was earned on the day of a close is held until the next midnight, and a claim before it is refused (panic 0x11) or pays a part only.", Tone.Busy));
        }
        if (claims.Pays.Sign > 0)
        {
            advice.Add(($"Claim {Mor(claims.Pays)} now, by {Format.Count(claims.Lines.Count(l => l.Pays.Sign > 0), "transaction")} of the provider's wallet. Sessions that their users never close are paid no other way.", Tone.Good));
        }
        if (claims.OverLimit.IsZero && claims.Ahead(perDay) is { } ahead)
        {
            advice.Add(($"At the pace of late, {Mor(perDay)} a day, the year's limit is used up about {Format.Date(ahead.UsedUpAt)}. {Mor(Up(ahead.RaiseBy))} more stake would do until the year ends, {Format.Date(claims.Provider.YearEnds)}; until then nothing needs to be done.", Tone.Neutral));
        }
        if (advice.Count == 0) { advice.Add(("Nothing is to be done: every session that is over is paid.", Tone.Good)); }
        return advice;
    }

    /// <summary>Why a session's claim is as it is.</summary>
    public static (string Text, Tone Tone) Of(MorClaimLine line) => line.Step switch
    {
        MorClaimStep.Runs => ("runs", Tone.Busy),
        MorClaimStep.Claim when line.OverLimit.Sign > 0 => ("claim a part, the limit keeps the rest", Tone.Warn),
        MorClaimStep.Claim when line.Held.Sign > 0 => ("claim a part, the day holds the rest", Tone.Good),
        MorClaimStep.Claim => ("claim it", Tone.Good),
        MorClaimStep.AfterMidnight => ($"after {Format.DayTime(line.Claimable.HeldUntil!.Value)} UTC", Tone.Busy),
        _ => ("over the year's limit", Tone.Warn),
    };

    /// <summary>How a session ended.</summary>
    public static string End(MorSession session, DateTimeOffset now) => session switch
    {
        { ClosedAt: { } closed } when closed > session.EndsAt => $"closed late, paid to {Format.DayTime(session.EndsAt)}",
        { ClosedAt: not null } => "closed by its user",
        _ when session.EndsAt > now => "runs",
        _ => "never closed by its user",
    };

    // A figure that is cut short would be a stake that is too low.
    private static BigInteger Up(BigInteger wei) => (wei + s_shown - 1) / s_shown * s_shown;

    private static string Mor(BigInteger wei) => $"{Format.Tokens(wei, Asset.Mor.Decimals, 6, out _)} MOR";
}
