using System.Runtime.CompilerServices;

namespace Nirmaan.Optimiser.Solving;

/// <summary>The risk-weighted value of the work on all networks, valued only when asked for and only where work changed.</summary>
internal sealed class Revenue
{
    private readonly NetworkTable _networks;
    private readonly double[] _share, _settledShare, _scenario, _settledScenario, _sorted;
    private readonly bool[] _stale;
    private readonly int[] _staleList;
    private int _staleCount;
    private double _value, _settledValue, _mean;
    private bool _isValued = true;

    public Revenue(NetworkTable networks)
    {
        _networks = networks;
        var scenarios = networks.TailWeight > 0 ? networks.Scenarios : 0;
        Work = new double[networks.Count];
        (_share, _settledShare) = (new double[networks.Count], new double[networks.Count]);
        (_stale, _staleList) = (new bool[networks.Count], new int[networks.Count]);
        (_scenario, _settledScenario, _sorted) = (new double[scenarios], new double[scenarios], new double[scenarios]);
    }

    /// <summary>E per network.</summary>
    public double[] Work { get; }

    public double Value
    {
        get
        {
            if (!_isValued)
            {
                Revalue();
            }
            return _value;
        }
    }

    public void Add(int network, double work)
    {
        Work[network] += work;
        Touch(network);
    }

    /// <summary>Puts back a network's work as it was.</summary>
    public void Reset(int network, double work)
    {
        Work[network] = work;
        Touch(network);
    }

    /// <summary>Takes what holds now as the base that later changes start from.</summary>
    public void Settle()
    {
        _ = Value;
        for (var i = 0; i < _staleCount; i++)
        {
            var n = _staleList[i];
            (_settledShare[n], _stale[n]) = (_share[n], false);
        }
        _staleCount = 0;
        Array.Copy(_scenario, _settledScenario, _scenario.Length);
        if (_scenario.Length == 0)
        {
            // Summed afresh, so that errors cannot pile up over many changes.
            _mean = Exact.Dot(_networks.Mean, _share);
            _value = _mean;
        }
        _settledValue = _value;
    }

    /// <summary>Every change since the last settling has been put back.</summary>
    public void Forget()
    {
        for (var i = 0; i < _staleCount; i++)
        {
            var n = _staleList[i];
            (_share[n], _stale[n]) = (_settledShare[n], false);
        }
        _staleCount = 0;
        Array.Copy(_settledScenario, _scenario, _scenario.Length);
        (_value, _isValued) = (_settledValue, true);
    }

    /// <summary>The slope of the value in a network's work: the value is concave, so no gain exceeds what the slopes promise.</summary>
    public void Slopes(Span<double> slopes, ReadOnlySpan<double> weights)
    {
        for (var n = 0; n < slopes.Length; n++)
        {
            slopes[n] = Weighted(n, weights) * _networks.ShareSlope(n, Work[n]);
        }
    }

    /// <summary>V of a network under scenario weights; its mean if there are none.</summary>
    public double Weighted(int network, ReadOnlySpan<double> weights)
    {
        var values = _networks.Values[network];
        return weights.Length == 0 || values.Length == 1
            ? _networks.Mean[network]
            : ((1 - _networks.TailWeight) * _networks.Mean[network]) + (_networks.TailWeight * Exact.Dot(values, weights) / weights.Length);
    }

    private void Touch(int network)
    {
        _isValued = false;
        if (!_stale[network])
        {
            (_stale[network], _staleList[_staleCount++]) = (true, network);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Revalue()
    {
        _isValued = true;
        if (_scenario.Length == 0)
        {
            var value = _mean;
            for (var i = 0; i < _staleCount; i++)
            {
                var n = _staleList[i];
                _share[n] = _networks.Share(n, Work[n]);
                value += _networks.Mean[n] * (_share[n] - _settledShare[n]);
            }
            _value = value;
            return;
        }
        Array.Copy(_settledScenario, _scenario, _scenario.Length);
        for (var i = 0; i < _staleCount; i++)
        {
            var n = _staleList[i];
            _share[n] = _networks.Share(n, Work[n]);
            var (change, values) = (_share[n] - _settledShare[n], _networks.Values[n]);
            for (var s = 0; s < _scenario.Length; s++)
            {
                _scenario[s] += change * values[values.Length == 1 ? 0 : s];
            }
        }
        var mean = 0.0;
        for (var s = 0; s < _scenario.Length; s++)
        {
            mean += _scenario[s];
        }
        _value = ((1 - _networks.TailWeight) * mean / _scenario.Length) + (_networks.TailWeight * Tail());
    }

    private double Tail()
    {
        Array.Copy(_scenario, _sorted, _sorted.Length);
        Array.Sort(_sorted);
        var (left, sum) = (_networks.TailScenarios, 0.0);
        for (var s = 0; s < _sorted.Length && left > 0; s++)
        {
            sum += Math.Min(1, left) * _sorted[s];
            left -= 1;
        }
        return sum / _networks.TailScenarios;
    }
}
