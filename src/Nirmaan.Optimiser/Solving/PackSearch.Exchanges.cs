using System.Runtime.CompilerServices;

namespace Nirmaan.Optimiser.Solving;

/// <summary>Groups of networks that are given the packs which are worth most together.</summary>
internal sealed partial class PackSearch
{
    private void Pairs(int[] networks, CancellationToken cancellationToken)
    {
        for (var isBetter = true; isBetter && _left > 0;)
        {
            isBetter = false;
            for (var i = 0; i < networks.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (var j = i + 1; j < networks.Length; j++)
                {
                    isBetter |= Exchange([networks[i], networks[j]]);
                }
            }
        }
    }

    /// <summary>Gives some networks the packs that are worth most together.</summary>
    private bool Exchange(ReadOnlySpan<int> networks)
    {
        var (most, worth) = (Slack(), _least);
        foreach (var n in networks)
        {
            most += _current[n].Loss;
            worth += _current[n].Worth;
        }
        foreach (var n in networks)
        {
            GiveBack(_current[n]);
        }
        _stop = Math.Max(0, _left - MostPerExchange);
        var isBetter = Choose(networks, 0, most, ref worth);
        foreach (var n in networks)
        {
            if (isBetter)
            {
                _current[n] = _chosen[n]!;
            }
            Take(_current[n]);
        }
        return isBetter;
    }

    /// <summary>Finds packs for the networks from one on that lose less than the limit and are worth more than is wanted; true if there are such.</summary>
    private bool Choose(ReadOnlySpan<int> networks, int at, double limit, ref double worth)
    {
        var n = networks[at];
        if (at == networks.Length - 1)
        {
            if (Best(n, limit, worth) is not { } last)
            {
                return false;
            }
            (_trial[n], worth) = (last, last.Worth);
            foreach (var m in networks)
            {
                _chosen[m] = _trial[m];
            }
            return true;
        }
        var found = false;
        foreach (var pack in _lists[n].Packs)
        {
            if (pack.Loss >= limit || _left <= _stop)
            {
                break;
            }
            _left--;
            if (Fits(pack))
            {
                Take(pack);
                _trial[n] = pack;
                var wanted = worth - pack.Worth;
                if (Choose(networks, at + 1, limit - pack.Loss, ref wanted))
                {
                    (worth, found) = (wanted + pack.Worth, true);
                }
                GiveBack(pack);
            }
        }
        return found;
    }

    /// <summary>The pack worth most, and more than so much, that fits and loses less than the limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Pack? Best(int network, double limit, double worth)
    {
        Pack? best = null;
        foreach (var pack in _lists[network].Packs)
        {
            _left--;
            if (pack.Loss >= limit)
            {
                break;
            }
            if (pack.Worth > worth && Fits(pack) && Holds(pack))
            {
                (best, worth) = (pack, pack.Worth);
            }
        }
        return best;
    }

    /// <summary>Random packs for some networks, as far as they fit.</summary>
    private void Disturb(ReadOnlySpan<int> networks, SplitMix random)
    {
        foreach (var n in networks)
        {
            GiveBack(_current[n]);
        }
        foreach (var n in networks)
        {
            var packs = _lists[n].Packs;
            var chosen = packs[random.Next(Math.Min(packs.Count, 40))];
            for (var i = 0; i < packs.Count && !Fits(chosen); i++)
            {
                chosen = packs[i];
            }
            Take(_current[n] = chosen); // The empty pack is among them and always fits.
        }
    }
}
