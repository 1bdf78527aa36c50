using System.Runtime.CompilerServices;

namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// The dual side of CVaR: the weights z that the tail puts on the scenarios, 0 &lt;= z &lt;= 1/(1-a) with mean 1, chosen to make
/// the plan look worst. There may be hundreds, but they meet the prices only through one value per network, so each step
/// eliminates them: dV = -h - M * (curvature) * dp.
/// </summary>
internal sealed class ScenarioTilt
{
    private readonly NetworkTable _networks;
    private readonly int _count;
    private readonly double _most;
    private readonly double[] _low, _high, _step, _residual, _inverse, _previous;
    private readonly double[] _w, _m, _root, _factor, _shiftV, _sum;

    public ScenarioTilt(NetworkTable networks)
    {
        _networks = networks;
        _count = networks.TailWeight > 0 ? networks.Scenarios : 0;
        _most = networks.MostTail;
        (Weights, _low, _high, _step) = (new double[_count], new double[_count], new double[_count], new double[_count]);
        (_residual, _inverse, _previous) = (new double[_count], new double[_count], new double[_count]);
        Array.Fill(Weights, 1);
        Array.Fill(_previous, 1);
        var n = _count > 0 ? networks.Count : 0;
        (_w, _m, _factor) = (new double[n * n], new double[n * n], new double[n * n]);
        (_root, _shiftV, _sum) = (new double[n], new double[n], new double[n]);
        Values = (double[])networks.Mean.Clone();
    }

    public bool IsPresent => _count > 0;

    /// <summary>z.</summary>
    public double[] Weights { get; }

    /// <summary>V per network at the weights.</summary>
    public double[] Values { get; }

    public void SetBarrier(double barrier)
    {
        for (var s = 0; s < _count; s++)
        {
            (_low[s], _high[s]) = (barrier / Weights[s], barrier / (_most - Weights[s]));
        }
    }

    /// <summary>Takes the weights of a former solution, pulled off their bounds.</summary>
    public void Restore(IReadOnlyList<double> weights)
    {
        for (var s = 0; s < _count; s++)
        {
            Weights[s] = (0.95 * Math.Clamp(weights[s], 0, _most)) + 0.05;
        }
        Renew();
        Array.Copy(Weights, _previous, _count);
    }

    /// <summary>Extrapolates from the last two stages' weights to the next, a share of their distance on, or less near a bound.</summary>
    public void Predict(double ratio)
    {
        for (var s = 0; s < _count; s++)
        {
            (_step[s], _previous[s]) = ((Weights[s] - _previous[s]) * ratio, Weights[s]);
        }
        Move(LongestStep(1 / 0.99) * 0.99);
    }

    /// <summary>Adds the eliminated weights' part to the Newton system of the prices (order d, lower triangle).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Eliminate(RewardConjugate[] terms, double barrier, double[] hessian, int d, double[] right)
    {
        var n = _networks.Count;
        Coupling(terms, barrier);
        MiddleMatrix(terms, n);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                hessian[(i * d) + j] -= terms[i].CurvePV * _m[(i * n) + j] * terms[j].CurvePV;
            }
            // (I - M C) h, where C is the curvature in V.
            var off = _sum[i];
            for (var j = 0; j < n; j++)
            {
                off -= _m[(i * n) + j] * terms[j].CurveVV * _sum[j];
            }
            _shiftV[i] = off;
            right[i] += terms[i].CurvePV * off;
        }
    }

    /// <summary>The step in the weights that goes with a step in the prices; returns its share of the decrement.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Step(RewardConjugate[] terms, ReadOnlySpan<double> priceStep)
    {
        var n = _networks.Count;
        var u = new double[n];
        for (var i = 0; i < n; i++)
        {
            var v = -_shiftV[i];
            for (var j = 0; j < n; j++)
            {
                v -= _m[(i * n) + j] * terms[j].CurvePV * priceStep[j];
            }
            u[i] = (terms[i].CurveVV * v) + (terms[i].CurvePV * priceStep[i]);
        }
        var (top, bottom, excess) = (0.0, 0.0, -(double)_count);
        for (var s = 0; s < _count; s++)
        {
            excess += Weights[s]; // What rounding has done to their sum is put right.
            _step[s] = _residual[s] + Project(u, s);
            top += _inverse[s] * _step[s];
            bottom += _inverse[s];
        }
        var (shift, decrement) = ((excess - top) / bottom, 0.0);
        for (var s = 0; s < _count; s++)
        {
            _step[s] = -_inverse[s] * (_step[s] + shift);
            decrement -= _step[s] * _residual[s];
        }
        return decrement;
    }

    /// <summary>The longest step that stays off the bounds.</summary>
    public double LongestStep(double limit)
    {
        for (var s = 0; s < _count; s++)
        {
            var room = _step[s] < 0 ? -Weights[s] / _step[s] : _step[s] > 0 ? (_most - Weights[s]) / _step[s] : double.PositiveInfinity;
            limit = Math.Min(limit, 0.99 * room);
        }
        return limit;
    }

    public void Move(double length)
    {
        for (var s = 0; s < _count; s++)
        {
            Weights[s] += length * _step[s];
        }
        Renew();
    }

    /// <summary>Moves the multipliers after an accepted step of the given length (the weights have moved already).</summary>
    public void MoveMultipliers(double length, double barrier)
    {
        for (var s = 0; s < _count; s++)
        {
            var before = Weights[s] - (length * _step[s]);
            var (low, high) = (_low[s], _high[s]);
            var newLow = low + (length * ((barrier / before) - low - (low / before * _step[s])));
            var newHigh = high + (length * ((barrier / (_most - before)) - high + (high / (_most - before) * _step[s])));
            _low[s] = Math.Clamp(newLow, barrier / Weights[s] / 50, barrier / Weights[s] * 50);
            _high[s] = Math.Clamp(newHigh, barrier / (_most - Weights[s]) / 50, barrier / (_most - Weights[s]) * 50);
        }
    }

    public double Barrier()
    {
        var sum = 0.0;
        for (var s = 0; s < _count; s++)
        {
            sum += Exact.Log(Weights[s]) + Exact.Log(_most - Weights[s]);
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Renew()
    {
        for (var n = 0; IsPresent && n < _networks.Count; n++)
        {
            if (_networks.Values[n].Length > 1)
            {
                var tilt = Exact.Dot(_networks.Values[n], Weights) / _count;
                Values[n] = ((1 - _networks.TailWeight) * _networks.Mean[n]) + (_networks.TailWeight * tilt);
            }
        }
    }

    /// <summary>P' u at scenario s, where P holds each scenario's part in each network's value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Project(double[] u, int s)
    {
        var sum = 0.0;
        for (var n = 0; n < u.Length; n++)
        {
            sum += _networks.Values[n].Length > 1 ? u[n] * _networks.Values[n][s] : 0;
        }
        return sum * _networks.TailWeight / _count;
    }

    /// <summary>Fills W = P D^-1 P' less its mean part, and h.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Coupling(RewardConjugate[] terms, double barrier)
    {
        var n = _networks.Count;
        var slopes = Array.ConvertAll(terms, t => t.SlopeV);
        var (all, allResidual) = (0.0, 0.0);
        for (var s = 0; s < _count; s++)
        {
            _residual[s] = Project(slopes, s) - (barrier / Weights[s]) + (barrier / (_most - Weights[s]));
            _inverse[s] = 1 / ((_low[s] / Weights[s]) + (_high[s] / (_most - Weights[s])));
            all += _inverse[s];
            allResidual += _inverse[s] * _residual[s];
        }
        var part = _networks.TailWeight / _count;
        var scaled = new double[_count];
        var mean = new double[n];
        for (var i = 0; i < n; i++)
        {
            var values = _networks.Values[i];
            if (values.Length == 1)
            {
                Array.Clear(_w, i * n, n);
                _sum[i] = 0;
                continue;
            }
            for (var s = 0; s < _count; s++)
            {
                scaled[s] = part * values[s] * _inverse[s];
            }
            mean[i] = scaled.Sum();
            for (var j = 0; j <= i; j++)
            {
                _w[(i * n) + j] = _networks.Values[j].Length == 1 ? 0 : part * Exact.Dot(scaled, _networks.Values[j]);
            }
            _sum[i] = Exact.Dot(scaled, _residual);
        }
        for (var i = 0; i < n; i++)
        {
            _sum[i] -= mean[i] * allResidual / all;
            for (var j = 0; j <= i; j++)
            {
                _w[(i * n) + j] -= mean[i] * mean[j] / all;
                _w[(j * n) + i] = _w[(i * n) + j];
            }
        }
    }

    /// <summary>M = W - W L (I + L W L)^-1 L W, L being the root of the curvature in V.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MiddleMatrix(RewardConjugate[] terms, int n)
    {
        for (var i = 0; i < n; i++)
        {
            _root[i] = Math.Sqrt(Math.Max(0, terms[i].CurveVV));
        }
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                _factor[(i * n) + j] = (_root[i] * _w[(i * n) + j] * _root[j]) + (i == j ? 1 : 0);
            }
        }
        Cholesky.Factor(_factor, n);
        var column = new double[n];
        for (var j = 0; j < n; j++)
        {
            for (var i = 0; i < n; i++)
            {
                column[i] = _root[i] * _w[(i * n) + j];
            }
            Cholesky.Solve(_factor, n, column);
            for (var i = 0; i < n; i++)
            {
                column[i] *= _root[i];
            }
            for (var i = 0; i < n; i++)
            {
                _m[(i * n) + j] = _w[(i * n) + j] - Exact.Dot(_w.AsSpan(i * n, n), column);
            }
        }
    }
}
