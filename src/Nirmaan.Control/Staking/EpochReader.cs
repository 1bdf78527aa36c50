using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Staking;

/// <summary>A closed epoch of one asset with the weights of all and of one account.</summary>
/// <param name="TotalWeight">Stake x seconds of all lines.</param>
/// <param name="Weight">Stake x seconds of the account; null = it has no line.</param>
internal sealed record EpochLine(
    int Epoch, DateTimeOffset From, DateTimeOffset To, string AssetId, BigInteger Cost, BigInteger Fee, BigInteger Pool, decimal RentUsd, string Root,
    BigInteger TotalWeight, BigInteger? Weight, BigInteger? Amount, BigInteger? Cumulative)
{
    /// <summary>Time-weighted stake of all, base units of NRM.</summary>
    public BigInteger AverageTotal => Average(TotalWeight);

    /// <summary>Weight as a mean over the epoch, rounded down.</summary>
    public BigInteger Average(BigInteger weight) => weight / (long)(To - From).TotalSeconds;
}

/// <summary>An account's line of a closed epoch, as the database keeps it beside the leaves. Written by nobody else.</summary>
/// <param name="Leaf">Its place among the leaves, from 0.</param>
internal sealed record EpochShare(WalletAddress Account, string AssetId, int Epoch, BigInteger Weight, BigInteger Amount, BigInteger Cumulative, int Leaf);

internal static class EpochReader
{
    /// <summary>Epochs that ended in (from, to], oldest first; with the account's line where one is asked for. The other lines stay in the database.</summary>
    public static async Task<IReadOnlyList<EpochLine>> ReadAsync(NirmaanDbContext db, WalletAddress? account, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var (text, after, until) = (account?.Value ?? "", from.ToUniversalTime(), to.ToUniversalTime());
        return await db.Database.SqlQuery<EpochLine>($"""
            SELECT d.epoch AS "Epoch", d.starts_at AS "From", d.ends_at AS "To", d.asset_id AS "AssetId", d.cost AS "Cost", d.fee AS "Fee", d.pool AS "Pool",
                d.rent_usd AS "RentUsd", d.root AS "Root", d.total_weight AS "TotalWeight", s.weight AS "Weight", s.amount AS "Amount", s.cumulative AS "Cumulative"
            FROM distributions d LEFT JOIN epoch_shares s ON s.account = {text} AND s.asset_id = d.asset_id AND s.epoch = d.epoch
            WHERE d.ends_at > {after} AND d.ends_at <= {until}
            """).OrderBy(e => e.From).ThenBy(e => e.AssetId).ToListAsync(cancellationToken);
    }
}
