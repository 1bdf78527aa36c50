namespace Nirmaan.Optimiser.Explaining;

/// <summary>Sets limits of an instance by the name of their row.</summary>
internal static class RowLimits
{
    /// <summary>The instance with another limit in a row, or without that row.</summary>
    public static AllocationInstance With(AllocationInstance given, string row, double? limit)
    {
        var name = row[(row.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var caps = given.Caps;
        IReadOnlyList<RewardNetwork> Networks(Func<RewardNetwork, RewardNetwork> change) => [.. given.Networks.Select(n => n.Id == name ? change(n) : n)];
        Dictionary<string, double>? Set(IReadOnlyDictionary<string, double>? of) =>
            of?.Where(c => c.Key != name || limit is not null).ToDictionary(c => c.Key, c => c.Key == name ? limit!.Value : c.Value, StringComparer.Ordinal);
        return row.Split(':')[0] switch
        {
            RowNames.Budget => given with { BudgetUsdPerHour = limit ?? (given.Items.Sum(i => i.UsdPerGpuHour * i.Available) + 1) },
            RowNames.Moves => given with { Caps = caps with { MaxMoves = (int?)limit } },
            "provider" => given with { Caps = caps with { ProviderUsdPerHour = Set(caps.ProviderUsdPerHour) } },
            "bucketMin" => given with { Caps = caps with { BucketMinUsdPerHour = Set(caps.BucketMinUsdPerHour) } },
            "bucketMax" => given with { Caps = caps with { BucketMaxUsdPerHour = Set(caps.BucketMaxUsdPerHour) } },
            "exposure" => given with { Networks = Networks(n => n with { ExposureCapUsdPerHour = limit }) },
            "gpuCap" => given with { Networks = Networks(n => n with { GpuCap = (int?)limit }) },
            "stake" => given with { Networks = Networks(n => n with { StakeOwned = limit }) },
            "pin" => given with { Pins = [.. given.Pins!.Where(p => p.Row != row)] },
            "veto" => given with { Vetoes = [.. given.Vetoes!.Where(v => v.Row != row)] },
            _ => throw new ArgumentException($"{row} is no limit that can be set.", nameof(row)),
        };
    }

    /// <summary>What a row counts.</summary>
    public static string Unit(string row) => row.Split(':')[0] switch { RowNames.Moves => "moves", "gpuCap" => "GPUs", "stake" => "stake", _ => "USD/h" };

    /// <summary>A tenth of the limit, or what one miner needs where that is more.</summary>
    public static double Step(AllocationInstance instance, string row, double limit)
    {
        var network = row[(row.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var workloads = instance.Workloads.Where(w => w.Network == network).DefaultIfEmpty(instance.Workloads[0]);
        var lot = workloads.Max(w => w.GpusPerMiner);
        return Unit(row) switch
        {
            "USD/h" => Math.Max(limit / 10, instance.Items.Average(i => i.UsdPerGpuHour)),
            "stake" => Math.Max(limit / 10, workloads.Max(w => (w.StakePerGpu ?? 0) * w.GpusPerMiner)),
            _ => Math.Ceiling(Math.Max(limit / 10, 1) / lot) * lot,
        };
    }

    /// <summary>A row in words.</summary>
    public static string Words(string row)
    {
        var name = row[(row.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return row.Split(':')[0] switch
        {
            RowNames.Budget => "the hourly budget",
            RowNames.Moves => "the limit on moves",
            "provider" => $"{name}'s rent cap",
            "exposure" => $"the rent cap of {name}",
            "bucketMin" => $"the floor under {name} networks",
            "bucketMax" => $"the ceiling over {name} networks",
            "gpuCap" => $"the GPU cap of {name}",
            "stake" => $"the stake on {name}",
            "pin" => $"the pin of {name.Replace(">", " to ", StringComparison.Ordinal)}",
            _ => $"the veto of {name.Replace("*>", "", StringComparison.Ordinal).Replace(">*", "", StringComparison.Ordinal).Replace(">", " for ", StringComparison.Ordinal)}",
        };
    }
}
