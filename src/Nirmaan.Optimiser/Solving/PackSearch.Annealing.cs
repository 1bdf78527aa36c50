using System.Runtime.CompilerServices;

namespace Nirmaan.Optimiser.Solving;

/// <summary>Packs drawn at random while the plan cools; what breaks a row or takes a GPU twice is cheap while it is hot, or hardly any exchange would be possible, and then ever dearer.</summary>
internal sealed partial class PackSearch
{
    /// <summary>Heat at first, as a part of what a network loses on average, every other time the greater one; and what is left of it at last.</summary>
    private const double Hot = 5, Hotter = 15, Cold = 0.001;

    /// <summary>What breaking a row costs at first, as a part of its price, and how much dearer it is at last.</summary>
    private const double Cheap = 0.7, Dear = 40;

    /// <summary>A row without a price costs at least this part of the dearest row's; a GPU too many at least this part of the gap.</summary>
    private const double LeastFine = 0.2, LeastGpuFine = 0.05;

    private double[] _rowFines = [], _partFines = [];

    /// <summary>Cools once, from the packs as they are; ends with the best plan met that breaks nothing, if it is better than it was.</summary>
    private void Anneal(bool hotter, SplitMix random, CancellationToken cancellationToken)
    {
        var best = (Pack[])_current.Clone();
        var (worth, bestWorth) = (best.Sum(p => p.Worth), best.Sum(p => p.Worth));
        var dearest = _rowPrices.Append(0).Max();
        _rowFines = Array.ConvertAll(_rowPrices, p => Math.Max(p, LeastFine * dearest));
        _partFines = Array.ConvertAll(_idleLoss, p => Math.Max(p, LeastGpuFine * _gap));
        var (hot, fines) = ((hotter ? Hotter : Hot) * _gap / _lists.Length, 0.0);
        var cooling = Math.Pow(Cold, 1.0 / Math.Max(1, _draws / 1024));
        var (dear, rising) = (Cheap, Math.Pow(Dear, 1.0 / Math.Max(1, _draws / 1024)));
        for (var (step, heat) = (0, hot); step < _draws; step++)
        {
            if (step % 1024 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (heat, dear) = (heat * cooling, dear * rising);
            }
            var n = random.Next(_lists.Length);
            var m = random.Next(4) != 0 ? n : random.Next(_lists.Length);
            var (oldN, oldM) = (_current[n], _current[m]);
            var (newN, newM) = (Draw(n, random), Draw(m, random));
            var change = newN.Worth - oldN.Worth;
            var fine = Shift(oldN, 1) + Shift(newN, -1);
            if (m != n)
            {
                change += newM.Worth - oldM.Worth;
                fine += Shift(oldM, 1) + Shift(newM, -1);
            }
            var gain = change - (dear * fine);
            if (gain >= 0 || random.NextUnit() < Exact.Exp(gain / heat))
            {
                _current[n] = newN;
                if (m != n)
                {
                    _current[m] = newM;
                }
                (worth, fines) = (worth + change, fines + fine);
                if (worth > bestWorth + _least && fines < 1e-9 && IsWhole())
                {
                    (bestWorth, best) = (worth, (Pack[])_current.Clone());
                }
            }
            else
            {
                if (m != n)
                {
                    Shift(newM, 1);
                    Shift(oldM, -1);
                }
                Shift(newN, 1);
                Shift(oldN, -1);
            }
        }
        Set(best);
        Refresh();
    }

    /// <summary>One of a network's packs, the likelier the less it loses.</summary>
    private Pack Draw(int network, SplitMix random)
    {
        var (packs, unit) = (_lists[network].Packs, random.NextUnit());
        return packs[(int)(unit * unit * packs.Count)];
    }

    /// <summary>Whether nothing is broken.</summary>
    private bool IsWhole() => _room.All(r => r >= 0) && _free.All(f => f >= 0);

    /// <summary>Takes a pack (-1) or gives it back (1); returns by how much the fines grow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Shift(Pack pack, int sign)
    {
        var fine = 0.0;
        for (var i = 0; i < _room.Length; i++)
        {
            var before = _room[i];
            _room[i] += sign * pack.Usage[i];
            fine += _rowFines[i] * (Math.Max(0, -_room[i]) - Math.Max(0, -before));
        }
        foreach (var (part, gpus) in pack.Gpus)
        {
            var before = _free[part];
            _free[part] += sign * gpus;
            fine += _partFines[part] * (Math.Max(0, -_free[part]) - Math.Max(0, -before));
        }
        return fine;
    }
}
