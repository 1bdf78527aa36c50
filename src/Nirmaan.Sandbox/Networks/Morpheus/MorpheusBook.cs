using System.Numerics;
using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>What stands on Morpheus' chain: providers, models and bids of everybody, and our node's wallet. Ids are made as the contracts make them.</summary>
internal sealed class MorpheusBook(SandboxClock clock, IOptions<MorpheusOptions> options)
{
    private static readonly Dictionary<string, string> s_tagTypes = new[]
    {
        ("LLM", "llm,textgeneration,text2text,text-to-text,t2t"),
        ("STT", "stt,transcribe,s2t,speech,speech-to-text,speech2text"),
        ("TTS", "tts,text-to-speech,text2speech,t2s"),
        ("EMBEDDING", "embedding,embeddings")
    }.SelectMany(t => t.Item2.Split(',').Select(tag => (tag, t.Item1))).ToDictionary();

    private readonly Dictionary<string, Provider> _providers = [];
    private readonly Dictionary<string, Model> _models = [];
    private readonly Dictionary<string, Bid> _bids = [];
    private readonly Dictionary<(string Provider, string Model), long> _nonces = [];
    private readonly Dictionary<string, BigInteger> _allowances = [];
    private BigInteger _wallet = new BigInteger(options.Value.WalletMor) * MorpheusRules.Mor;
    private long _transactions;

    /// <summary>Guards everything here and the sessions.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Our provider's address, lower case.</summary>
    public string Own { get; } = options.Value.Provider.ToLowerInvariant();

    /// <summary>What our wallet holds beside the chain, in wei.</summary>
    public BigInteger Wallet { get { lock (Gate) { return _wallet; } } }

    public IReadOnlyList<Provider> Providers() { lock (Gate) { return [.. _providers.Values]; } }

    public IReadOnlyList<Model> Models() { lock (Gate) { return [.. _models.Values]; } }

    public IReadOnlyList<Bid> Bids(Func<Bid, bool> which) { lock (Gate) { return [.. _bids.Values.Where(which)]; } }

    public Model? ModelOf(string id) { lock (Gate) { return _models.GetValueOrDefault(id.ToLowerInvariant()); } }

    public Bid? BidOf(string id) { lock (Gate) { return _bids.GetValueOrDefault(id.ToLowerInvariant()); } }

    /// <summary>True when the bid, its model and its provider are live.</summary>
    public bool IsLive(Bid bid)
    {
        lock (Gate) { return bid.DeletedAt == 0 && _models[bid.ModelId] is { IsDeleted: false } && _providers[bid.Provider] is { IsDeleted: false }; }
    }

    /// <summary>Registers a provider, or adds to its stake and changes its endpoint.</summary>
    public Provider Register(string address, BigInteger addStake, string endpoint)
    {
        if (!endpoint.Contains(':', StringComparison.Ordinal) || endpoint.Contains("://", StringComparison.Ordinal))
        {
            throw new MorpheusRefusal(400, "endpoint must be host:port");
        }
        lock (Gate)
        {
            address = address.ToLowerInvariant();
            var known = _providers.GetValueOrDefault(address);
            var stake = (known?.Stake ?? 0) + addStake;
            if (stake < MorpheusRules.MinProviderStake)
            {
                throw new MorpheusRefusal(400, $"execution reverted: ProviderStakeTooLow({stake}, {MorpheusRules.MinProviderStake})");
            }
            // The node raises the allowance by itself here, and only here.
            Spend(address, addStake, allowed: true);
            return _providers[address] = new Provider(address, endpoint, stake, known?.CreatedAt ?? Now, false);
        }
    }

    /// <summary>Takes over what the chain says of our provider, whose stake its owner may have raised with a wallet of their own.</summary>
    public void Adopt(BigInteger stake, string endpoint)
    {
        lock (Gate)
        {
            if (_providers.TryGetValue(Own, out var known)) { _providers[Own] = known with { Stake = BigInteger.Max(known.Stake, stake), Endpoint = endpoint }; }
        }
    }

    /// <summary>Takes our provider off the market; its stake comes back.</summary>
    public string Deregister()
    {
        lock (Gate)
        {
            if (!_providers.TryGetValue(Own, out var known) || known.IsDeleted)
            {
                throw new MorpheusRefusal(400, "execution reverted: ProviderNotRegistered()");
            }
            if (_bids.Values.Any(b => b.Provider == Own && b.DeletedAt == 0)) { throw new MorpheusRefusal(400, "execution reverted: ProviderHasActiveBids()"); }
            _wallet += known.Stake;
            _providers[Own] = known with { IsDeleted = true, Stake = 0 };
            return Transaction();
        }
    }

    /// <summary>Registers a model under keccak256(owner ++ baseId), or updates it.</summary>
    public Model RegisterModel(string owner, string baseId, string ipfsCid, BigInteger fee, BigInteger stake, string name, IReadOnlyList<string> tags)
    {
        var type = tags.Select(t => s_tagTypes.GetValueOrDefault(t.ToLowerInvariant())).FirstOrDefault(t => t is not null)
            ?? throw new MorpheusRefusal(400, "model must have a type tag: LLM (chat), STT, TTS or EMBEDDING");
        lock (Gate)
        {
            owner = owner.ToLowerInvariant();
            var id = OnChainId.OfModel(owner, baseId);
            var known = _models.GetValueOrDefault(id);
            var total = (known?.Stake ?? 0) + stake;
            if (total < MorpheusRules.MinModelStake)
            {
                throw new MorpheusRefusal(400, $"execution reverted: ModelStakeTooLow({total}, {MorpheusRules.MinModelStake})");
            }
            Spend(owner, stake, allowed: false);
            return _models[id] = new Model(id, ipfsCid, fee, total, owner, name, tags, known?.CreatedAt ?? Now, false, type);
        }
    }

    /// <summary>Takes one of our models off the market; its stake comes back.</summary>
    public string DeregisterModel(string id)
    {
        lock (Gate)
        {
            if (!_models.TryGetValue(id.ToLowerInvariant(), out var model) || model.IsDeleted || model.Owner != Own)
            {
                throw new MorpheusRefusal(400, "execution reverted: ModelNotFound()");
            }
            if (_bids.Values.Any(b => b.ModelId == model.Id && b.DeletedAt == 0))
            {
                throw new MorpheusRefusal(400, "execution reverted: ModelHasActiveBids()");
            }
            _wallet += model.Stake;
            _models[model.Id] = model with { IsDeleted = true, Stake = 0 };
            return Transaction();
        }
    }

    /// <summary>Posts a bid and pays its fee; the provider's bid on the same model before it ends.</summary>
    public Bid Post(string provider, string modelId, BigInteger pricePerSecond)
    {
        lock (Gate)
        {
            (provider, modelId) = (provider.ToLowerInvariant(), modelId.ToLowerInvariant());
            if (_providers.GetValueOrDefault(provider) is not { IsDeleted: false })
            {
                throw new MorpheusRefusal(400, "execution reverted: MarketplaceProviderNotFound()");
            }
            if (_models.GetValueOrDefault(modelId) is not { IsDeleted: false })
            {
                throw new MorpheusRefusal(400, "execution reverted: MarketplaceModelNotFound()");
            }
            if (pricePerSecond < MorpheusRules.MinBidPrice || pricePerSecond > MorpheusRules.MaxBidPrice)
            {
                throw new MorpheusRefusal(400, "execution reverted: MarketplaceBidPricePerSecondInvalid()");
            }
            Spend(provider, MorpheusRules.BidFee, allowed: false);
            foreach (var before in _bids.Values.Where(b => b.Provider == provider && b.ModelId == modelId && b.DeletedAt == 0).ToArray())
            {
                _bids[before.Id] = before with { DeletedAt = Now };
            }
            var nonce = _nonces.GetValueOrDefault((provider, modelId));
            _nonces[(provider, modelId)] = nonce + 1;
            var id = OnChainId.OfBid(provider, modelId, nonce);
            return _bids[id] = new Bid(id, provider, modelId, pricePerSecond, nonce, Now, 0);
        }
    }

    /// <summary>Ends one of our bids.</summary>
    public string Delete(string bidId)
    {
        lock (Gate)
        {
            if (!_bids.TryGetValue(bidId.ToLowerInvariant(), out var bid) || bid.Provider != Own || bid.DeletedAt != 0)
            {
                throw new MorpheusRefusal(500, "execution reverted: MarketplaceActiveBidNotFound()");
            }
            _bids[bid.Id] = bid with { DeletedAt = Now };
            return Transaction();
        }
    }

    public BigInteger Allowance(string spender) { lock (Gate) { return _allowances.GetValueOrDefault(spender.ToLowerInvariant()); } }

    public string Approve(string spender, BigInteger amount)
    {
        lock (Gate)
        {
            _allowances[spender.ToLowerInvariant()] = amount;
            return Transaction();
        }
    }

    /// <summary>The hash of a transaction that only the sandbox has seen.</summary>
    public string Transaction() => OnChainId.OfTransaction(Interlocked.Increment(ref _transactions));

    private long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    // Only our node's wallet is kept: rivals have what they need. Whom the allowance names is not looked at, there is one Diamond.
    private void Spend(string who, BigInteger amount, bool allowed)
    {
        if (who != Own) { return; }
        if (_wallet < amount) { throw new MorpheusRefusal(400, "execution reverted: ERC20: transfer amount exceeds balance"); }
        if (!allowed)
        {
            var spender = _allowances.FirstOrDefault(a => a.Value >= amount).Key;
            if (spender is null && amount > 0) { throw new MorpheusRefusal(400, "execution reverted: ERC20: insufficient allowance"); }
            if (spender is not null) { _allowances[spender] -= amount; }
        }
        _wallet -= amount;
    }
}
