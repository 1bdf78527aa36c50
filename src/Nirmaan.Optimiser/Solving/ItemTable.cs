namespace Nirmaan.Optimiser.Solving;

/// <summary>The items of a model, sorted by GPU model, rent, then id: neighbours are near substitutes.</summary>
internal sealed class ItemTable
{
    public ItemTable(AllocationInstance instance, WorkloadTable workloads, double usdScale)
    {
        var listed = instance.Items;
        Count = listed.Count;
        Gpus = [.. listed.Select(i => i.Gpu).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Providers = [.. listed.Select(i => i.Provider).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var gpuIndex = Indexed(Gpus);
        var providerIndex = Indexed(Providers);
        var keys = listed.Select((item, i) => (Gpu: gpuIndex[item.Gpu], Rent: item.UsdPerGpuHour, item.Id, Index: i)).ToArray();
        Array.Sort(keys, (a, b) =>
        {
            var byGpu = a.Gpu.CompareTo(b.Gpu);
            var byRent = byGpu != 0 ? byGpu : a.Rent.CompareTo(b.Rent);
            return byRent != 0 ? byRent : string.CompareOrdinal(a.Id, b.Id);
        });
        Listed = Array.ConvertAll(keys, k => k.Index);
        Source = Array.ConvertAll(keys, k => listed[k.Index]);
        Gpu = Array.ConvertAll(Source, i => gpuIndex[i.Gpu]);
        Provider = Array.ConvertAll(Source, i => providerIndex[i.Provider]);
        Rent = Array.ConvertAll(Source, i => i.UsdPerGpuHour * usdScale);
        Reliability = Array.ConvertAll(Source, i => i.Reliability);
        Available = Array.ConvertAll(Source, i => i.Available);
        Held = Array.ConvertAll(Source, i => i.Held?.Count ?? 0);
        HeldWorkload = Array.ConvertAll(Source, i => i.Held is { Count: > 0 } held ? workloads.Index[held.Workload] : -1);
        Locked = Array.ConvertAll(Source, i => i.Held is { Locked: true, Count: > 0 });
    }

    public int Count { get; }

    public AllocationItem[] Source { get; }

    /// <summary>Where the instance lists each item.</summary>
    public int[] Listed { get; }

    public string[] Gpus { get; }

    public string[] Providers { get; }

    public int[] Gpu { get; }

    public int[] Provider { get; }

    public double[] Rent { get; }

    public double[] Reliability { get; }

    public int[] Available { get; }

    public int[] Held { get; }

    /// <summary>The workload of the held GPUs, -1 if none are held.</summary>
    public int[] HeldWorkload { get; }

    public bool[] Locked { get; }

    private static Dictionary<string, int> Indexed(string[] names) =>
        names.Select((name, i) => (name, i)).ToDictionary(x => x.name, x => x.i, StringComparer.Ordinal);
}
