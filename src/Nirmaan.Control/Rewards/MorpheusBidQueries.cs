using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>What to bid on a model name, beside what our machines on it cost.</summary>
/// <param name="RentPerDay">USD of the machines whose miners serve Morpheus; null = one's price is unknown. It stands against all markets together.</param>
/// <param name="Machines">So many.</param>
/// <param name="MorUsd">Null = no price that is recent enough.</param>
public sealed record MorBidBook(IReadOnlyList<MorBidAdvice> Advice, decimal? RentPerDay, int Machines, KnownPrice? MorUsd)
{
    /// <summary>What a choice earns a day after fee and rent, USD; null = the rent or the price is unknown.</summary>
    public decimal? ProfitPerDay(MorBidChoice choice) => RentPerDay is { } rent && MorUsd is { } price ? new TokenAmount(choice.NetPerDay, Asset.Mor).ToDecimal() * price.Usd - rent : null;

    /// <summary>The price per second that covers the rent with what a choice serves, wei; null = unknown, or it serves nothing.</summary>
    public decimal? BreakEven(MorBidChoice choice) => RentPerDay is { } rent && MorUsd is { Usd: > 0 } price && choice.SecondsPerDay > 0 ? decimal.Ceiling(rent / price.Usd / choice.SecondsPerDay * 1_000_000_000_000_000_000m) : null;
}

/// <summary>Advises what to bid on Morpheus. There is nothing to read where Morpheus is switched off.</summary>
public sealed class MorpheusBidQueries(IDbContextFactory<NirmaanDbContext> contexts, IEnumerable<IMorpheusBids> bids, PriceBook prices, TimeProvider clock)
{
    private readonly IMorpheusBids? _bids = bids.FirstOrDefault();

    /// <summary>The advice for each model name; null where Morpheus is switched off.</summary>
    /// <exception cref="SupplierUnavailableException">The node cannot be read.</exception>
    public async Task<MorBidBook?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_bids is null) { return null; }
        var markets = await _bids.ReadAsync(clock.GetUtcNow(), cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var machines = await db.Instances.AsNoTracking()
            .Where(i => i.State != InstanceState.Closed && i.State != InstanceState.Failed && db.Miners.Any(m => m.InstanceId == i.Id && m.Network == NetworkName.Morpheus)).ToListAsync(cancellationToken);
        var rent = machines.TrueForAll(i => i.UsdPerHour is not null) ? machines.Sum(i => i.UsdPerHour!.Value) * 24 : (decimal?)null;
        return new MorBidBook([.. markets.Select(MorBidAdvice.Of)], rent, machines.Count, await prices.FindAsync(Asset.Mor.Id, cancellationToken));
    }
}
