using System.Globalization;
using System.Numerics;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Staking;

/// <summary>What an account got of one asset from one epoch: gross - cost - fee = net, in base units.</summary>
/// <param name="Gross">Its part of what was received.</param>
/// <param name="Cost">Its part of what was deducted to cover rent, rounded down; 0 while the treasury pays it.</param>
/// <param name="Fee">Its part of the fee, rounded down.</param>
/// <param name="Price">At the epoch's end; null = unknown.</param>
/// <param name="NetUsd">Net at that price; null = unknown, never 0.</param>
/// <param name="Root">Of the tree in which the line stands.</param>
public sealed record ReturnLine(
    Asset Asset, BigInteger Gross, BigInteger Cost, BigInteger Fee, BigInteger Net, BigInteger Cumulative, KnownPrice? Price, decimal? NetUsd, string Root);

/// <summary>One epoch of an account; epochs are UTC days.</summary>
/// <param name="AverageStake">Time-weighted stake in base units of NRM.</param>
/// <param name="Share">Of all stake x time, 0 to 1.</param>
/// <param name="RentUsd">Its share of the day's rent over all networks, whoever pays it.</param>
/// <param name="NetUsd">Sum of the lines; null = one of their prices is unknown.</param>
/// <param name="NrmUsd">Price of NRM at the epoch's end; null = unknown.</param>
public sealed record ReturnEpoch(
    int Epoch, DateTimeOffset From, DateTimeOffset To, BigInteger AverageStake, decimal Share, decimal RentUsd, IReadOnlyList<ReturnLine> Lines, decimal? NetUsd, decimal? NrmUsd = null);

/// <summary>Sums of one asset over the epochs shown.</summary>
public sealed record ReturnTotal(Asset Asset, BigInteger Gross, BigInteger Cost, BigInteger Fee, BigInteger Net, decimal? NetUsd);

/// <summary>An account's part of points that networks promised while it held stake. Not money, and not paid out.</summary>
/// <param name="PoolPoints">Of the whole pool in the same period.</param>
/// <param name="Converted">Of the points, those of days that a recorded conversion covers: they are no promise any more.</param>
public sealed record ReturnPoints(NetworkName Network, string Kind, decimal Points, decimal PoolPoints, decimal Converted, NetworkNotice? Notice);

/// <summary>What 1,000 NRM brought per day, mean over some epochs.</summary>
/// <param name="UsdPerDay">At the prices of the epochs' ends; null = one of them is unknown.</param>
public sealed record UnitReturn(Asset Asset, decimal TokensPerDay, decimal? UsdPerDay);

/// <summary>Everything an account got in a period.</summary>
/// <param name="Staked">Now, base units of NRM.</param>
/// <param name="StakedSince">Since when it holds stake without a break; null = it holds none.</param>
/// <param name="Share">Of all stake now, 0 to 1; null = nobody holds any.</param>
/// <param name="Apr7d">Of the whole pool over the epochs of the last 7 days; null = unknown. See <see cref="Domain.Staking.ReturnRates"/>.</param>
/// <param name="Roi">Of this account over the period; null = unknown.</param>
/// <param name="NrmPrice">Now; null = unknown, and then the rates are too.</param>
public sealed record StakerReturns(
    WalletAddress Address, DateTimeOffset From, DateTimeOffset To, BigInteger Staked, DateTimeOffset? StakedSince, BigInteger TotalStaked, decimal? Share,
    IReadOnlyList<ReturnEpoch> Epochs, IReadOnlyList<ReturnTotal> Totals, IReadOnlyList<ReturnPoints> Points, decimal? Apr7d, decimal? Apr30d, decimal? Roi, KnownPrice? NrmPrice, string MethodVersion)
{
    /// <summary>What 1,000 NRM of this account brought per day over its newest epochs, per asset; empty without stake.</summary>
    public IReadOnlyList<UnitReturn> PerThousandPerDay(int newest)
    {
        var epochs = Epochs.TakeLast(newest).ToList();
        var nrmDays = epochs.Sum(e => new TokenAmount(e.AverageStake, Asset.Nrm).ToDecimal() * (decimal)(e.To - e.From).TotalDays);
        if (nrmDays <= 0) { return []; }
        return [.. epochs.SelectMany(e => e.Lines).GroupBy(l => l.Asset).OrderBy(g => g.Key.Id, StringComparer.Ordinal).Select(g => new UnitReturn(
            g.Key, decimal.Round(g.Sum(l => new TokenAmount(l.Net, l.Asset).ToDecimal()) / nrmDays * 1000, 12),
            g.Any(l => l.Net.Sign > 0 && l.NetUsd is null) ? null : decimal.Round(g.Sum(l => l.NetUsd ?? 0) / nrmDays * 1000, 8)))];
    }

    /// <summary>The CSV, a line at a time, so that years of dozens of assets are sent while they are made; the columns add up to <see cref="Totals"/> exactly. An unknown price is an empty field.</summary>
    public IEnumerable<string> CsvLines()
    {
        yield return "epoch,from,to,asset,average_stake_nrm,share,gross,cost,fee,net,price_usd,price_at,price_source,net_usd,rent_share_usd,root\n";
        foreach (var (epoch, line) in Epochs.SelectMany(e => e.Lines.Select(l => (e, l))))
        {
            string[] fields =
            [
                Text(epoch.Epoch), StakesCsv.TimeText(epoch.From), StakesCsv.TimeText(epoch.To), line.Asset.Id, Tokens(epoch.AverageStake, Asset.Nrm), Text(epoch.Share),
                Tokens(line.Gross, line.Asset), Tokens(line.Cost, line.Asset), Tokens(line.Fee, line.Asset), Tokens(line.Net, line.Asset),
                Text(line.Price?.Usd), line.Price is { } price ? StakesCsv.TimeText(price.At) : "", Quoted(line.Price?.Source ?? ""), Text(line.NetUsd), Text(epoch.RentUsd), line.Root,
            ];
            yield return string.Join(',', fields) + "\n";
        }
    }

    /// <summary>The CSV as one text.</summary>
    public string ToCsv() => string.Concat(CsvLines());

    private static string Tokens(BigInteger units, Asset asset) => new TokenAmount(units, asset).ToDecimalText();
    private static string Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    // A source is a name of ours, but a comma or a quote in it must not shift the columns.
    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\n\r") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}

/// <summary>What an account may claim of one asset, and the proof.</summary>
/// <param name="Cumulative">All it ever got, base units; what it claimed before is deducted by whoever pays.</param>
/// <param name="Proof">Siblings from its leaf up to the root.</param>
public sealed record StakerClaim(Asset Asset, int Epoch, BigInteger Cumulative, string Root, IReadOnlyList<string> Proof);

/// <summary>A change of an account's stake.</summary>
public sealed record StakeMove(DateTimeOffset At, BigInteger Delta, BigInteger Balance, long BlockNumber, string TxHash);

/// <summary>An account that holds or held stake.</summary>
public sealed record StakerRow(WalletAddress Address, BigInteger Staked, decimal? Share, DateTimeOffset FirstStakedAt, IReadOnlyList<TokenAmount> Earned);

/// <summary>One day of the whole pool.</summary>
/// <param name="UsdPerThousand">Paid to stakers per 1,000 NRM staked, at the prices of the day's end; null = one of them is unknown, or nobody held stake.</param>
public sealed record PoolDay(DateTimeOffset From, int Epoch, decimal? UsdPerThousand);

/// <summary>All stakers together.</summary>
/// <param name="PerThousandPerDay">What 1,000 NRM brought per day over the epochs of the last 7 days, per asset; empty = no epoch closed in them.</param>
/// <param name="Chain">How the reading of the chain goes.</param>
public sealed record StakeTotals(
    BigInteger Staked, int Stakers, decimal? Apr7d, decimal? Apr30d, IReadOnlyList<UnitReturn> PerThousandPerDay, string MethodVersion, DateTimeOffset? ReadTo, ChainReading? Chain = null);

/// <summary>How far the chain is read; null = nothing is.</summary>
/// <param name="Chain">How the reading of the chain goes.</param>
public sealed record StakeReading(DateTimeOffset? ReadTo, ChainReading? Chain);

/// <summary>A change of stake that was counted, until the chain replaced its block.</summary>
/// <param name="NowInBlock">The block that holds the same transaction's change now; null = none that is final does.</param>
public sealed record StakeLost(DateTimeOffset TakenBackAt, BigInteger Delta, long BlockNumber, string BlockHash, string TxHash, long? NowInBlock);

/// <summary>What happened to an account beside its stake: on the way out and back, delegation, claims.</summary>
public sealed record StakerRecord(DateTimeOffset At, ChainRecordKind Kind, BigInteger Amount, long? Number, DateTimeOffset? AvailableAt, WalletAddress? Recipient, string TxHash, long BlockNumber);
