using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Testing;

/// <summary>A feed that quotes what a test put in.</summary>
public sealed class FakePriceFeed : IPriceFeed
{
    /// <summary>The quotes; those of assets not asked for are left out.</summary>
    public List<PriceQuote> Quotes { get; } = [];
    /// <summary>True: it cannot be read.</summary>
    public bool Down { get; set; }

    /// <inheritdoc />
    public Task<IReadOnlyList<PriceQuote>> ReadAsync(IReadOnlyCollection<Asset> assets, CancellationToken cancellationToken) => Down
        ? throw new SupplierUnavailableException("fake feed", "it is down")
        : Task.FromResult<IReadOnlyList<PriceQuote>>([.. Quotes.Where(q => assets.Any(a => a.Id == q.AssetId))]);
}
