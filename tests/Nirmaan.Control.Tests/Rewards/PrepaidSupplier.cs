using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Tests.Rewards;

/// <summary>io.net as far as the books care: hours are paid up front. It is never called.</summary>
internal sealed class PrepaidSupplier : IComputeProvider
{
    public SupplierName Supplier => SupplierName.IoNet;
    public SupplierTraits Traits { get; } = new(HasBids: false, ListsNames: true, Prepaid: true, ChangesInPlace: true, new SupplierAbilities(false, true, 8, null));
    public Task<IReadOnlyList<OfferQuote>> ListOffersAsync(CancellationToken cancellationToken) => throw NotCalled();
    public Task<Effect> CreateAsync(RentRequest request, CancellationToken cancellationToken) => throw NotCalled();
    public Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken) => throw NotCalled();
    public Task<SupplierInstance?> FindAsync(string externalId, CancellationToken cancellationToken) => throw NotCalled();
    public Task<IReadOnlyList<Bid>> ListBidsAsync(string externalId, InstanceWish wish, CancellationToken cancellationToken) => throw NotCalled();
    public Task<Effect> AcceptBidAsync(string externalId, string bidRef, string? createAnswer, CancellationToken cancellationToken) => throw NotCalled();
    public Task<Effect> ChangeAsync(string externalId, RentRequest request, CancellationToken cancellationToken) => throw NotCalled();
    public Task<Effect> ExtendAsync(string externalId, int hours, CancellationToken cancellationToken) => throw NotCalled();
    public Task<Effect> CloseAsync(string externalId, CancellationToken cancellationToken) => throw NotCalled();
    public Task<IReadOnlyList<LogLine>?> ReadLogTailAsync(string externalId, int lines, CancellationToken cancellationToken) => throw NotCalled();
    public Task<SupplierBalance> ReadBalanceAsync(CancellationToken cancellationToken) => throw NotCalled();
    private static InvalidOperationException NotCalled() => new("The books read a supplier's traits only.");
}
