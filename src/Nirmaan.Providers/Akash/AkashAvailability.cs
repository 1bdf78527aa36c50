using System.Collections.Concurrent;
using System.Globalization;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.Akash;

/// <summary>
/// How many GPUs are free, as good as it can be known without an auction: who would bid now (and with how many, where the server says so),
/// else the provider's own count. What cannot be read leaves one GPU as the hint: offers must not vanish because a statistic did.
/// </summary>
internal sealed class AkashAvailability(IAkashApi api, SupplierCalls calls, int callsAtOnce)
{
    private const long Gi = 1024L * 1024 * 1024;

    /// <summary>Free GPUs of each pair.</summary>
    public async Task<Dictionary<AkashPair, int>> ReadAsync(IReadOnlyList<AkashPair> pairs, bool screen, CancellationToken cancellationToken)
    {
        var bidders = screen ? await ScreenAsync(pairs, cancellationToken) : [];
        // Null = would bid, or was not asked: then the provider's own count decides.
        int? Said(AkashPair pair) => !bidders.TryGetValue((pair.Gpu, pair.Gpus), out var found) ? null
            : found.TryGetValue(pair.Provider.Owner!, out var gpus) ? gpus : 0;
        var stock = await CountAsync(pairs.Where(p => Said(p) is null).Select(p => p.Provider.Owner!).Distinct(StringComparer.Ordinal), cancellationToken);
        return pairs.ToDictionary(p => p, p => Said(p) ?? Own(p, stock) ?? p.Gpus);
    }

    private static int? Own(AkashPair pair, ConcurrentDictionary<string, List<AkashStockWire>> stock)
    {
        if (!stock.TryGetValue(pair.Provider.Owner!, out var rows)) { return null; }
        var fitting = rows.Where(r => AkashGpus.Card(r.Model, r.Ram, r.Interface).Fits(pair.Card)).ToList();
        return fitting.Count == 0 ? null : Whole(fitting.Sum(r => (r.Allocatable ?? 0) - (r.Allocated ?? 0)));
    }

    /// <summary>By model and size: who would bid, with how many GPUs free where that is said. A model whose screening fails is left out.</summary>
    private async Task<Dictionary<(GpuModel, int), Dictionary<string, int?>>> ScreenAsync(IReadOnlyList<AkashPair> pairs, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<(GpuModel, int), Dictionary<string, int?>>();
        await EachAsync(pairs.Select(p => (p.Gpu, p.Gpus)).Distinct(), async (wanted, token) =>
        {
            var answer = await calls.ReadAsync("bid-screening", () => api.ScreenBidsAsync(Screening(wanted.Gpu, wanted.Gpus), token), token);
            if (answer.Providers is not { } bidders) { return; }
            found[wanted] = bidders.Where(b => b.Owner is not null).DistinctBy(b => b.Owner)
                .ToDictionary(b => b.Owner!, b => b.AvailableGpus is { } gpus ? (int?)Whole(gpus) : null, StringComparer.Ordinal);
        }, cancellationToken);
        return new(found);
    }

    private async Task<ConcurrentDictionary<string, List<AkashStockWire>>> CountAsync(IEnumerable<string> providers, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, List<AkashStockWire>>(StringComparer.Ordinal);
        await EachAsync(providers, async (provider, token) =>
        {
            var answer = await calls.ReadAsync("gpu", () => api.ReadGpuStockAsync(provider, token), token);
            if (answer.Gpus?.Details is { } details) { found[provider] = [.. details.Values.SelectMany(rows => rows ?? [])]; }
        }, cancellationToken);
        return found;
    }

    private Task EachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> read, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = callsAtOnce, CancellationToken = cancellationToken }, async (item, token) =>
        {
            try { await read(item, token); }
            catch (SupplierUnavailableException) { }
        });

    /// <summary>A miner of middling size at a price that nobody finds too low: only the GPU is asked about.</summary>
    private static AkashScreeningBody Screening(GpuModel gpu, int gpus)
    {
        static AkashValueBody Value(long value) => new(value.ToString(CultureInfo.InvariantCulture));
        var cards = new AkashGpuBody(Value(gpus), [new(AkashGpus.CardOf(gpu).ToKey(), "true")]);
        var resource = new AkashResourceBody(1, new(Value(4000)), new(Value(16 * Gi)), cards, [new("default", Value(40 * Gi))]);
        return new AkashScreeningBody([new(resource, 1, new(AkashUnits.Denom, Value(AkashUnits.MaxCeiling).Val))], "UTC");
    }

    private static int Whole(decimal number) => (int)decimal.Clamp(decimal.Floor(number), 0, int.MaxValue);
}
