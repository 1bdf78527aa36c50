using System.Numerics;

namespace Nirmaan.Evm.Tests.Chain;

/// <summary>What the staking contract should do, as plainly as it can be said. Each move answers the name of the error it must be refused with, or null.</summary>
internal sealed class NrmStakingModel(IReadOnlyList<EvmAddress> accounts, BigInteger nrmOfEach, long unbondingSeconds)
{
    private readonly List<(long At, EvmAddress Account, BigInteger Balance)> _history = [];

    public bool Paused { get; set; }
    public Dictionary<EvmAddress, BigInteger> Stakes { get; } = accounts.ToDictionary(a => a, _ => BigInteger.Zero);
    public Dictionary<EvmAddress, BigInteger> Nrm { get; } = accounts.ToDictionary(a => a, _ => nrmOfEach);
    public Dictionary<EvmAddress, List<Unbonding>> Unbondings { get; } = accounts.ToDictionary(a => a, _ => new List<Unbonding>());
    public BigInteger TotalUnbonding => Unbondings.Values.SelectMany(u => u).Aggregate(BigInteger.Zero, (sum, u) => sum + u.Amount);

    public BigInteger StakeAt(EvmAddress account, long time) => _history.LastOrDefault(h => h.Account == account && h.At <= time).Balance;

    public BigInteger TotalAt(long time) => accounts.Aggregate(BigInteger.Zero, (sum, a) => sum + StakeAt(a, time));

    public string? Stake(EvmAddress account, BigInteger amount, long at)
    {
        if (Paused) { return nameof(EnforcedPause); }
        if (amount == 0) { return nameof(NothingToMove); }
        if (amount > Nrm[account]) { return nameof(InsufficientBalance); }
        Nrm[account] -= amount;
        SetStake(account, Stakes[account] + amount, at);
        return null;
    }

    public string? Unstake(EvmAddress account, BigInteger amount, long at)
    {
        if (amount == 0) { return nameof(NothingToMove); }
        if (amount > Stakes[account]) { return nameof(StakeTooLow); }
        SetStake(account, Stakes[account] - amount, at);
        Unbondings[account].Add(new Unbonding(amount, at + unbondingSeconds));
        return null;
    }

    public string? Cancel(EvmAddress account, int id, long at)
    {
        if (Paused) { return nameof(EnforcedPause); }
        if (!IsOpen(account, id)) { return nameof(NoSuchUnbonding); }
        SetStake(account, Stakes[account] + Unbondings[account][id].Amount, at);
        Unbondings[account][id] = Unbondings[account][id] with { Amount = 0 };
        return null;
    }

    public string? Withdraw(EvmAddress account, IReadOnlyList<int> ids, long at)
    {
        if (ids.Count == 0) { return nameof(NothingToMove); }
        HashSet<int> before = [];
        foreach (int id in ids)
        {
            if (!before.Add(id) || !IsOpen(account, id)) { return nameof(NoSuchUnbonding); }
            if (Unbondings[account][id].AvailableAt > at) { return nameof(NotYetAvailable); }
        }
        foreach (int id in ids)
        {
            Nrm[account] += Unbondings[account][id].Amount;
            Unbondings[account][id] = Unbondings[account][id] with { Amount = 0 };
        }
        return null;
    }

    private bool IsOpen(EvmAddress account, int id) => id < Unbondings[account].Count && Unbondings[account][id].Amount > 0;

    private void SetStake(EvmAddress account, BigInteger balance, long at)
    {
        Stakes[account] = balance;
        _history.Add((at, account, balance));
    }
}
