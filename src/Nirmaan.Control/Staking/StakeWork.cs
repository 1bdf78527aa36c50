using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Staking;

/// <summary>Machines of the pool that bill now and are alike. Public: no machine's address, key or account.</summary>
/// <param name="Region">Null = the supplier does not say.</param>
/// <param name="Earning">Of them, those whose miner the network credits.</param>
/// <param name="UsdPerHour">Null = the price of one of them is unknown.</param>
public sealed record WorkPlace(NetworkName Network, SupplierName Supplier, GpuModel Gpu, string? Region, int Machines, int Gpus, int Earning, decimal? UsdPerHour);

/// <summary>Where the pool's GPUs work at a moment.</summary>
public sealed record WorkMap(DateTimeOffset At, IReadOnlyList<WorkPlace> Places);

/// <summary>A miner as anyone may see it.</summary>
/// <param name="Region">Null = the supplier does not say.</param>
public sealed record MinerPlace(MinerId MinerId, NetworkName Network, WorkloadName Workload, SupplierName Supplier, GpuModel Gpu, int Gpus, string? Region, decimal? UsdPerGpuHour);

/// <summary>A payment of an epoch, from the network's transaction over the miner to its machine and what that cost.</summary>
/// <param name="UnitUsd">Price of a token at the payment's time; null = unknown.</param>
/// <param name="Miner">Null = the payment names none.</param>
/// <param name="RentUsd">Rent of the miner's machine on the epoch's day, over all payments for that miner; null = the payment names no miner.</param>
public sealed record TracedPayment(NetworkName Network, DateTimeOffset At, Asset Asset, BigInteger Units, decimal? UnitUsd, string Evidence, MinerPlace? Miner, decimal? RentUsd);

/// <summary>Time that the pool's miners were down, and what that missed.</summary>
/// <param name="CountedSeconds">Of all miners; those of the lines' seconds that were down are part of it.</param>
/// <param name="DownRentUsd">Rent that ran on while miners were down, estimated by their share of time down; whoever pays the rent bore it.</param>
/// <param name="Places">What each line's miner is.</param>
public sealed record Downtime(
    DateTimeOffset From, DateTimeOffset To, long CountedSeconds, IReadOnlyList<DowntimeLine> Lines, decimal DownRentUsd, IReadOnlyDictionary<MinerId, MinerPlace> Places)
{
    /// <summary>Seconds down over all miners.</summary>
    public long DownSeconds => Lines.DistinctBy(l => l.MinerId).Sum(l => l.DownSeconds);
}
