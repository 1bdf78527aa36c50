namespace Nirmaan.Optimiser;

/// <summary>The names of rows, as used for prices, violations and contradictions.</summary>
public static class RowNames
{
    /// <summary>Rent of the whole plan.</summary>
    public const string Budget = "budget";

    /// <summary>GPUs that are moved or new.</summary>
    public const string Moves = "moves";

    /// <summary>Rent on one network.</summary>
    public static string Exposure(string network) => "exposure:" + network;

    /// <summary>Rent at one provider.</summary>
    public static string Provider(string provider) => "provider:" + provider;

    /// <summary>Floor on the rent of a bucket of networks.</summary>
    public static string BucketMin(string bucket) => "bucketMin:" + bucket;

    /// <summary>Ceiling on the rent of a bucket of networks.</summary>
    public static string BucketMax(string bucket) => "bucketMax:" + bucket;

    /// <summary>GPUs on one network.</summary>
    public static string GpuCap(string network) => "gpuCap:" + network;

    /// <summary>Stake tied up on one network.</summary>
    public static string Stake(string network) => "stake:" + network;

    /// <summary>Work delivered to one network: its price is what one more unit per hour is worth.</summary>
    public static string Work(string network) => "work:" + network;

    /// <summary>The held GPUs of one item that must stay in use.</summary>
    public static string Locked(string item) => "locked:" + item;

    /// <summary>GPUs of an item that a pin keeps on a workload.</summary>
    public static string Pin(string item, string workload) => $"pin:{item}>{workload}";

    /// <summary>GPUs that a veto forbids; what it does not name is *.</summary>
    public static string Veto(Veto veto)
    {
        string?[] supply = [veto.Item, veto.Provider, veto.Gpu];
        string?[] use = [veto.Network, veto.Workload];
        static string Text(string?[] parts) => parts.Any(p => p is not null) ? string.Join('+', parts.Where(p => p is not null)) : "*";
        return $"veto:{Text(supply)}>{Text(use)}";
    }
}
