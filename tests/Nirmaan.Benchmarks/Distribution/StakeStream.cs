using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;

namespace Nirmaan.Benchmarks.Distribution;

/// <summary>A stake history drawn from a seed and kept small, so that what is measured is what is made of it.</summary>
public sealed class StakeStream
{
    /// <summary>Base units of a hundred-thousandth of NRM less one: amounts have no round digits.</summary>
    private const long Unit = 9_999_999_999_999;

    public static readonly DateTimeOffset From = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset To = From.AddDays(30);

    private readonly WalletAddress[] _accounts;
    private readonly int[] _who;
    private readonly long[] _units;
    private readonly DateTimeOffset _first = From.AddDays(-30);

    /// <summary>Each account stakes once; the other changes are stakes and unstakes of random accounts, spread evenly over 60 days, of which the last 30 are the period.</summary>
    public StakeStream(int stakers, int changes, int seed)
    {
        var random = new Random(seed);
        _accounts = new WalletAddress[stakers];
        Span<byte> bytes = stackalloc byte[WalletAddress.Size];
        for (var i = 0; i < stakers; i++)
        {
            random.NextBytes(bytes);
            _accounts[i] = WalletAddress.Of(bytes);
        }
        (_who, _units) = (new int[changes], new long[changes]);
        var held = new long[stakers];
        for (var i = 0; i < changes; i++)
        {
            var who = i < stakers ? i : random.Next(stakers);
            var units = random.Next(3) == 0 && held[who] > 0 ? -random.NextInt64(1, held[who] + 1) : random.NextInt64(1, 1_000_000_000);
            held[who] += units;
            (_who[i], _units[i]) = (who, units);
        }
    }

    /// <summary>In order of time.</summary>
    public IEnumerable<StakeDelta> Changes()
    {
        var seconds = (To - _first).TotalSeconds;
        for (var i = 0; i < _who.Length; i++)
        {
            yield return new StakeDelta(_first.AddSeconds((long)(seconds * i / _who.Length)), _accounts[_who[i]], (BigInteger)((Int128)_units[i] * Unit));
        }
    }

    /// <summary>The account as the tree takes it.</summary>
    public static EvmAddress ToEvm(WalletAddress account)
    {
        Span<byte> bytes = stackalloc byte[WalletAddress.Size];
        account.CopyTo(bytes);
        return new EvmAddress(bytes);
    }
}
