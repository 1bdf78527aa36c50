using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>What to bid on a model name, beside what our machines on it cost.</summary>
/// <param name="RentPerDay">USD of the machines whose miners serve that name; null = one's price is unknown.</param>
/// <param name="Machines">So many.</param>
/// <param name="MorUsd">Null = no price that is recent enough.</param>
public sealed record MorBidBook(MorBidAdvice Advice, decimal? RentPerDay, int Machines, KnownPrice? MorUsd)
{
    // Beyond it a price per second has no digits left to be kept with.
    private const decimal MostMorPerSecond = 1_000_000_000;

    /// <summary>What a choice earns a day after fee and rent, USD; null = the rent or the price is unknown.</summary>
    public decimal? ProfitPerDay(MorBidChoice choice) => RentPerDay is { } rent && MorUsd is { } price ? new TokenAmount(choice.NetPerDay, Asset.Mor).ToDecimal() * price.Usd - rent : null;

    /// <summary>The price per second that covers the rent with what a choice serves, wei; null = unknown, it serves nothing, or no price could.</summary>
    public decimal? BreakEven(MorBidChoice choice) => RentPerDay is { } rent && MorUsd is { } price && choice.SecondsPerDay > 0 && rent / choice.SecondsPerDay is var usdPerSecond && usdPerSecond < price.Usd * MostMorPerSecond
        ? decimal.Ceiling(usdPerSecond / price.Usd * (decimal)Asset.Mor.One) : null;
}

/// <summary>Advises what to bid on Morpheus. There is nothing to read where Morpheus is switched off.</summary>
public sealed class MorpheusBidQueries(IDbContextFactory<NirmaanDbContext> contexts, IEnumerable<IMorpheusBids> bids, PriceBook prices, TimeProvider clock)
{
    private readonly IMorpheusBids? _bids = bids.FirstOrDefault();

    /// <summary>One per model name; empty where Morpheus is switched off.</summary>
    /// <exception cref="SupplierUnavailableException">The node cannot be read.</exception>
    public async Task<IReadOnlyList<MorBidBook>> ReadAsync(CancellationToken cancellationToken)
    {
        if (_bids is null) { return []; }
        var markets = await _bids.ReadAsync(clock.GetUtcNow(), cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var machines = await db.Miners.AsNoTracking().Where(m => m.Network == NetworkName.Morpheus)
            .Join(db.Instances.AsNoTracking().Where(i => i.State != InstanceState.Closed && i.State != InstanceState.Failed), m => m.InstanceId, i => i.Id, (m, i) => new { m.NetworkKey, Instance = i }).ToListAsync(cancellationToken);
        var usd = await prices.FindAsync(Asset.Mor.Id, cancellationToken);
        return
        [
            .. from market in markets
               let ours = machines.Where(m => market.OwnModels.Contains(m.NetworkKey)).Select(m => m.Instance.UsdPerHour).ToList()
               select new MorBidBook(MorBidAdvice.Of(market), ours.Contains(null) ? null : ours.Sum(perHour => perHour!.Value) * 24, ours.Count, usd),
        ];
    }
}
