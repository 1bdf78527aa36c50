using System.Text.Json;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>VM deployments, VMs and their hardware as io.net prints them; what is the same for containers stands in <see cref="IoNetWire"/>.</summary>
internal sealed class IoNetVmWire(IoNetWorld world, IoNetHardware hardware, IoNetWire wire)
{
    /// <summary>A deployment's details. The name is not among them.</summary>
    public object Details(IoNetDeployment d) => new
    {
        id = d.Id, status = d.Status, created_at = wire.Time(d.CreatedAt), started_at = d.StartedAt is { } s ? wire.Time(s) : null,
        finished_at = d.FinishedAt is { } f ? wire.Time(f) : null, amount_paid = d.Paid, completed_percent = wire.Percent(d),
        total_gpus = d.PerContainer * d.Replicas, gpus_per_vm = d.PerContainer, total_vms = d.Replicas, hardware_name = d.Card.Gpu.Label,
        hardware_id = wire.HardwareId(d.Card, d.PerContainer), locations = new[] { new { id = d.Location.Id, iso2 = d.Location.Iso2, name = d.Location.Name } },
        brand_name = "NVIDIA", compute_minutes_served = d.MinutesServed(world.Now), compute_minutes_remaining = d.Hours * 60 - d.MinutesServed(world.Now),
        ssh_keys = d.Vms!.SshKeys, github_ids = d.Vms.GithubIds,
    };

    /// <summary>A VM as it is now.</summary>
    public object Vm(IoNetDeployment d, IoNetWorker w) => new
    {
        device_id = w.DeviceId, vm_id = w.ContainerId, hardware = d.Card.Gpu.Label, brand_name = "NVIDIA", created_at = wire.Time(w.CreatedAt),
        uptime_percent = w.Status == "running" ? 100 : 0, gpus_per_vm = d.PerContainer, status = w.Status,
        vm_events = w.Events.Count == 0 ? null : w.Events.Select(e => new { time = wire.Time(e.Time), message = e.Message }),
        network_services = d.Vms!.Services.ToDictionary(p => p.Key, p => new
        {
            port = p.Value.Port, protocol = p.Value.Protocol, whitelist = p.Value.Whitelist, public_port = 30_000 + p.Value.Port % 30_000, public_ip = "127.0.0.1",
            srv_record = $"_{p.Key}._{p.Value.Protocol}.{w.ContainerId}.vm.example",
        }),
        ssh_access = w.Machine?.SshAccess ?? "",
    };

    /// <summary>The hardware that one may ask prices for.</summary>
    public object MaxGpus() => new
    {
        data = new
        {
            hardware = IoNetHardware.Cards.Select(c => new
            {
                max_gpus_per_vm = c.MaxPerContainer, available = c.Stock.Keys.Sum(iso2 => hardware.Free(c, iso2)), hardware_id = wire.HardwareId(c, 1),
                hardware_name = c.Gpu.Label, brand_name = "NVIDIA",
            }),
            total = IoNetHardware.Cards.Count,
        },
    };

    /// <summary>The catalogue: the containers' rows without what only those have.</summary>
    public JsonNode Catalogue()
    {
        var all = JsonSerializer.SerializeToNode(wire.Catalogue(), Wire.Options)!;
        foreach (var row in all["data"]!["hardware"]!.AsArray())
        {
            row!.AsObject().Remove("brand_name");
            row.AsObject().Remove("available_replicas");
        }
        return all;
    }
}
