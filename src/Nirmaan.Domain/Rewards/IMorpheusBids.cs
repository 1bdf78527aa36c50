using Nirmaan.Domain.Emissions;

namespace Nirmaan.Domain.Rewards;

/// <summary>Reads the markets that our Morpheus provider bids on. There only where Morpheus is switched on. Throws SupplierUnavailableException when the node cannot be read.</summary>
public interface IMorpheusBids
{
    /// <summary>One market per model name that we offer, or would: sessions of the last day, or since the market began.</summary>
    Task<IReadOnlyList<MorBidMarket>> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken);
}
