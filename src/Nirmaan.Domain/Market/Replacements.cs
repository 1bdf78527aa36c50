using Nirmaan.Domain.Fleet;

namespace Nirmaan.Domain.Market;

/// <summary>Chooses where another machine is taken in place of one that was lost.</summary>
public static class Replacements
{
    /// <summary>The first offer by the strategy; null = there is none.</summary>
    /// <param name="eligible">In the order of preference.</param>
    /// <param name="lostAt">Who lost the machine. Where a supplier is its own only provider, near is the supplier itself.</param>
    public static Offer? Choose(IReadOnlyList<Offer> eligible, ProviderKey lostAt, Failover failover)
    {
        bool IsThere(Offer o) => o.Supplier == lostAt.Supplier && o.Provider == lostAt.Provider;
        var isOnlyOne = lostAt.Provider == lostAt.Supplier.Value;
        bool IsNear(Offer o) => failover == Failover.SameSupplier && o.Supplier == lostAt.Supplier && (isOnlyOne || !IsThere(o));
        return eligible.OrderByDescending(IsNear).ThenBy(IsThere).FirstOrDefault();
    }
}
