using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>Rent entered for one supplier on one UTC day.</summary>
/// <param name="Usd">Metered by us.</param>
/// <param name="AdjustmentUsd">What the supplier's own figures added or took off.</param>
public sealed record RentDay(DateOnly Day, SupplierName Supplier, decimal Usd, decimal AdjustmentUsd);

/// <summary>Nirmaan's fee of one asset booked on one UTC day.</summary>
public sealed record FeeDay(DateOnly Day, Asset Asset, BigInteger Units);

/// <summary>An account of the books. All stakers together are one.</summary>
/// <param name="Accounts">How many accounts it stands for; more than 1 for the stakers.</param>
/// <param name="ValueUsd">At the last accepted price, whose age stands beside it; null = there never was one.</param>
public sealed record BookBalance(string Account, Asset Asset, BigInteger Units, int Accounts, decimal? ValueUsd, KnownPrice? Price);

/// <summary>Reads for whoever watches the money.</summary>
public sealed class TreasuryQueries(IDbContextFactory<NirmaanDbContext> contexts, PriceBook prices)
{
    /// <summary>The line that stands for all stakers.</summary>
    public const string Stakers = "stakers";

    /// <summary>Every balance by asset and account, stakers as one line; per asset they add up to zero.</summary>
    public async Task<IReadOnlyList<BookBalance>> BooksAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Database.SqlQuery<BalanceRow>($"""
            SELECT "Account", asset_id AS "Asset", sum(units) AS "Units", count(DISTINCT account)::int AS "Accounts"
            FROM (SELECT CASE WHEN account LIKE 'staker:%' THEN {Stakers} ELSE account END AS "Account", account, asset_id, units FROM ledger) l GROUP BY "Account", asset_id
            """).ToListAsync(cancellationToken);
        var known = (await prices.LastAsync(cancellationToken)).ToDictionary(p => p.AssetId);
        return [.. rows.Select(r => Balance(r, known)).OrderBy(b => b.Asset.Id, StringComparer.Ordinal).ThenBy(b => b.Account, StringComparer.Ordinal)];
    }

    /// <summary>Rent of each supplier on each UTC day of [from, to), oldest first.</summary>
    public async Task<IReadOnlyList<RentDay>> RentDaysAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var (first, end) = (from.ToUniversalTime(), to.ToUniversalTime());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Database.SqlQuery<RentRow>($"""
            SELECT (at AT TIME ZONE 'UTC')::date AS "Day", substr(account, {LedgerAccounts.RentPrefix.Length + 1}) AS "Supplier",
                coalesce(sum(units) FILTER (WHERE cause = {LedgerCauses.Rent}), 0) AS "Units", coalesce(sum(units) FILTER (WHERE cause = {LedgerCauses.RentAdjustment}), 0) AS "Adjustment"
            FROM ledger WHERE starts_with(account, {LedgerAccounts.RentPrefix}) AND at >= {first} AND at < {end} GROUP BY 1, 2 ORDER BY 1, 2
            """).ToListAsync(cancellationToken);
        return [.. rows.Select(r => new RentDay(r.Day, new SupplierName(r.Supplier), new TokenAmount(r.Units, Asset.Usd).ToDecimal(), new TokenAmount(r.Adjustment, Asset.Usd).ToDecimal()))];
    }

    /// <summary>Fees booked on each UTC day of [from, to), oldest first.</summary>
    public async Task<IReadOnlyList<FeeDay>> FeeDaysAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var (first, end) = (from.ToUniversalTime(), to.ToUniversalTime());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Database.SqlQuery<FeeRow>($"""
            SELECT (at AT TIME ZONE 'UTC')::date AS "Day", asset_id AS "Asset", sum(units) AS "Units"
            FROM ledger WHERE account = {LedgerAccounts.Fees} AND at >= {first} AND at < {end} GROUP BY 1, 2 ORDER BY 1, 2
            """).ToListAsync(cancellationToken);
        return [.. rows.Select(r => new FeeDay(r.Day, Asset.Of(r.Asset), r.Units))];
    }

    private static BookBalance Balance(BalanceRow row, Dictionary<string, KnownPrice> prices)
    {
        var asset = Asset.Of(row.Asset);
        var price = asset == Asset.Usd ? null : prices.GetValueOrDefault(asset.Id);
        var amount = new TokenAmount(row.Units, asset).ToDecimal();
        return new BookBalance(row.Account, asset, row.Units, row.Accounts, asset == Asset.Usd ? amount : price is null ? null : decimal.Round(amount * price.Usd, 8), price);
    }

    private sealed record BalanceRow(string Account, string Asset, BigInteger Units, int Accounts);

    private sealed record RentRow(DateOnly Day, string Supplier, BigInteger Units, BigInteger Adjustment);

    private sealed record FeeRow(DateOnly Day, string Asset, BigInteger Units);
}
