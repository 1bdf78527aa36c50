namespace Nirmaan.Domain.Market;

/// <summary>How many machines to take of one offer.</summary>
public sealed record OfferShare(Offer Offer, int Machines);

/// <summary>The cheapest way to get a number of machines, or as many as there are.</summary>
/// <param name="Wanted">Machines asked for; each runs one miner.</param>
/// <param name="UsdPerHour">Rent of all chosen machines, USD per hour.</param>
public sealed record Selection(int Wanted, int GpusPerMiner, IReadOnlyList<OfferShare> Chosen, decimal UsdPerHour)
{
    /// <summary>Machines found.</summary>
    public int Found => Chosen.Sum(c => c.Machines);

    /// <summary>Takes the cheapest eligible offers first. Each machine is rented with exactly <paramref name="gpusPerMiner"/> GPUs.</summary>
    public static Selection Cheapest(OfferSearchResult search, int machines, int gpusPerMiner)
    {
        var chosen = new List<OfferShare>();
        var left = machines;
        foreach (var offer in search.Eligible)
        {
            if (left == 0) { break; }
            var take = Math.Min(left, offer.Available);
            if (take < 1) { continue; }
            chosen.Add(new OfferShare(offer, take));
            left -= take;
        }
        return new Selection(machines, gpusPerMiner, chosen, chosen.Sum(c => c.Machines * gpusPerMiner * c.Offer.UsdPerGpuHour!.Value));
    }
}
