using System.Globalization;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>Deployments, containers and hardware as io.net prints them.</summary>
internal sealed class IoNetWire(IoNetWorld world, IoNetHardware hardware, ContainerYard yard, bool strict)
{
    private static readonly int[] s_counts = [1, 2, 4, 8];

    /// <summary>A row of the list.</summary>
    public object Row(IoNetDeployment d) => new
    {
        id = d.Id, status = d.Status, name = d.Name, completed_percent = Percent(d), hardware_quantity = d.PerContainer * d.Replicas, brand_name = "NVIDIA",
        hardware_name = d.Card.Gpu.Label,
        compute_minutes_served = d.MinutesServed(world.Now), compute_minutes_remaining = d.Hours * 60 - d.MinutesServed(world.Now),
    };

    /// <summary>A deployment's details. The name is not among them.</summary>
    public object Details(IoNetDeployment d) => new
    {
        id = d.Id, status = d.Status, created_at = Time(d.CreatedAt), started_at = d.StartedAt is { } s ? Time(s) : null, finished_at = d.FinishedAt is { } f
            ? Time(f) : null, amount_paid = d.Paid,
        completed_percent = Percent(d), total_gpus = d.PerContainer * d.Replicas, gpus_per_container = d.PerContainer, total_containers = d.Replicas,
        hardware_name = d.Card.Gpu.Label, hardware_id = HardwareId(d.Card, d.PerContainer),
        locations = new[] { new { id = d.Location.Id, iso2 = d.Location.Iso2, name = d.Location.Name } }, brand_name = "NVIDIA",
        compute_minutes_served = d.MinutesServed(world.Now),
        compute_minutes_remaining = d.Hours * 60 - d.MinutesServed(world.Now),
        container_config = new
        {
            entrypoint = d.Config.Entrypoint, env_variables = d.Config.Env.Count == 0 ? null : d.Config.Env, traffic_port = d.Config.TrafficPort,
            image_url = d.Config.Image,
            secret_env_keys = d.Config.SecretEnv.Keys.Order(StringComparer.Ordinal),
        },
    };

    /// <summary>A container as it is now.</summary>
    public object Worker(IoNetDeployment d, IoNetWorker w) =>
        Worker(d, w, w.CreatedAt, w.Status, w.Events, d.IsLive && w.Passed && w.Container is { } c ? yard.PublicUrl(c) : null);

    /// <summary>A container's runs, the newest first.</summary>
    public IEnumerable<object> Jobs(IoNetDeployment d, IoNetWorker w) => w.Earlier.AsEnumerable().Reverse()
        .Select(e => Worker(d, w, e.CreatedAt, e.Status, e.Events, null)).Prepend(Worker(d, w));

    /// <summary>The hardware that one may ask prices for.</summary>
    public object MaxGpus() => new
    {
        data = new
        {
            hardware = IoNetHardware.Cards.Select(c => new
            {
                max_gpus_per_container = c.MaxPerContainer, available = c.Stock.Keys.Sum(iso2 => hardware.Free(c, iso2)), hardware_id = HardwareId(c, 1),
                hardware_name = c.Gpu.Label, brand_name = "NVIDIA",
            }),
            total = IoNetHardware.Cards.Count,
        },
    };

    /// <summary>
    /// The public catalogue: one row per card, number of cards and location, with a price for the whole row; a few rows are no GPUs or bear no price.
    /// </summary>
    public object Catalogue()
    {
        var rows = from card in IoNetHardware.Cards
                   from location in IoNetHardware.Locations.Where(l => card.Stock.ContainsKey(l.Iso2))
                   from count in s_counts
                   where count <= card.MaxPerContainer
                   let replicas = hardware.Replicas(card, location.Iso2, count)
                   select Row($"{card.TextId(count)}__{location.Iso2}", HardwareId(card, count), card.Gpu.Label, count,
                       hardware.UsdPerHour(card, location.Iso2) * count, card.Gpu.VramGb, card.Gpu.Interface, location.Iso2, replicas);
        return new { data = new { hardware = rows.Append(Row("cpu_32c__US", "cpu_32c", "EPYC 7502", 0, 0.31m, null, null, "US", 12))
            .Append(Row("gpu_1x_v100__DE", "gpu_1x_v100", "V100", 1, 0m, 16, "PCIe", "DE", 0)) } };
    }

    /// <summary>A time as the servers print it: without a zone, though it is UTC; with one in the strict profile.</summary>
    public string Time(DateTimeOffset time) => time.UtcDateTime.ToString(strict ? "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff",
        CultureInfo.InvariantCulture);

    private object Worker(IoNetDeployment d, IoNetWorker w, DateTimeOffset createdAt, string status,
        IReadOnlyList<(DateTimeOffset Time, string Message)> events, string? url)
    {
        var lived = ((d.FinishedAt ?? world.Now) - createdAt).TotalSeconds;
        var silent = w.SilentSeconds + (w.SilentSince is { } since ? ((d.FinishedAt ?? world.Now) - since).TotalSeconds : 0);
        return new
        {
            device_id = w.DeviceId, container_id = w.ContainerId, hardware = d.Card.Gpu.Label, brand_name = "NVIDIA", created_at = Time(createdAt),
            uptime_percent = lived <= 0 ? 0 : Math.Round(100 * Math.Clamp(1 - silent / lived, 0, 1), 2),
            gpus_per_container = d.PerContainer, status, container_events = events.Count == 0 ? null
                : events.Select(e => new { time = Time(e.Time), message = e.Message }), public_url = url,
        };
    }

    public object HardwareId(IoNetCard card, int cards) => world.Options.Ids == IoNetIds.Text ? card.TextId(cards) : card.Id;

    public decimal Percent(IoNetDeployment d) => Math.Round(100m * d.MinutesServed(world.Now) / (d.Hours * 60), 2);

    private static object Row(string id, object deployId, string name, int cards, decimal price, int? vram, string? link, string location, int replicas) => new
    {
        id, deploy_id = deployId, name, brand_name = cards == 0 ? "AMD" : "NVIDIA", num_cards = cards, supplier = location is "US" or "FI" ? "external"
            : "internal", sold_out = replicas == 0, available_replicas = replicas, price,
        vram_per_card = vram, interconnect = link?.ToLowerInvariant(), nvlink = link?.StartsWith("SXM", StringComparison.Ordinal) ?? false,
        storage = Math.Max(1, cards) * 250, vcpu = Math.Max(4, cards * 16), memory = Math.Max(4, cards) * 32, location,
    };
}
