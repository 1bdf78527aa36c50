using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;
using Nirmaan.Networks.Http;

namespace Nirmaan.Networks.Heurist;

/// <summary>
/// Heurist: image and text miners that ask a sequencer for work by themselves, paid in points per address. Its seasons are over; nothing is
/// paid any more, so there are no rewards to read, and what a point is worth is season 1's figure.
/// </summary>
internal sealed class HeuristMiningNetwork(IHeuristApi api, IHeuristTotalsApi totals, IOptions<HeuristOptions> options) : IMiningNetwork
{
    private const string Llama = "llama", Waifu = "waifu";
    private const int TagDigits = 12, SdxlPixels = 4, MostIds = 10;

    private readonly NetworkCalls _calls = new(NetworkName.Heurist.Value);
    private readonly Template _images = HeuristTemplates.Images;
    private readonly Template _texts = HeuristTemplates.Texts;
    private readonly IReadOnlyList<(HeuristModel Model, Template Template)> _models = [.. options.Value.Offered.Select(m => (m, HeuristTemplates.Of(m)))];

    /// <inheritdoc />
    public NetworkName Network => NetworkName.Heurist;

    /// <inheritdoc />
    public IReadOnlyList<Template> Templates => [_images, _texts, .. _models.Select(m => m.Template)];

    /// <inheritdoc />
    public NetworkNotice? NoticeAt(DateTimeOffset now)
    {
        var seasons = options.Value.Seasons.ToList();
        return seasons.Exists(s => s.IsOpenAt(now)) ? null : new NetworkNotice(
            "season closed, 2024 replay",
            string.Create(CultureInfo.InvariantCulture, $"Heurist paid for mining from {seasons[0].From:yyyy-MM-dd} to {seasons[^1].To:yyyy-MM-dd}. ")
            + "Points counted now are a replay and will not be paid; HEU figures are season 1's rate.");
    }

    /// <inheritdoc />
    public MinerIdentity IdentityOf(MinerId miner, Template template, string payoutAddress)
    {
        // With its checksum where it has one: a slip here pays a stranger.
        var address = EvmAddress.Parse(payoutAddress).ToLowerHex();
        // The last digits of a version-7 id are its random ones; the sequencer allows letters, digits and '_' in a tag.
        var key = $"{address}-{miner.Value.ToString("N")[^TagDigits..]}";
        // The image miner runs a process for each card, the i-th under the i-th id; the text miner takes all its cards under one. Points are the address' either way.
        var cards = template.Workload.StartsWith(_images.Workload, StringComparison.Ordinal) ? template.Needs.Gpus : 1;
        if (cards > MostIds) { throw new ArgumentException($"{template.Name}: needs.gpus {cards}; Heurist's image miner knows ids for at most {MostIds} cards.", nameof(template)); }
        return new MinerIdentity(key, payoutAddress, Enumerable.Range(0, cards).ToDictionary(i => $"MINER_ID_{i}", i => i == 0 ? key : $"{key}_{i}"));
    }

    /// <summary>Nothing to do: the miner asks for work by itself.</summary>
    public Task<Effect> EnrolAsync(MinerId miner, string networkKey, Template template, CancellationToken cancellationToken) =>
        Task.FromResult<Effect>(new Effect.Done(networkKey, "the miner asks for work by itself"));

    /// <inheritdoc />
    public Task<string?> FindEnrolmentAsync(string networkKey, CancellationToken cancellationToken) => Task.FromResult<string?>(networkKey);

    /// <summary>Nothing to do: a miner that has ended asks for no more work.</summary>
    public Task<Effect> WithdrawAsync(string networkKey, CancellationToken cancellationToken) => Task.FromResult<Effect>(new Effect.Done(networkKey));

    /// <inheritdoc />
    public async Task<IReadOnlyList<PointsReading>> ReadPointsAsync(IReadOnlyCollection<string> payoutAddresses, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var source = $"stats of {options.Value.BaseUrl!.Host}";
        List<PointsReading> readings = [];
        foreach (var address in payoutAddresses)
        {
            var what = $"stats of {address}";
            using var body = await _calls.ReadAsync(what, () => api.ReadStatsAsync(WalletAddress.Parse(address).Value, cancellationToken), cancellationToken);
            var stats = Read(what, body.RootElement);
            foreach (var (kind, counter) in new[] { (Llama, stats.LlamaPoints), (Waifu, stats.WaifuPoints) })
            {
                if (counter is { } points) { readings.Add(new PointsReading(Network, kind, address, points, now, source)); }
            }
        }
        return readings;
    }

    /// <summary>Which workload earns a kind of points; null = no such kind.</summary>
    public WorkloadName? WorkloadOf(string pointsKind) => pointsKind switch { Llama => _texts.WorkloadName, Waifu => _images.WorkloadName, _ => null };

    /// <summary>Every workload that earns a kind, by what one of its jobs counts: a text by its model's multiplier, an image by its pixels' too.</summary>
    public IReadOnlyDictionary<WorkloadName, decimal> WorkloadsOf(string pointsKind, DateTimeOffset at)
    {
        if (WorkloadOf(pointsKind) is not { } first) { return new Dictionary<WorkloadName, decimal>(); }
        // Mixtral has multiplier 1; the image miner without a model of its own is taken to make images of SDXL.
        var weights = new Dictionary<WorkloadName, decimal> { [first] = pointsKind == Llama ? 1 : SdxlPixels };
        foreach (var (model, template) in _models.Where(m => m.Model is TextModel == (pointsKind == Llama)))
        {
            weights[template.WorkloadName] = (model.MultiplierAt(at) ?? 0) * (model is ImageModel image ? image.Size : 1);
        }
        return weights;
    }

    /// <summary>Empty: the network counts by address, never by miner.</summary>
    public Task<IReadOnlyList<MinerCredit>> ReadCreditsAsync(IReadOnlyCollection<string> networkKeys, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<MinerCredit>>([]);

    /// <summary>Empty: both seasons were paid out in 2024 and 2025, and nothing has been since.</summary>
    public Task<RewardPage> ReadRewardsAsync(string? cursor, IReadOnlyCollection<string> payoutAddresses, CancellationToken cancellationToken) =>
        Task.FromResult(new RewardPage([], cursor));

    /// <inheritdoc />
    public async Task<IReadOnlyList<PoolOutlook>> ReadOutlookAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var read = options.Value.TotalsUrl is null ? null : await _calls.ReadAsync("network totals", () => totals.ReadAsync(cancellationToken), cancellationToken);
        return
        [
            Pool("heurist-llama", "Heurist Llama Points", "Llama Point", Llama, HeuristSeason1.LlamaTokens, HeuristSeason1.LlamaPoints, read, now,
                [.. HeuristPriors.Texts(_texts), .. _models.SelectMany(m => m.Model is TextModel text ? HeuristPriors.Texts(text, m.Template, now) : [])]),
            Pool("heurist-waifu", "Heurist Waifu Points", "Waifu Point", Waifu, HeuristSeason1.WaifuTokens, HeuristSeason1.WaifuPoints, read, now,
                [.. HeuristPriors.Images(_images), .. _models.SelectMany(m => m.Model is ImageModel image ? HeuristPriors.Images(image, m.Template, now) : [])]),
        ];
    }

    private PoolOutlook Pool(
        string pool, string label, string unit, string kind, decimal seasonTokens, decimal seasonPoints, HeuristTotalsWire? read, DateTimeOffset now, IReadOnlyList<WorkPrior> priors)
    {
        var (others, at, source) = read is null
            ? (seasonPoints / HeuristSeason1.Hours, now, "others' points: mean of season 1")
            : (OthersOf(read, kind), read.At ?? now, $"others' points: {options.Value.TotalsUrl!.Host}{options.Value.TotalsUrl.AbsolutePath}, a figure that only the sandbox has");
        return new PoolOutlook(new PoolName(pool), Network, label, Bucket.Emerging, RewardShape.ProRata, Asset.Heu.Id, decimal.Round(seasonTokens / HeuristSeason1.Hours, 6), unit,
            others is { } known ? decimal.Round(known, 4) : null, null, at, $"tokens: season 1's base pool over its 109 days; {source}", Modelled: true, priors);
    }

    /// <summary>The sum over the kind's models; null = one of them is unknown, and so is the sum.</summary>
    private static decimal? OthersOf(HeuristTotalsWire totals, string kind)
    {
        var models = totals.Models?.Where(m => m.Points == kind).ToList() ?? [];
        return models.Count == 0 || models.Exists(m => m.OthersPointsPerHour is null) ? null : models.Sum(m => m.OthersPointsPerHour!.Value);
    }

    private static HeuristStats Read(string what, JsonElement body)
    {
        try { return HeuristStats.Of(body); }
        catch (JsonException e) { throw new SupplierUnavailableException(NetworkName.Heurist.Value, $"{what}: {e.Message}", e); }
    }
}
