using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>What is on Akash: accounts, providers, deployments. Everything is read and changed under <see cref="Gate"/>.</summary>
internal sealed partial class AkashWorld(SandboxClock clock, IOptions<AkashOptions> options)
{
    /// <summary>Millionths of an ACT in one US dollar.</summary>
    public const decimal PerUsd = 1_000_000m;

    private readonly SortedDictionary<string, AkashAccount> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AkashDeployment> _deployments = [];
    private long _lastDseq;
    private IReadOnlyDictionary<string, decimal>? _prices;

    /// <summary>The one lock; it may be entered again by its holder.</summary>
    public Lock Gate { get; } = new();

    public AkashOptions Options => options.Value;

    public IReadOnlyList<AkashProvider> Providers { get; } = AkashProviders.Create();

    /// <summary>A card's middle price on the market, USD per hour.</summary>
    public decimal MiddleOf(Gpu gpu) => _prices?[gpu.Id] ?? gpu.UsdPerHour;

    /// <summary>Takes a live market's prices by GPU id; what has none there is sold here no more.</summary>
    public void Follow(IReadOnlyDictionary<string, decimal> prices)
    {
        lock (Gate)
        {
            _prices = prices;
            foreach (var provider in Providers) { provider.Stock = provider.Stock.Where(s => prices.ContainsKey(s.Key)).ToDictionary(); }
        }
    }

    /// <summary>Accounts by key.</summary>
    public IEnumerable<AkashAccount> Accounts => _accounts.Values;

    /// <summary>All deployments, oldest first.</summary>
    public IEnumerable<AkashDeployment> Deployments => _deployments.Values.OrderBy(d => d.Number);

    public DateTimeOffset Now => clock.GetUtcNow();

    public long Height => AkashBlocks.HeightAt(Now);

    /// <summary>The account of a key; opened at first use. Null when the key is none of this server's.</summary>
    public AkashAccount? AccountOf(string? key)
    {
        if (key is null || !Key().IsMatch(key)) { return null; }
        lock (Gate)
        {
            if (_accounts.TryGetValue(key, out var account)) { return account; }
            var id = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16));
            return _accounts[key] = new AkashAccount(key, Bech32.AkashAddress($"sandbox-account:{key}"), id, options.Value.CreditUsd * PerUsd, Now);
        }
    }

    /// <summary>The account with an address, or null.</summary>
    public AkashAccount? AccountAt(string address) => _accounts.Values.FirstOrDefault(a => a.Owner == address);

    /// <summary>A deployment of an account; another's is not found.</summary>
    public AkashDeployment Of(AkashAccount account, string dseq) =>
        _deployments.TryGetValue(dseq, out var deployment) && deployment.Account == account ? deployment
            : throw AkashProblemException.NotFound("Deployment not found");

    /// <summary>A deployment, or null.</summary>
    public AkashDeployment? Find(string dseq) => _deployments.GetValueOrDefault(dseq);

    public AkashProvider? ProviderAt(string address) => Providers.FirstOrDefault(p => p.Owner == address);

    /// <summary>A fresh deployment number: milliseconds of the clock, one later for each of the same instant.</summary>
    public long NextDseq() => _lastDseq = Math.Max(_lastDseq + 1, Now.ToUnixTimeMilliseconds());

    public void Add(AkashDeployment deployment)
    {
        _deployments.Add(deployment.Dseq, deployment);
        deployment.Account.Deployments.Add(deployment);
    }

    [GeneratedRegex("^ac\\.sk\\.sandbox\\.[0-9a-f]{64}$")]
    private static partial Regex Key();
}
