using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Suppliers.Akash.Sdl;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>Deployments, leases and bids as the Console API prints them.</summary>
internal sealed class AkashWire(AkashWorld world, AkashLeasing leasing, ContainerYard yard, bool strict)
{
    /// <summary>An amount with its denomination.</summary>
    public static object Coin(decimal amount) => new { denom = "uact", amount = AkashBlocks.Amount(amount) };

    /// <summary>A deployment with its leases and escrow; the provider is asked for their status where wanted.</summary>
    public object Full(AkashDeployment d, bool withStatus)
    {
        var fields = Core(d, withStatus);
        if (world.Options.IsNext) { fields["name"] = d.Name; }
        return fields;
    }

    /// <summary>The single read: newer servers add name and stored definition.</summary>
    public object Single(AkashDeployment d)
    {
        var fields = Core(d, withStatus: true);
        if (world.Options.IsNext)
        {
            fields["name"] = d.Name;
            fields["consoleSettings"] = new { sdl = Redacted(d.Sdl), manifestVersion = d.Sdl.Hash };
        }
        return fields;
    }

    /// <summary>A row of the list: never with a status, and with a name on newer servers only.</summary>
    public object Row(AkashDeployment d)
    {
        var fields = Core(d, withStatus: null);
        if (world.Options.IsNext)
        {
            fields["name"] = d.Name;
            fields["groups"] = d.Groups.Select(g => new { id = new { owner = d.Account.Owner, dseq = d.Dseq, gseq = g.Gseq }, state = g.State,
                created_at = AkashBlocks.Text(d.CreatedHeight) });
            fields["settings"] = new { autoTopUpEnabled = true, runtimeLimitHours = d.RuntimeLimitHours, runtimeEndsAt = d.RuntimeEndsAt is { } end
                ? Wire.Zoned(end) : null };
        }
        return fields;
    }

    /// <summary>A bid with its own small escrow.</summary>
    public static object Bid(AkashDeployment d, AkashBid b)
    {
        var (owner, left) = (b.Provider.Owner, b.State is "open" or "active" ? 500_000m : 0m);
        Dictionary<string, object?> bid = new()
        {
            ["id"] = Id(d, b.Gseq, owner), ["state"] = b.State, ["price"] = Coin(b.Price), ["created_at"] = AkashBlocks.Text(b.CreatedHeight),
            ["resources_offer"] = Offer(d, b),
        };
        if (b.Provider.ReclamationSeconds is { } seconds) { bid["reclamation_window"] = $"{seconds}s"; }
        return new
        {
            bid,
            escrow_account = new
            {
                id = new { scope = "bid", xid = $"{d.Account.Owner}/{d.Dseq}/{b.Gseq}/1/{owner}/1" },
                state = new
                {
                    owner, state = left > 0 ? "open" : "closed", transferred = Array.Empty<object>(), settled_at = AkashBlocks.Text(b.CreatedHeight),
                    funds = new[] { Coin(left) },
                    deposits = left > 0 ? [new { owner, height = AkashBlocks.Text(b.CreatedHeight), source = "balance", balance = Coin(left) }]
                        : Array.Empty<object>(),
                },
            },
        };
    }

    /// <summary>What a lease's provider says of it; null when it cannot be asked or knows nothing.</summary>
    public object? Status(AkashLease lease)
    {
        if (!lease.IsLive || !lease.HasManifest || !lease.Provider.IsOnline) { return null; }
        // The provider is written in Go: a map without entries is printed as null, and it has none until it has seen the workload's first block.
        var seen = world.Now - lease.StartedAt >= TimeSpan.FromSeconds(AkashBlocks.Seconds);
        var services = seen ? lease.Group.Spec.Services.ToDictionary(s => s.Name, s => Service(lease, s)) : [];
        var ports = lease.Group.Spec.Services.Where(s => s.Exposes.Any(e => e.Global && !e.IsIngress))
            .ToDictionary(s => s.Name, s => s.Exposes.Where(e => e.Global && !e.IsIngress)
            .Select(e => new { host = lease.Provider.Host, port = e.Port, externalPort = NodePort(lease, s, e), proto = e.Proto, name = s.Name }));
        return new { services = NullIfEmpty(services), forwarded_ports = NullIfEmpty(ports), ips = strict ? new { } : (object?)null };
    }

    /// <summary>Escrow as of its last settlement.</summary>
    public static object Escrow(AkashDeployment d) => new
    {
        id = new { scope = "deployment", xid = $"{d.Account.Owner}/{d.Dseq}" },
        state = new
        {
            owner = d.Account.Owner, state = d.Escrow.State, transferred = new[] { Coin(d.Escrow.Transferred) },
            settled_at = AkashBlocks.Text(d.Escrow.SettledAt), funds = new[] { Coin(d.Escrow.Funds) },
            deposits = d.Escrow.Deposits.Select(p => new { owner = p.Owner, height = AkashBlocks.Text(p.Height), source = p.Source, balance = Coin(p.Left) }),
        },
    };

    /// <summary>A transaction hash that belongs to a subject.</summary>
    public static string Hash(string subject) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(subject)));

    private Dictionary<string, object?> Core(AkashDeployment d, bool? withStatus) => new()
    {
        ["deployment"] = new { id = new { owner = d.Account.Owner, dseq = d.Dseq }, state = d.State, hash = d.Sdl.Hash,
            created_at = AkashBlocks.Text(d.CreatedHeight) },
        ["leases"] = d.Leases.Select(l => Lease(d, l, withStatus)).ToList(),
        ["escrow_account"] = Escrow(d),
    };

    private Dictionary<string, object?> Lease(AkashDeployment d, AkashLease l, bool? withStatus)
    {
        Dictionary<string, object?> fields = new()
        {
            ["id"] = Id(d, l.Group.Gseq, l.Provider.Owner), ["state"] = l.State, ["price"] = Coin(l.Bid.Price),
            ["created_at"] = AkashBlocks.Text(l.CreatedHeight),
            ["closed_on"] = AkashBlocks.Text(l.ClosedAt is { } closed ? AkashBlocks.HeightAt(closed) : 0), ["reason"] = l.Reason,
        };
        if (l.ReclaimDeadline is { } deadline)
        {
            fields["reclamation"] = new
            {
                window = $"{l.Provider.ReclamationSeconds ?? 3600}s", started_at = Unix(l.ReclaimStartedAt!.Value), deadline = Unix(deadline),
                reason = "lease_closed_reason_decommission",
            };
        }
        if (withStatus is { } asked) { fields["status"] = asked ? Status(l) : null; }
        return fields;
    }

    private Dictionary<string, object?> Service(AkashLease lease, SdlService service)
    {
        var containers = leasing.ContainersOf(lease).Where(c => lease.Containers[service.Name].Contains(c.Id)).ToList();
        var healthy = containers.Count(c => c.IsHealthy);
        string[] uris = service.Exposes.Any(e => e.IsIngress) ? [.. containers.OrderByDescending(c => c.IsHealthy).Take(1).Select(Uri)] : [];
        return new()
        {
            ["name"] = service.Name, ["available"] = healthy, ["total"] = service.Count, ["uris"] = uris.Length > 0 || strict ? uris : null,
            ["observed_generation"] = 1, ["replicas"] = service.Count,
            ["updated_replicas"] = service.Count, ["ready_replicas"] = healthy, ["available_replicas"] = healthy,
        };
    }

    // A provider prints the host name of its ingress, without a scheme. No such name leads anywhere from here, so it is the container's own address.
    private string Uri(Container container)
    {
        var url = yard.PublicUrl(container);
        return url.StartsWith("http://", StringComparison.Ordinal) ? url["http://".Length..] : url;
    }

    private static object Offer(AkashDeployment d, AkashBid b)
    {
        var group = d.Groups[b.Gseq - 1].Spec;
        var cards = group.Units.Where(u => u.Gpus > 0).Zip(b.Gpus, (unit, offer) => (unit.Id, offer.Gpu)).ToDictionary(x => x.Id, x => x.Gpu);
        return group.Units.Select(u => new
        {
            resources = new
            {
                cpu = new { units = Val(u.MilliCpu), attributes = Array.Empty<object>() },
                gpu = new { units = Val(u.Gpus), attributes = cards.TryGetValue(u.Id, out var gpu)
                    ? [new { key = $"vendor/nvidia/model/{gpu.AkashModel}/ram/{gpu.VramGb}Gi/interface/{gpu.SdlInterface}", value = "true" }]
                    : Array.Empty<object>() },
                memory = new { quantity = Val(u.MemoryBytes), attributes = Array.Empty<object>() },
                storage = u.Storage.Select(v => new { name = v.Name, quantity = Val(v.Bytes),
                    attributes = v.Attributes.Select(a => new { key = a.Key, value = a.Value }) }),
                endpoints = u.Endpoints.Select(e => new { kind = e.Kind switch { 0 => "SHARED_HTTP", 1 => "RANDOM_PORT", _ => "LEASED_IP" },
                    sequence_number = e.Sequence }),
            },
            count = u.Count,
        });
    }

    private static object Id(AkashDeployment d, int gseq, string provider) =>
        new { owner = d.Account.Owner, dseq = d.Dseq, gseq, oseq = 1, provider, bseq = 1 };

    private static object Val(decimal value) => new { val = SdlSizes.Plain(value) };

    private static string Unix(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static int NodePort(AkashLease lease, SdlService service, SdlExpose expose) =>
        30000 + Convert.ToInt32(Hash($"{lease.Id}/{service.Name}/{expose.Port}")[..4], 16) % 2767;

    private Dictionary<string, T>? NullIfEmpty<T>(Dictionary<string, T> map) => map.Count == 0 && !strict ? null : map;

    /// <summary>The stored definition: values of the environment are kept secret and come back as references only.</summary>
    private static string Redacted(AkashSdl sdl)
    {
        var document = sdl.Document.DeepClone().AsObject();
        foreach (var (_, service) in document["services"]!.AsObject())
        {
            if (service!["env"] is not System.Text.Json.Nodes.JsonArray env) { continue; }
            for (var i = 0; i < env.Count; i++)
            {
                var entry = env[i]!.GetValue<string>();
                var at = entry.IndexOf('=', StringComparison.Ordinal);
                if (at >= 0) { env[i] = $"{entry[..at]}=ac-secret://{Hash(entry)[..24].ToLowerInvariant()}"; }
            }
        }
        return document.ToJsonString(Wire.Options);
    }
}
