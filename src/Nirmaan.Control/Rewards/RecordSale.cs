using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>A sale as someone tells it; the fields are those of <see cref="Sale"/>.</summary>
public sealed record SaleRequest(string Transaction, Asset Asset, BigInteger Units, decimal PriceUsd, decimal FeesUsd, DateTimeOffset At, string Venue, SaleSource Source, int? Epoch);

/// <summary>What became of a recording.</summary>
public abstract record SaleOutcome
{
    private SaleOutcome() { }

    /// <summary>It is in the books.</summary>
    public sealed record Recorded(Sale Sale) : SaleOutcome;
    /// <summary>The transaction is recorded already; nothing was booked.</summary>
    public sealed record Known(Sale Sale) : SaleOutcome;
    /// <summary>So much is not there to be sold.</summary>
    public sealed record MoreThanHeld(TokenAmount Held) : SaleOutcome;
    /// <summary>The epoch is closed; the next one is open.</summary>
    public sealed record EpochClosed(int Next) : SaleOutcome;
}

/// <summary>
/// Records tokens that were sold, outside of here, with one booking: what was sold leaves its account, dollars come in. A sale of an epoch's
/// receipts pays their part of the rent when the epoch closes; what it brings too much pays the next one's. Nothing is sold by this.
/// </summary>
public sealed class RecordSale(IDbContextFactory<NirmaanDbContext> contexts, PriceBook prices, ControlEvents events, IOptions<RewardsOptions> options, TimeProvider clock)
{
    // More than there is of any token, and at the highest price still what a decimal holds.
    private static readonly BigInteger s_mostTokens = 1_000_000_000_000;
    private static readonly TimeSpan s_marketReach = TimeSpan.FromHours(1), s_clockSkew = TimeSpan.FromMinutes(5);

    /// <summary>Records a sale.</summary>
    /// <exception cref="InvalidInputException">A field makes no sense.</exception>
    public async Task<SaleOutcome> RunAsync(SaleRequest request, string by, CancellationToken cancellationToken)
    {
        var reference = Check(request);
        var at = StoredTime.Of(request.At);
        var market = await prices.FindAsync(request.Asset.Id, at, cancellationToken) is { } price && price.Age <= s_marketReach ? price : null;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await EpochCalendar.LockAsync(db, cancellationToken);
        if (await Standing(db).AsNoTracking().SingleOrDefaultAsync(s => s.Transaction == reference && s.AssetId == request.Asset.Id, cancellationToken) is { } known) { return new SaleOutcome.Known(known); }
        if (request.Source == SaleSource.Rewards)
        {
            var firstDay = await EpochCalendar.FirstDayAsync(db, options.Value, cancellationToken) ?? throw new InvalidInputException("epoch", request.Epoch, "none: nobody has staked yet");
            var next = await EpochCalendar.NextAsync(db, request.Asset, firstDay, cancellationToken);
            if (request.Epoch < next.Epoch) { return new SaleOutcome.EpochClosed(next.Epoch); }
            var unsold = await EpochCalendar.UnsoldAsync(db, request.Asset, EpochCalendar.Of(request.Epoch!.Value, firstDay), request.Epoch == next.Epoch, cancellationToken);
            if (request.Units > unsold) { return new SaleOutcome.MoreThanHeld(new TokenAmount(unsold, request.Asset)); }
        }
        else if (await BalanceAsync(db, request, cancellationToken) is var held && request.Units > held) { return new SaleOutcome.MoreThanHeld(new TokenAmount(held, request.Asset)); }

        var now = StoredTime.Of(clock.GetUtcNow());
        var sale = new Sale(
            Guid.CreateVersion7(now), reference, request.Asset.Id, request.Units, request.PriceUsd, request.FeesUsd, at, request.Venue.Trim(), request.Source, request.Epoch, market?.Usd, market?.Source, by, now);
        db.Sales.Add(sale);
        db.Ledger.AddRange(sale.Book(at).ToEntries());
        db.Note(now, "sale", sale.Id, by, "recorded", FormattableString.Invariant($"{sale.Amount} sold at ${sale.PriceUsd} on {sale.Venue}, net ${sale.NetUsd}; transaction {sale.Transaction}"));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Changed(Topic.Rewards);
        return new SaleOutcome.Recorded(sale);
    }

    /// <summary>Takes a wrong record back, with its booking. False = there is none that stands, or its epoch is closed.</summary>
    public async Task<bool> TakeBackAsync(Guid id, string by, string why, CancellationToken cancellationToken)
    {
        if (why.Trim().Length < 3) { throw new InvalidInputException("why", why, "a reason"); }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await EpochCalendar.LockAsync(db, cancellationToken);
        if (await Standing(db).SingleOrDefaultAsync(s => s.Id == id, cancellationToken) is not { } sale || await db.Distributions.AnyAsync(d => d.AssetId == sale.AssetId && d.Epoch == sale.Epoch, cancellationToken)) { return false; }
        var now = StoredTime.Of(clock.GetUtcNow());
        sale.TakeBack(now);
        db.Ledger.AddRange(sale.Book(now, isUndone: true).ToEntries());
        db.Note(now, "sale", sale.Id, by, "taken back", why.Trim());
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Changed(Topic.Rewards);
        return true;
    }

    private string Check(SaleRequest request)
    {
        var reference = TransactionReference.Read(request.Transaction, "the transaction's hash or the venue's reference");
        if (request.Asset == Asset.Usd) { throw new InvalidInputException("asset", request.Asset.Id, "a token"); }
        if (request.Units.Sign <= 0 || request.Units > s_mostTokens * BigInteger.Pow(10, request.Asset.Decimals)) { throw new InvalidInputException("units", request.Units, $"base units above 0, of at most {s_mostTokens} tokens"); }
        if (request.PriceUsd is <= 0 or > 1_000_000_000) { throw new InvalidInputException("priceUsd", request.PriceUsd, "dollars per token, above 0"); }
        var proceeds = new TokenAmount(request.Units, request.Asset).ToDecimal() * request.PriceUsd;
        if (request.FeesUsd < 0 || request.FeesUsd > proceeds) { throw new InvalidInputException("feesUsd", request.FeesUsd, FormattableString.Invariant($"dollars from 0 to what the sale brought, {proceeds:0.00}")); }
        if (request.At > clock.GetUtcNow() + s_clockSkew) { throw new InvalidInputException("at", $"{request.At:u}", "a time that has passed"); }
        if (request.Venue.Trim().Length is < 2 or > 100) { throw new InvalidInputException("venue", request.Venue, "where it was sold, 2 to 100 characters"); }
        if (request.Source == SaleSource.Rewards && request.Epoch is not >= 1) { throw new InvalidInputException("epoch", request.Epoch, "the epoch whose receipts were sold"); }
        if (request.Source != SaleSource.Rewards && request.Epoch is not null) { throw new InvalidInputException("epoch", request.Epoch, "none: these are no epoch's receipts"); }
        return reference;
    }

    private static IQueryable<Sale> Standing(NirmaanDbContext db) => db.Sales.Where(s => s.TakenBackAt == null);

    private static async Task<BigInteger> BalanceAsync(NirmaanDbContext db, SaleRequest request, CancellationToken cancellationToken)
    {
        var account = request.Source == SaleSource.Fees ? LedgerAccounts.Fees : LedgerAccounts.Cover;
        return await db.Database.SqlQuery<BigInteger>($"""SELECT coalesce(sum(units), 0) AS "Value" FROM ledger WHERE account = {account} AND asset_id = {request.Asset.Id}""").SingleAsync(cancellationToken);
    }
}
