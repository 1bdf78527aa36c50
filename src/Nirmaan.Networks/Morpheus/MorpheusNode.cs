using System.Globalization;
using System.Net;
using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Fleet;
using Nirmaan.Evm;
using Nirmaan.Networks.Http;

namespace Nirmaan.Networks.Morpheus;

/// <summary>A model on the chain. "The same model" of another owner is one of the same name.</summary>
internal sealed record MorpheusModel(string Id, EvmAddress Owner, string Name, bool IsDeleted);

/// <summary>A standing bid.</summary>
/// <param name="PricePerSecond">Wei of MOR.</param>
internal sealed record MorpheusBid(string Id, EvmAddress Provider, string ModelId, BigInteger PricePerSecond);

/// <summary>What our provider's node says, read defensively: what lacks its id, its price or its times is no bid and no session.</summary>
internal sealed class MorpheusNode(IMorpheusApi api)
{
    private const int PageSize = 255;
    private const string NewestFirst = "DESC";
    private static readonly string[] s_none = ["not found", "does not exist"];
    private readonly NetworkCalls _calls = new(NetworkName.Morpheus.Value);

    /// <summary>The node's own wallet: our provider.</summary>
    public async Task<EvmAddress> ReadProviderAsync(CancellationToken cancellationToken)
    {
        var wallet = await _calls.ReadAsync("wallet", () => api.ReadWalletAsync(cancellationToken), cancellationToken);
        return EvmAddress.TryParse(wallet.Address?.ToLowerInvariant(), AddressSpelling.ChecksumOrLowerCase, out var address)
            ? address : throw new SupplierUnavailableException(NetworkName.Morpheus.Value, $"wallet: '{wallet.Address}' is no address");
    }

    /// <summary>What all providers together may be paid today, wei.</summary>
    public async Task<BigInteger> ReadBudgetAsync(CancellationToken cancellationToken) =>
        (await _calls.ReadAsync("budget", () => api.ReadBudgetAsync(cancellationToken), cancellationToken)).Budget ?? throw Lacks("budget");

    /// <summary>What a contract may still take from the node's wallet, wei.</summary>
    public async Task<BigInteger> ReadAllowanceAsync(EvmAddress spender, CancellationToken cancellationToken) =>
        (await _calls.ReadAsync("allowance", () => api.ReadAllowanceAsync(spender.ToString(), cancellationToken), cancellationToken)).Allowance ?? throw Lacks("allowance");

    /// <summary>True when a provider is registered and not deleted.</summary>
    public async Task<bool> IsRegisteredAsync(EvmAddress provider, CancellationToken cancellationToken) =>
        (await _calls.ReadAsync("providers", () => api.ListProvidersAsync(cancellationToken), cancellationToken)).Providers?
            .Exists(p => p.IsDeleted != true && IsAddress(p.Address, out var address) && address == provider) ?? throw Lacks("providers");

    /// <summary>Every model, deleted ones too.</summary>
    public async Task<IReadOnlyList<MorpheusModel>> ListModelsAsync(CancellationToken cancellationToken) =>
        [.. ((await _calls.ReadAsync("models", () => api.ListModelsAsync(cancellationToken), cancellationToken)).Models ?? throw Lacks("models"))
            .Where(m => IsId(m.Id) && IsAddress(m.Owner, out _) && m.Name is not null)
            .Select(m => new MorpheusModel(m.Id!.ToLowerInvariant(), AddressOf(m.Owner!), m.Name!, m.IsDeleted == true))];

    /// <summary>Standing bids on a model.</summary>
    public Task<IReadOnlyList<MorpheusBid>> ListModelBidsAsync(string modelId, CancellationToken cancellationToken) =>
        ListBidsAsync($"bids on {modelId}", offset => api.ListModelBidsAsync(modelId, offset, PageSize, NewestFirst, cancellationToken), cancellationToken);

    // The score's own weights add up to 1; what is far above them is no rating, and would leave the range of a double beside a price.
    private const double MostQuality = 1000;

    /// <summary>What users' nodes think of the standing bids on a model, by bid: the score times the price in MOR, so that the price is out of it again. A bid without a score is left out.</summary>
    public async Task<IReadOnlyDictionary<string, double>> ReadQualitiesAsync(string modelId, CancellationToken cancellationToken)
    {
        Dictionary<string, double> qualities = [];
        foreach (var rated in (await _calls.ReadAsync($"ratings on {modelId}", () => api.ListRatedBidsAsync(modelId, cancellationToken), cancellationToken)).Bids ?? [])
        {
            if (rated.Bid is { } wire && BidOf(wire) is { } bid && rated.Score is { } score && score * (double)bid.PricePerSecond / (double)Asset.Mor.One is >= 0 and <= MostQuality and var quality) { qualities[bid.Id] = quality; }
        }
        return qualities;
    }

    /// <summary>Standing bids of a provider.</summary>
    public Task<IReadOnlyList<MorpheusBid>> ListProviderBidsAsync(EvmAddress provider, CancellationToken cancellationToken) =>
        ListBidsAsync($"bids of {provider}", offset => api.ListProviderBidsAsync(provider.ToString(), offset, PageSize, NewestFirst, cancellationToken), cancellationToken);

    /// <summary>A provider's sessions that were opened at or after a time, newest first, each once; no more than the newest <paramref name="most"/>, give or take a page.</summary>
    public async Task<IReadOnlyList<MorSession>> ListSessionsAsync(EvmAddress provider, DateTimeOffset since, CancellationToken cancellationToken, int most = int.MaxValue)
    {
        Dictionary<string, MorSession> found = [];
        for (var offset = 0; ; offset += PageSize)
        {
            var from = offset;
            var answer = await _calls.ReadAsync($"sessions of {provider}", () => api.ListSessionsAsync(provider.ToString(), from, PageSize, NewestFirst, cancellationToken), cancellationToken);
            var page = answer.Sessions ?? throw Lacks("sessions");
            var sessions = page.Select(SessionOf).OfType<MorSession>().ToList();
            // A session that opens between two pages moves the rest on: the same one may come twice.
            foreach (var session in sessions.Where(s => s.OpenedAt >= since)) { found.TryAdd(session.Id, session); }
            if (page.Count < PageSize || found.Count >= most || sessions.Exists(s => s.OpenedAt < since)) { return [.. found.Values]; }
        }
    }

    /// <summary>The model that a session was on; null = the node knows no such session.</summary>
    public async Task<string?> FindModelOfSessionAsync(string sessionId, CancellationToken cancellationToken)
    {
        var answer = await _calls.FindAsync($"session {sessionId}", () => api.GetSessionAsync(sessionId, cancellationToken),
            (status, words) => status is HttpStatusCode.NotFound or HttpStatusCode.InternalServerError && Array.Exists(s_none, none => words.Contains(none, StringComparison.OrdinalIgnoreCase)),
            cancellationToken);
        return answer is null ? null : IsId(answer.Session?.ModelAgentId) ? answer.Session!.ModelAgentId!.ToLowerInvariant() : throw Lacks($"session {sessionId}");
    }

    private async Task<IReadOnlyList<MorpheusBid>> ListBidsAsync(string what, Func<int, Task<MorpheusBidsWire?>> read, CancellationToken cancellationToken)
    {
        Dictionary<string, MorpheusBid> found = [];
        for (var offset = 0; ; offset += PageSize)
        {
            var from = offset;
            var page = (await _calls.ReadAsync(what, () => read(from), cancellationToken)).Bids ?? throw Lacks(what);
            foreach (var bid in page.Select(BidOf).OfType<MorpheusBid>()) { found.TryAdd(bid.Id, bid); }
            if (page.Count < PageSize) { return [.. found.Values]; }
        }
    }

    /// <summary>A bid without a price is none: as a price of 0 it would be everybody's lowest.</summary>
    public static MorpheusBid? BidOf(MorpheusBidWire? b) =>
        b is { PricePerSecond: { } price } && price > 0 && !(b.DeletedAt > 0) && IsId(b.Id) && IsId(b.ModelAgentId) && IsAddress(b.Provider, out var provider)
            ? new MorpheusBid(b.Id!.ToLowerInvariant(), provider, b.ModelAgentId!.ToLowerInvariant(), price) : null;

    private static MorSession? SessionOf(MorpheusSessionWire s) =>
        IsId(s.Id) && IsId(s.ModelAgentId) && Time(s.OpenedAt) is { } opened && Time(s.EndsAt) is { } ends && s is { PricePerSecond: { } price, ProviderWithdrawnAmount: { } withdrawn }
            ? new MorSession(s.Id!.ToLowerInvariant(), s.ModelAgentId!.ToLowerInvariant(), opened, ends, Time(s.ClosedAt), price, withdrawn) : null;

    private static DateTimeOffset? Time(BigInteger? seconds) => seconds is { } s && s > 0 && s < 100_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds((long)s) : null;

    private static bool IsId(string? text) => Bytes32.TryParse(text, out _);

    private static bool IsAddress(string? text, out EvmAddress address) => EvmAddress.TryParse(text?.ToLowerInvariant(), AddressSpelling.ChecksumOrLowerCase, out address);

    private static EvmAddress AddressOf(string text) => EvmAddress.Parse(text.ToLowerInvariant());

    private static SupplierUnavailableException Lacks(string what) => new(NetworkName.Morpheus.Value, string.Create(CultureInfo.InvariantCulture, $"{what}: the answer lacks it"));
}
