using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Staking;

/// <summary>One miner on one UTC day, by what its machine said.</summary>
/// <param name="DownSeconds">Failed or not heard of; starting is not down.</param>
public sealed record MinerDay(MinerId MinerId, NetworkName Network, DateOnly Day, long UpSeconds, long DownSeconds);

/// <summary>What a network paid of one asset over the time of a bill.</summary>
/// <param name="Tokens">Whole tokens.</param>
/// <param name="Usd">At the prices of their times; null = unknown.</param>
public sealed record NetworkPaid(NetworkName Network, Asset Asset, decimal Tokens, decimal? Usd);

/// <summary>What a miner's time down cost in rewards.</summary>
/// <param name="Asset">Null = the network paid no token in that time, so what was missed is not known.</param>
/// <param name="MyLostTokens">The part that would have been one account's; null = no account was asked for.</param>
public sealed record DowntimeLine(MinerId MinerId, NetworkName Network, long DownSeconds, Asset? Asset, decimal? LostTokens, decimal? LostUsd, decimal? MyLostTokens, decimal? MyLostUsd);

/// <summary>
/// Rewards that were missed while miners were down, method <see cref="MethodVersion"/>: time down times what the network paid per second of time
/// up of all the pool's miners in the same period. A mean, not a measurement: nobody knows what a miner would have been given.
/// </summary>
public static class DowntimeBill
{
    /// <summary>Name of the method, shown beside what it computed; another method gets another name.</summary>
    public const string MethodVersion = "mean-of-time-up-1";

    /// <summary>A line per miner that was down and asset that its network paid, the dearest first.</summary>
    /// <param name="shareOn">One's share of a day's stake x time, 0 to 1; null = only the whole is asked for.</param>
    public static IReadOnlyList<DowntimeLine> Of(IReadOnlyCollection<MinerDay> days, IReadOnlyCollection<NetworkPaid> paid, Func<DateOnly, decimal>? shareOn)
    {
        var up = days.GroupBy(d => d.Network).ToDictionary(g => g.Key, g => g.Sum(d => d.UpSeconds));
        var byNetwork = paid.ToLookup(p => p.Network);
        return [.. days.Where(d => d.DownSeconds > 0).GroupBy(d => (d.MinerId, d.Network)).SelectMany(miner =>
        {
            var down = miner.Sum(d => d.DownSeconds);
            decimal? mine = shareOn is null ? null : miner.Sum(d => d.DownSeconds * shareOn(d.Day));
            var seconds = up[miner.Key.Network];
            return seconds == 0 || !byNetwork.Contains(miner.Key.Network)
                ? [new DowntimeLine(miner.Key.MinerId, miner.Key.Network, down, null, null, null, null, null)]
                : byNetwork[miner.Key.Network].Select(p => new DowntimeLine(
                    miner.Key.MinerId, miner.Key.Network, down, p.Asset, p.Tokens / seconds * down, p.Usd / seconds * down, p.Tokens / seconds * mine, p.Usd / seconds * mine));
        }).OrderByDescending(l => l.LostUsd ?? 0).ThenByDescending(l => l.DownSeconds).ThenBy(l => l.MinerId.Value)];
    }
}
