using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.RunPod;

/// <summary>GPU types, pods and bills as RunPod prints them.</summary>
internal sealed class RunPodWire(RunPodWorld world, RunPodCatalogue catalogue)
{
    /// <summary>A pod. The whole environment is in it, whatever is secret.</summary>
    public object Pod(RunPodPod pod)
    {
        var isRunning = pod.Status == RunPodStatus.Running;
        return new
        {
            id = pod.Id, name = pod.Config.Name, image = pod.Config.Image, args = pod.Config.Args, disk = pod.Config.Disk, ports = pod.Config.Ports, env = pod.Config.Env,
            registry = (string?)null, status = pod.Status, actions = RunPodStatus.Actions(pod.Status), mounts = new { },
            gpu = new { id = pod.Type.Id, count = pod.Gpus, vcpuCount = 8 * pod.Gpus, memory = 32 * pod.Gpus }, cloud = pod.IsSecure ? "SECURE" : "COMMUNITY",
            dataCenterId = pod.Place.Length > 0 ? pod.Place : null, cudaVersion = RunPodCatalogue.CudaVersions[^1], ssh = new { proxy = (object?)null, direct = (object?)null },
            template = (string?)null, cost = pod.Cost, locked = false, globalNetworking = new { enabled = false },
            // In the contract's own examples it is empty, not null, while a pod is being placed.
            runtime = isRunning ? new { uptime = (int)(world.Now - pod.StartedAt!.Value).TotalSeconds, gpus = Enumerable.Range(0, pod.Gpus).Select(_ => new { util = 93, memoryUtil = 71 }),
                ports = pod.Config.Ports.Select(Port) } : pod.HoldsGpus ? new { } : (object?)null,
            createdAt = Wire.Zoned(pod.CreatedAt), startedAt = pod.StartedAt is { } start ? Wire.Zoned(start) : null,
        };
    }

    /// <summary>A GPU type; with availability where it is asked for.</summary>
    public object Type(RunPodType type, bool availability, int gpus, bool secure)
    {
        var row = new Dictionary<string, object?>
        {
            ["id"] = type.Id, ["name"] = type.Gpu.Label, ["pool"] = null, ["manufacturer"] = "NVIDIA", ["memory"] = type.Gpu.VramGb, ["secure"] = type.MaxSecure > 0,
            ["community"] = type.MaxCommunity > 0, ["price"] = new { secure = type.MaxSecure > 0 ? type.Secure : 0m, community = type.MaxCommunity > 0 ? type.Community : 0m },
            ["maxCount"] = new { secure = type.MaxSecure, community = type.MaxCommunity },
        };
        if (!availability) { return row; }
        var places = RunPodCatalogue.PlacesOf(type, secure).Select(p => (Place: p, Machines: catalogue.Machines(type, p, gpus))).ToList();
        row["availability"] = RunPodCatalogue.Level(places.Select(p => p.Machines).DefaultIfEmpty().Max());
        var listed = places.Where(p => p.Place.Length > 0 && p.Machines > 0).Select(p => new
        {
            id = p.Place, name = RunPodCatalogue.Places.Single(x => x.Id == p.Place).Name, availability = RunPodCatalogue.Level(p.Machines),
        }).ToList();
        // Omitted entirely where the wanted machine is to be had nowhere.
        if (listed.Count > 0) { row["dataCenters"] = listed; }
        row["cudaVersions"] = RunPodCatalogue.CudaVersions.Select(v => new { version = v, available = places.Exists(p => p.Machines > 0) });
        return row;
    }

    /// <summary>What pods cost, in one bucket that begins at <paramref name="from"/>.</summary>
    public object Bill(RunPodAccount account, string? podId, DateTimeOffset from, string bucket)
    {
        var pods = account.Pods.Where(p => (podId is null || p.Id == podId) && (p.EndedAt ?? world.Now) >= from).ToList();
        var records = pods.Select(p => new
        {
            startTime = Wire.Zoned(from), endTime = Wire.Zoned(world.Now), podId = p.Id, totalAmount = p.ChargedUsd(world.Now),
            gpuAmount = p.ChargedUsd(world.Now) - p.DiskUsd(world.Now), cpuAmount = 0m, diskAmount = p.DiskUsd(world.Now),
        }).ToList();
        return new
        {
            records,
            metadata = new
            {
                query = new { startTime = Wire.Zoned(from), endTime = Wire.Zoned(world.Now), bucketSize = bucket, podId },
                recordCount = records.Count, uniquePodCount = records.Count,
                totals = new { totalAmount = records.Sum(r => r.totalAmount), gpuAmount = records.Sum(r => r.gpuAmount), cpuAmount = 0m, diskAmount = records.Sum(r => r.diskAmount) },
            },
        };
    }

    private static object Port(string port, int index)
    {
        var isHttp = port.EndsWith("/http", StringComparison.Ordinal);
        return new
        {
            @private = int.Parse(port.AsSpan(0, port.IndexOf('/', StringComparison.Ordinal)), System.Globalization.CultureInfo.InvariantCulture),
            @public = isHttp ? (int?)null : 40000 + index, type = isHttp ? "http" : "tcp", ip = isHttp ? null : "203.0.113.10",
        };
    }
}
