using System.Globalization;
using Nirmaan.Sandbox.Suppliers.Akash.Sdl;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>Whose API key it is.</summary>
internal sealed class AkashAccount(string key, string owner, Guid userId, decimal grant, DateTimeOffset createdAt)
{
    public string Key => key;

    public string Owner => owner;

    public Guid UserId => userId;

    public DateTimeOffset CreatedAt => createdAt;

    /// <summary>Unspent credit, uact.</summary>
    public decimal Grant { get; set; } = grant;

    /// <summary>Its deployments, oldest first.</summary>
    public List<AkashDeployment> Deployments { get; } = [];
}

/// <summary>A deployment with everything that hangs on it.</summary>
internal sealed class AkashDeployment(AkashAccount account, long dseq, AkashSdl sdl, DateTimeOffset createdAt)
{
    public AkashAccount Account => account;

    public long Number => dseq;

    /// <summary>Its id on chain, digits only.</summary>
    public string Dseq { get; } = dseq.ToString(CultureInfo.InvariantCulture);

    public DateTimeOffset CreatedAt => createdAt;

    public long CreatedHeight { get; } = AkashBlocks.HeightAt(createdAt);

    public DateTimeOffset? ClosedAt { get; set; }

    public string? Name { get; set; }

    public AkashSdl Sdl { get; set; } = sdl;

    /// <summary>active or closed.</summary>
    public string State { get; set; } = "active";

    public bool IsActive => State == "active";

    public List<AkashGroup> Groups { get; } = [];

    public List<AkashBid> Bids { get; } = [];

    public List<AkashLease> Leases { get; } = [];

    public Escrow Escrow { get; } = new(AkashBlocks.HeightAt(createdAt));

    /// <summary>True when the owner asked for top-ups; the newer contract always tops up.</summary>
    public bool TopsUp { get; set; }

    public DateTimeOffset? SettingsAt { get; set; }

    public DateTimeOffset? RuntimeEndsAt { get; set; }

    public int? RuntimeLimitHours { get; set; }

    /// <summary>When its funds are looked at next; older entries of the agenda are void.</summary>
    public DateTimeOffset? FundsCheckAt { get; set; }

    /// <summary>Chain transactions that concerned it.</summary>
    public List<(DateTimeOffset At, string Type)> Events { get; } = [];

    public IEnumerable<AkashLease> LiveLeases => Leases.Where(l => l.IsLive);
}

/// <summary>A placement group and its one order.</summary>
internal sealed class AkashGroup(int gseq, SdlGroup spec)
{
    public int Gseq => gseq;

    public SdlGroup Spec { get; set; } = spec;

    /// <summary>open, paused, insufficient_funds or closed.</summary>
    public string State { get; set; } = "open";

    /// <summary>open, active or closed.</summary>
    public string OrderState { get; set; } = "open";
}

/// <summary>A provider's bid on an order.</summary>
internal sealed class AkashBid(AkashProvider provider, int gseq, decimal price, long createdHeight, IReadOnlyList<(Gpu Gpu, int Count)> gpus)
{
    public AkashProvider Provider => provider;

    public int Gseq => gseq;

    /// <summary>Asked for the whole group, uact per block.</summary>
    public decimal Price => price;

    public long CreatedHeight => createdHeight;

    /// <summary>The cards offered, per GPU unit of the group.</summary>
    public IReadOnlyList<(Gpu Gpu, int Count)> Gpus => gpus;

    /// <summary>open, active, lost or closed.</summary>
    public string State { get; set; } = "open";
}

/// <summary>A lease: a bid that was taken.</summary>
internal sealed class AkashLease(AkashDeployment deployment, AkashGroup group, AkashBid bid, DateTimeOffset createdAt)
{
    public AkashDeployment Deployment => deployment;

    public AkashGroup Group => group;

    public AkashBid Bid => bid;

    public AkashProvider Provider => bid.Provider;

    public DateTimeOffset CreatedAt => createdAt;

    public long CreatedHeight { get; } = AkashBlocks.HeightAt(createdAt);

    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>active, reclaiming, insufficient_funds or closed.</summary>
    public string State { get; set; } = "active";

    public bool IsLive => State is "active" or "reclaiming";

    /// <summary>Why it ended. An active lease bears the enumeration's first word, which says nothing.</summary>
    public string Reason { get; set; } = "lease_closed_invalid";

    /// <summary>True once the provider has taken the manifest.</summary>
    public bool HasManifest { get; set; }

    /// <summary>When its containers were last started.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>Version of the manifest that its containers run.</summary>
    public string? RunningHash { get; set; }

    /// <summary>Since when not all its containers are available.</summary>
    public DateTimeOffset? UnhealthySince { get; set; }

    public DateTimeOffset? ReclaimStartedAt { get; set; }

    public DateTimeOffset? ReclaimDeadline { get; set; }

    /// <summary>Ids of its containers, by service.</summary>
    public Dictionary<string, List<string>> Containers { get; } = new(StringComparer.Ordinal);

    /// <summary>Id for people and for world events, for example <c>1795305600001/1/1/akash1...</c>.</summary>
    public string Id => $"{deployment.Dseq}/{group.Gseq}/1/{Provider.Owner}";
}
