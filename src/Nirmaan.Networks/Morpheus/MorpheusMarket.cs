using System.Globalization;
using System.Numerics;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Evm;

namespace Nirmaan.Networks.Morpheus;

/// <summary>The market of one model name: what rivals ask, what we ask, and how much users want.</summary>
internal sealed class MorpheusMarket(MorpheusNode node, IOptions<MorpheusOptions> options)
{
    private const double EvidenceHours = 1;
    private static readonly TimeSpan s_window = TimeSpan.FromHours(24), s_shortestWindow = TimeSpan.FromHours(1);

    /// <summary>What we would bid now, wei per second: the set price, or a little below the lowest rival, within our floor and cap.</summary>
    public async Task<BigInteger> PriceAsync(EvmAddress own, string name, CancellationToken cancellationToken) =>
        PriceAgainst(options.Value.BidPricePerSecondWei is null ? await ReadRivalsAsync(own, OfName(await node.ListModelsAsync(cancellationToken), name), cancellationToken) : []);

    /// <summary>
    /// The pool as the optimiser takes it (docs/networks.md): demand is what our bid wins of the users' session-seconds, the value is that
    /// demand at our price, and neither exceeds the day's budget.
    /// </summary>
    public async Task<PoolOutlook> ReadOutlookAsync(Template template, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var name = template.Env["MODEL_NAME"];
        var own = await node.ReadProviderAsync(cancellationToken);
        var models = OfName(await node.ListModelsAsync(cancellationToken), name);
        var ids = models.Select(m => m.Id).ToHashSet();
        var rivals = await ReadRivalsAsync(own, models, cancellationToken);
        var ours = (await node.ListProviderBidsAsync(own, cancellationToken)).Where(b => ids.Contains(b.ModelId)).ToList();
        var price = ours.Count > 0 ? ours.Aggregate(BigInteger.Zero, (sum, b) => sum + b.PricePerSecond) / ours.Count : PriceAgainst(rivals);

        var (sessions, from) = await ReadSessionsAsync(rivals.Select(b => b.Provider).Append(own), ids, now, cancellationToken);
        decimal PerHour(IEnumerable<EvmAddress> providers) => providers.Sum(p => sessions[p].Sum(s => s.SecondsWithin(from, now))) / (decimal)(now - from).TotalHours;

        // Users take the lowest bid: those of a rival who asks less than we do stay with it.
        var cheaper = rivals.GroupBy(b => b.Provider).Where(g => g.Min(b => b.PricePerSecond) < price).Select(g => g.Key).ToHashSet();
        var demand = PerHour(sessions.Keys.Where(p => !cheaper.Contains(p)));
        var budgetPerHour = await node.ReadBudgetAsync(cancellationToken) / 24;
        var value = BigInteger.Min(new BigInteger(decimal.Truncate(demand)) * price, budgetPerHour);
        var source = string.Create(CultureInfo.InvariantCulture, $"sessions of {sessions.Count} providers of {name} in {(now - from).TotalHours:0.#} h, ")
            + string.Create(CultureInfo.InvariantCulture, $"{(ours.Count > 0 ? "our bid" : "the bid we would post")} at {price} wei per second, {cheaper.Count} rivals below it");
        return new PoolOutlook(
            new PoolName("morpheus"), NetworkName.Morpheus, $"Morpheus, {name}", Bucket.Established, RewardShape.BidPriced, Asset.Mor.Id, new TokenAmount(value, Asset.Mor).ToDecimal(),
            "session-second", decimal.Round(PerHour(sessions.Keys.Where(p => p != own)), 2), demand > 0 ? decimal.Round(demand, 2) : null, now, source, Modelled: false, Priors(template));
    }

    private BigInteger PriceAgainst(List<MorpheusBid> rivals)
    {
        var o = options.Value;
        if (o.BidPricePerSecondWei is { } set) { return set; }
        return rivals.Count == 0 ? o.OpeningPricePerSecondWei
            : BigInteger.Clamp(rivals.Min(b => b.PricePerSecond) * (10_000 - o.UndercutBasisPoints) / 10_000, o.FloorPricePerSecondWei, o.CapPricePerSecondWei);
    }

    /// <summary>Sessions on the models per provider, and from when on they are looked at: for a day, or since a younger market began.</summary>
    private async Task<(Dictionary<EvmAddress, List<MorSession>> Sessions, DateTimeOffset From)> ReadSessionsAsync(IEnumerable<EvmAddress> providers, HashSet<string> models, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Dictionary<EvmAddress, List<MorSession>> sessions = [];
        var from = now - s_window;
        foreach (var provider in providers.Distinct())
        {
            sessions[provider] = [.. (await node.ListSessionsAsync(provider, from - options.Value.LongestSession, cancellationToken)).Where(s => models.Contains(s.ModelId))];
        }
        // A market younger than a day is judged by its own age, or it would look empty.
        var first = sessions.Values.SelectMany(s => s).Select(s => s.OpenedAt).DefaultIfEmpty(from).Min();
        return (sessions, first <= from ? from : first < now - s_shortestWindow ? first : now - s_shortestWindow);
    }

    /// <summary>What the bid adviser goes by, for one model name.</summary>
    public async Task<MorBidMarket> ReadBidMarketAsync(EvmAddress own, string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var o = options.Value;
        var models = OfName(await node.ListModelsAsync(cancellationToken), name);
        var ids = models.Select(m => m.Id).ToHashSet();
        var rivals = await ReadRivalsAsync(own, models, cancellationToken);
        var ours = (await node.ListProviderBidsAsync(own, cancellationToken)).Where(b => ids.Contains(b.ModelId)).ToList();
        var (sessions, from) = await ReadSessionsAsync(rivals.Select(b => b.Provider).Append(own), ids, now, cancellationToken);
        var qualities = await ReadQualitiesAsync(rivals.Concat(ours).Select(b => b.ModelId).Distinct(), cancellationToken);
        double? Quality(IEnumerable<MorpheusBid> bids) => bids.Select(b => qualities.TryGetValue(b.Id, out var q) ? q : (double?)null).Min();
        var rated = rivals.GroupBy(b => b.Provider).Select(g => (Provider: g.Key, Price: g.Min(b => b.PricePerSecond), Quality: Quality(g))).ToList();
        // Half a rating would set those who have one against those who have none.
        var isRated = rated.Count > 0 && rated.TrueForAll(r => r.Quality is not null) && (ours.Count == 0 || Quality(ours) is not null);
        IReadOnlyList<MorStay> Stays(EvmAddress provider) => [.. sessions[provider].Where(s => s.OpenedAt < now && s.End > from).Select(s => new MorStay(s.OpenedAt, s.End < now ? s.End : now))];
        return new MorBidMarket(
            name, [.. models.Where(m => m.Owner == own && !m.IsDeleted).Select(m => m.Id)], ours.Count > 0 ? ours.Aggregate(BigInteger.Zero, (sum, b) => sum + b.PricePerSecond) / ours.Count : null,
            // Who has no bid yet has no record either: no better than the worst of the others.
            isRated ? Quality(ours) ?? rated.Min(r => r.Quality!.Value) : 1, ours.Count, ours.Count * o.SlotsPerMiner, Stays(own),
            [.. rated.OrderBy(r => r.Price).ThenBy(r => r.Provider.ToString(), StringComparer.Ordinal).Select(r => new MorRival(r.Provider.ToString(), r.Price, isRated ? r.Quality!.Value : 1, Stays(r.Provider)))],
            from, now, sessions.Values.SelectMany(s => s).Where(s => s.OpenedAt < now && s.End > from).Select(s => (BigInteger?)s.PricePerSecond).Max(), o.FloorPricePerSecondWei, o.CapPricePerSecondWei,
            MorpheusOptions.Wei(o.BidFeeMor), o.UndercutBasisPoints, isRated);
    }

    /// <summary>By bid; empty where the node rates nobody.</summary>
    private async Task<IReadOnlyDictionary<string, double>> ReadQualitiesAsync(IEnumerable<string> models, CancellationToken cancellationToken)
    {
        Dictionary<string, double> all = [];
        try
        {
            foreach (var model in models)
            {
                foreach (var (bid, quality) in await node.ReadQualitiesAsync(model, cancellationToken)) { all[bid] = quality; }
            }
            return all;
        }
        // An older node has no ratings; the market is still one without them.
        catch (SupplierUnavailableException) { return new Dictionary<string, double>(); }
    }

    /// <summary>Standing bids of others on the name. Bids of others on our own models are not looked for: users find those by our model's id.</summary>
    private async Task<List<MorpheusBid>> ReadRivalsAsync(EvmAddress own, IReadOnlyList<MorpheusModel> models, CancellationToken cancellationToken)
    {
        List<MorpheusBid> rivals = [];
        foreach (var model in models.Where(m => m.Owner != own && !m.IsDeleted))
        {
            rivals.AddRange((await node.ListModelBidsAsync(model.Id, cancellationToken)).Where(b => b.Provider != own));
        }
        return rivals;
    }

    private static List<MorpheusModel> OfName(IEnumerable<MorpheusModel> models, string name) => [.. models.Where(m => m.Name == name)];

    /// <summary>A slot that is taken all hour earns 3,600 session-seconds, on any card that holds the model: users pay for time, not for speed.</summary>
    private List<WorkPrior> Priors(Template template) =>
        [.. GpuCatalogue.All.Where(g => g.VramGb >= template.Needs.MinVramGb).Select(g => new WorkPrior(
            template.WorkloadName, g.Model.Id, 3600.0 * options.Value.SlotsPerMiner / template.Needs.Gpus, EvidenceHours, $"{options.Value.SlotsPerMiner} session slots, taken all hour"))];
}
