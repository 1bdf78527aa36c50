using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;
using Nirmaan.Providers.Logs;

namespace Nirmaan.Providers.RunPod;

/// <summary>RunPod's pods. One pod is one container on one machine, billed by the second until it is terminated.</summary>
internal sealed class RunPodComputeProvider : IComputeProvider, IDisposable
{
    private const string NoBalance = "RunPod's interface v2 names no credit. Look it up in the console; at zero, pods are terminated.";
    private const int MostLines = 5000;
    private static readonly string[] s_noCapacity = ["no longer any", "not enough", "capacity", "unavailable", "not available", "could not be placed"];

    private readonly IRunPodApi _api;
    private readonly RunPodOptions _options;
    private readonly SupplierCalls _calls;
    private readonly RunPodOffers _offers;
    private readonly RunPodBilling _billing;
    private readonly RunPodInventory _inventory;
    private readonly TimeProvider _clock;

    public RunPodComputeProvider(IRunPodApi api, IOptions<RunPodOptions> options, TimeProvider clock)
    {
        (_api, _options, _clock, _calls) = (api, options.Value, clock, new SupplierCalls(SupplierName.RunPod, clock));
        (_offers, _billing) = (new RunPodOffers(api, _calls, _options), new RunPodBilling(api, _calls, _options, clock));
        _inventory = new RunPodInventory(api, _calls, _options, _billing);
    }

    /// <inheritdoc />
    public SupplierName Supplier => SupplierName.RunPod;

    /// <inheritdoc />
    public SupplierTraits Traits => new(
        HasBids: false, ListsNames: true, Prepaid: false, ChangesInPlace: true,
        new SupplierAbilities(OffersVms: false, OffersInboundPorts: true, Math.Max(8, _options.Sizes.Max()), _options.MiningPermission), StreamsLogs: true);

    /// <inheritdoc />
    public Task<IReadOnlyList<OfferQuote>> ListOffersAsync(CancellationToken cancellationToken) => _offers.ListAsync(cancellationToken);

    /// <inheritdoc />
    public async Task<Effect> CreateAsync(RentRequest request, CancellationToken cancellationToken) =>
        RentEnv.Scrub(await _calls.ActAsync(() => PlaceAsync(request, cancellationToken), Judge, cancellationToken), request);

    /// <inheritdoc />
    public Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken) => _inventory.ListAsync(cancellationToken);

    /// <inheritdoc />
    public Task<SupplierInstance?> FindAsync(string externalId, CancellationToken cancellationToken) => _inventory.FindAsync(externalId, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<Bid>> ListBidsAsync(string externalId, InstanceWish wish, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Bid>>([]);

    /// <inheritdoc />
    public Task<Effect> AcceptBidAsync(string externalId, string bidRef, string? createAnswer, CancellationToken cancellationToken) =>
        Task.FromResult<Effect>(new Effect.Refused("unsupported", "RunPod has no bids", RetryElsewhere: false));

    /// <inheritdoc />
    public async Task<Effect> ChangeAsync(string externalId, RentRequest request, CancellationToken cancellationToken) =>
        RentEnv.Scrub(await _calls.ActAsync(() => PatchAsync(externalId, request, cancellationToken), Judge, cancellationToken), request);

    /// <inheritdoc />
    public Task<Effect> ExtendAsync(string externalId, int hours, CancellationToken cancellationToken) =>
        Task.FromResult<Effect>(new Effect.Refused("unsupported", "RunPod bills by the second; nothing is bought ahead", RetryElsewhere: false));

    /// <inheritdoc />
    public Task<Effect> CloseAsync(string externalId, CancellationToken cancellationToken) => _calls.ActAsync(
        async () =>
        {
            await _api.TerminateAsync(externalId, cancellationToken);
            return new Effect.Done(externalId);
        },
        problem => problem switch
        {
            { Status: 404 or 410, Spoken: true } => new Effect.Done(externalId),
            { Status: 404 or 410 } => new Effect.Uncertain($"http-{problem.Status}", problem.ToString()),
            _ => null,
        },
        cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<LogLine>?> ReadLogTailAsync(string externalId, int lines, CancellationToken cancellationToken)
    {
        var wanted = Math.Clamp(lines, 1, MostLines);
        var events = await EventLines.ReadTailAsync(
            SupplierName.RunPod, externalId, token => _api.OpenLogAsync(externalId, wanted, null, token), wanted, _options.LogReadTime, cancellationToken);
        return events is { Count: > 0 } ? [.. events.Select(Line)] : null;
    }

    /// <inheritdoc />
    public IAsyncEnumerable<LogBatch> FollowLogAsync(string externalId, string? cursor, CancellationToken cancellationToken) =>
        new LogFollower(SupplierName.RunPod, externalId, _options.RetryDelay)
            .FollowAsync([new LogSource((ask, token) => OpenLogAsync(externalId, ask, token), IsTimed: true)], cursor, cancellationToken);

    /// <inheritdoc />
    public async Task<decimal?> ReadBillAsync(string externalId, DateTimeOffset since, CancellationToken cancellationToken) =>
        // A terminated pod is no longer there to be found; the account's bill still has it.
        await _inventory.ReadAsync(externalId, cancellationToken) is null ? await _billing.SpentAsync(externalId, since, cancellationToken, afresh: true) : null;

    /// <inheritdoc />
    public Task<SupplierBalance> ReadBalanceAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new SupplierBalance(null, null, _clock.GetUtcNow(), NoBalance));

    /// <inheritdoc />
    public void Dispose() => _billing.Dispose();

    private async Task<Effect> PlaceAsync(RentRequest request, CancellationToken cancellationToken)
    {
        var (wish, needs) = (request.Wish, request.Template.Needs);
        var ports = Ports(request);
        if (await OfferOfAsync(wish, cancellationToken) is not var (key, offer)) { return NoCapacity($"no offer fits the wish now"); }
        if (offer.UsdPerGpuHour > wish.MaxUsdPerGpuHour)
        {
            FormattableString why = $"{offer.UsdPerGpuHour:0.####} USD per GPU-hour is above the ceiling of {wish.MaxUsdPerGpuHour:0.####}";
            return SupplierCalls.Refuse("price", why, retryElsewhere: true);
        }
        var body = new RunPodCreateBody(
            request.Name, request.Template.Image, new RunPodGpuBody(key.Type, key.Gpus, needs.CudaMin), key.Cloud, Math.Max(1, needs.DiskGb), RentEnv.Of(request), ports,
            _options.AgentCommand is { Count: > 0 } words ? string.Join(' ', words) : null, key.Place.Length > 0 ? [key.Place] : null);
        return (await _api.CreateAsync(body, cancellationToken))?.Id is { Length: > 0 } id
            ? new Effect.Done(id) : new Effect.Uncertain("bad-answer", "the answer names no pod");
    }

    private async Task<Effect> PatchAsync(string id, RentRequest request, CancellationToken cancellationToken)
    {
        if (await _inventory.ReadAsync(id, cancellationToken) is not { } pod) { return SupplierCalls.Refuse("gone", $"no pod {id}", retryElsewhere: true); }
        if (pod.Gpu?.Count is { } gpus && gpus != request.Wish.GpuCount)
        {
            return SupplierCalls.Refuse("resources-changed", $"gpus: {request.Wish.GpuCount}; expected the {gpus} it was created with", retryElsewhere: true);
        }
        var disk = request.Template.Needs.DiskGb > (pod.Disk ?? int.MaxValue) ? request.Template.Needs.DiskGb : (int?)null;
        var changed = await _api.ChangeAsync(id, new RunPodChangeBody(request.Template.Image, RentEnv.Of(request), Ports(request), disk), cancellationToken);
        if (changed?.Id is not { Length: > 0 }) { return new Effect.Uncertain("bad-answer", "the answer shows no pod"); }
        // The contract leaves open whether what runs follows a change at once. Where it did, or is not up yet, there is nothing to restart.
        if (InventoryStatus(changed) != SupplierStatus.Running) { return new Effect.Done(id); }
        return await _calls.ActAsync(
            async () =>
            {
                await _api.ActAsync(id, new RunPodActionBody("restart"), cancellationToken);
                return new Effect.Done(id);
            },
            problem => problem is { Status: 409, Spoken: true } ? new Effect.Done(id) : new Effect.Uncertain($"http-{problem.Status}", $"changed, not restarted: {problem}"),
            cancellationToken);
    }

    /// <summary>The offer that was named, or the cheapest one that fits, as it is now; null = none.</summary>
    private async Task<(RunPodOfferKey Key, OfferQuote Offer)?> OfferOfAsync(InstanceWish wish, CancellationToken cancellationToken)
    {
        if (wish.OfferKey is { } text)
        {
            var key = RunPodOfferKey.Parse(text)
                ?? throw new RentRefusedException($"offer '{text}'; expected type@cloud@placexgpus, for example NVIDIA RTX A4000@SECURE@US-KS-2x1");
            if (key.Gpus != wish.GpuCount) { throw new RentRefusedException($"gpus: {wish.GpuCount}; expected what offer '{text}' has"); }
            return await _offers.FindAsync(key, cancellationToken) is { } named ? (key, named) : null;
        }
        bool Fits(OfferQuote offer) => offer.Gpu == wish.Gpu && offer.GpuCount == wish.GpuCount && offer.Available > 0
            && offer.UsdPerGpuHour <= wish.MaxUsdPerGpuHour
            && (string.IsNullOrEmpty(wish.Region) || wish.Region.Equals(offer.Region, StringComparison.OrdinalIgnoreCase));
        var best = (await _offers.ListAsync(cancellationToken)).Where(Fits).OrderBy(o => o.UsdPerGpuHour).ThenByDescending(o => o.Available).FirstOrDefault();
        return best is null ? null : (RunPodOfferKey.Parse(best.Key)!, best);
    }

    /// <summary>The agent's port through RunPod's proxy, and the miner's own as they are.</summary>
    private static List<string> Ports(RentRequest request)
    {
        var agent = RentEnv.AgentPort(request);
        return [$"{agent.ToString(CultureInfo.InvariantCulture)}/http", .. request.Template.Needs.InboundPorts.Where(p => p != agent).Select(p => $"{p.ToString(CultureInfo.InvariantCulture)}/tcp")];
    }

    /// <summary>
    /// Resumed by time, a second early: an event's id is its time, which several lines may share, so that what follows an id may leave some out.
    /// </summary>
    private async IAsyncEnumerable<WireLine> OpenLogAsync(string id, LogAsk ask, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var since = ask.Since?.AddSeconds(-1).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        using var answer = await EventLines.OpenAsync(SupplierName.RunPod, id, token => _api.OpenLogAsync(id, since is null ? ask.Tail : null, since, token), cancellationToken);
        await foreach (var data in EventLines.FollowAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), cancellationToken)) { yield return new WireLine("container", Line(data)); }
    }

    private LogLine Line(string data)
    {
        RunPodLineWire? line = null;
        try { line = JsonSerializer.Deserialize(data, RunPodJson.Default.RunPodLineWire); }
        catch (JsonException) { }
        return new LogLine(line?.Ts ?? _clock.GetUtcNow(), LogLine.SupplierOutput, line?.Line ?? data);
    }

    private static SupplierStatus InventoryStatus(RunPodPodWire pod) => RunPodInventory.StatusOf(pod.Status);

    private static Effect.Refused NoCapacity(FormattableString why) => SupplierCalls.Refuse("no-capacity", why, retryElsewhere: true);

    /// <summary>RunPod words a lack of machines as 400 without a code of its own: a 400 may be this offer's, so another one may do.</summary>
    private static Effect.Refused? Judge(Problem problem) => problem switch
    {
        { Status: 400, Spoken: true } when Array.Exists(s_noCapacity, problem.Says) => new Effect.Refused("no-capacity", problem.ToString(), RetryElsewhere: true),
        { Status: 400, Spoken: true } => new Effect.Refused("bad-request", problem.ToString(), RetryElsewhere: true),
        _ => null,
    };
}
