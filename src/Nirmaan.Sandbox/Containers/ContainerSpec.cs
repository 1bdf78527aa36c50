namespace Nirmaan.Sandbox.Containers;

/// <summary>What a lease asked to run: image, environment and command, on so many GPUs of a canonical model (for example rtx-a6000).</summary>
public sealed record ContainerSpec(string Supplier, string LeaseId, string Image, IReadOnlyDictionary<string, string> Env, IReadOnlyList<string> Command,
    string Gpu, int GpuCount, int VramGb);
