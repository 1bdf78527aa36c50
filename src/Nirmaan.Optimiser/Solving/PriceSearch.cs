using System.Runtime.CompilerServices;

namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// Lowers the dual bound over prices: damped Newton steps at a temperature that falls stage by stage, with a barrier at
/// price 0 that falls with it. The first stages look at a sample of the blocks, as they only need to be roughly right.
/// </summary>
internal sealed class PriceSearch
{
    /// <summary>Temperatures below which all blocks are priced, and at which a warm start begins.</summary>
    private const double SampleUntil = 0.003, WarmStart = 0.002, Cooling = 0.25, Reach = 100, Natural = 16, Endless = 1e100, LeastPrice = 1e-12;
    private const int SampleSize = 4096, StepsPerStage = 25, EasySteps = 12;

    private readonly Model _model;
    private readonly SmoothedDual _dual;
    private readonly ScenarioTilt _tilt;
    private readonly int _d;
    private readonly double[] _prices, _slack, _previous, _trial, _direction, _factor, _bestPrices, _bestWeights;
    private readonly double _lowest;
    private double _barrier, _lastCooling = Cooling;

    public PriceSearch(Model model, SmoothedDual dual)
    {
        (_model, _dual, _d) = (model, dual, model.Dimensions);
        _tilt = new ScenarioTilt(model.Networks);
        (_prices, _slack, _previous, _trial, _direction) = (new double[_d], new double[_d], new double[_d], new double[_d], new double[_d]);
        _factor = new double[_d * _d];
        (_bestPrices, _bestWeights) = (new double[_d], new double[_tilt.Weights.Length]);
        for (var i = 0; i < model.Items.Count; i++)
        {
            _lowest -= (model.Items.Rent[i] + Dearest(model.Workloads)) * model.Items.Available[i];
        }
    }

    /// <summary>The prices of the lowest bound met.</summary>
    public ReadOnlySpan<double> Prices => _bestPrices;

    public ReadOnlySpan<double> ScenarioWeights => _bestWeights;

    public int Steps { get; private set; }

    /// <summary>The temperature at which they were met.</summary>
    public double Temperature { get; private set; }

    /// <summary>The lowest smoothed bound met, model USD.</summary>
    public double Value { get; private set; } = double.PositiveInfinity;

    /// <summary>Runs down to the given temperature; false if the bound fell below what any plan can be worth: there is none.</summary>
    public bool Run(double lastTemperature, int maxSteps, SolveStart? warm, Action<double>? afterStage, CancellationToken cancellationToken)
    {
        var temperature = warm is null ? StartCold() : StartWarm(warm);
        var centred = 0;
        for (double cooling = Cooling; ; temperature = Math.Max(lastTemperature, temperature * cooling))
        {
            var sample = temperature > 0.02 ? 1024 : SampleSize;
            var stride = temperature > SampleUntil ? Math.Max(1, _model.Blocks.All.Length / sample) : 1;
            _barrier = temperature;
            Predict(cooling, centred > 1);
            var before = Steps;
            if (!Centre(temperature, stride, centred == 0 ? 3 * StepsPerStage : StepsPerStage, maxSteps, cancellationToken))
            {
                return false;
            }
            centred++;
            // The harder a stage was, the smaller the next stride.
            cooling = Steps - before <= EasySteps ? Cooling : Math.Sqrt(Cooling);
            var isLast = temperature <= lastTemperature || Steps >= maxSteps;
            if (isLast && stride > 1)
            {
                _dual.Evaluate(_prices, _tilt.Values, temperature, stride = 1);
            }
            if (stride == 1 && _dual.Value < Value)
            {
                (Value, Temperature) = (_dual.Value, temperature);
                _prices.CopyTo(_bestPrices, 0);
                _tilt.Weights.CopyTo(_bestWeights, 0);
            }
            afterStage?.Invoke(_dual.Value);
            if (isLast)
            {
                return true;
            }
        }
    }

    private static double Dearest(WorkloadTable workloads) => Math.Max(workloads.Move.Max(), workloads.Start.Max());

    private double StartCold()
    {
        var networks = _model.Networks;
        var guess = Math.Max(1, _model.Rows[_model.Rows.Budget].Limit / networks.Count / 2);
        for (var n = 0; n < networks.Count; n++)
        {
            var all = networks.Others[n] + guess;
            var price = networks.IsProRata[n]
                ? networks.Mean[n] * (networks.Others[n] + (0.1 * guess)) / (all * all)
                : 0.7 * networks.Mean[n] / networks.Demand[n];
            _prices[n] = IsIdle(n) ? LeastPrice : Math.Max(price, 1e-6);
        }
        for (var r = 0; r < _model.Rows.Count; r++)
        {
            _prices[networks.Count + r] = IsIdle(networks.Count + r) ? LeastPrice : r == _model.Rows.Budget ? 0.3 : 0.1;
        }
        return 0.1;
    }

    private double StartWarm(SolveStart warm)
    {
        for (var j = 0; j < _d; j++)
        {
            _prices[j] = IsIdle(j) ? LeastPrice : Math.Max(warm.Prices[j], 1e-3 * WarmStart);
        }
        if (_tilt.IsPresent && warm.ScenarioWeights.Count == _tilt.Weights.Length)
        {
            _tilt.Restore(warm.ScenarioWeights);
        }
        return WarmStart;
    }

    /// <summary>
    /// Extrapolates along the path of the last two stages: prices and slacks move in proportion to the temperature, of which
    /// the last stride went from t / c' to t and this one goes on to t c.
    /// </summary>
    private void Predict(double cooling, bool isOnPath)
    {
        var ratio = isOnPath ? (1 - cooling) / ((1 / _lastCooling) - 1) : 0;
        _lastCooling = cooling;
        for (var j = 0; j < _d; j++)
        {
            var (now, before) = (_prices[j], _previous[j]);
            _previous[j] = now;
            _prices[j] = Math.Max(now + ((now - before) * ratio), now / 10);
        }
        _tilt.Predict(ratio);
    }

    private bool Centre(double temperature, int stride, int most, int maxSteps, CancellationToken cancellationToken)
    {
        for (var j = 0; j < _d; j++)
        {
            _slack[j] = _barrier / _prices[j];
        }
        _tilt.SetBarrier(_barrier);
        var steps = Math.Min(most, maxSteps - Steps);
        _dual.Evaluate(_prices, _tilt.Values, temperature, stride);
        var merit = Merit(_prices);
        for (var step = 0; step < steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_dual.Value < _lowest && IsBelowAnyPlan(temperature))
            {
                return false;
            }
            var decrement = Direction(temperature);
            Steps++;
            if (!(decrement >= 0.05 * temperature) || !TryMove(temperature, stride, decrement, ref merit))
            {
                break;
            }
        }
        return true;
    }

    private bool IsBelowAnyPlan(double temperature)
    {
        _dual.Evaluate(_prices, _tilt.Values, temperature, stride: 1);
        return _dual.Value < _lowest;
    }

    /// <summary>Work that no GPU on offer can or may do, and rows of 0, are not priced here; nothing but the barrier would move them.</summary>
    private bool IsIdle(int dimension) => dimension < _model.Networks.Count
        ? _model.Networks.LeastWork[dimension] <= 0 || _model.Zeros.Shut[dimension]
        : _model.Zeros.IsZero(dimension - _model.Networks.Count);

    /// <summary>The Newton direction; returns its decrement, about twice what is left to gain.</summary>
    private double Direction(double temperature)
    {
        Array.Copy(_dual.Hessian, _factor, _factor.Length);
        for (var j = 0; j < _d; j++)
        {
            _direction[j] = (_barrier / _prices[j]) - _dual.Gradient[j];
        }
        if (_tilt.IsPresent)
        {
            _tilt.Eliminate(_dual.Networks, _barrier, _factor, _d, _direction);
        }
        for (var j = 0; j < _d; j++)
        {
            // Where no choice is near a tie there is no curvature to go by; prices move with the temperature, so a step is
            // held to a multiple of it.
            var curvature = _dual.Hessian[(j * _d) + j] + (_slack[j] / _prices[j]);
            // While the temperature is high a price may also double, or a contradiction would take for ever to show; and a price
            // far above all rents may come down as fast.
            var reach = (Reach * temperature) + (temperature > SampleUntil ? _prices[j] : Math.Max(0, _prices[j] - Natural));
            var held = Math.Abs(_direction[j]) / reach;
            _factor[(j * _d) + j] += (_slack[j] / _prices[j]) + Math.Max(0, held - curvature) + (IsIdle(j) ? Endless : 0);
        }
        Cholesky.Factor(_factor, _d);
        Cholesky.Solve(_factor, _d, _direction);
        var decrement = 0.0;
        for (var j = 0; j < _d; j++)
        {
            decrement += _direction[j] * ((_barrier / _prices[j]) - _dual.Gradient[j]);
        }
        return _tilt.IsPresent ? decrement + _tilt.Step(_dual.Networks, _direction) : decrement;
    }

    private bool TryMove(double temperature, int stride, double decrement, ref double merit)
    {
        var length = 1.0;
        for (var j = 0; j < _d; j++)
        {
            if (_direction[j] < 0)
            {
                length = Math.Min(length, 0.99 * -_prices[j] / _direction[j]);
            }
        }
        length = _tilt.LongestStep(length);
        for (var halving = 0; halving < 16; halving++, length /= 2)
        {
            for (var j = 0; j < _d; j++)
            {
                _trial[j] = _prices[j] + (length * _direction[j]);
            }
            _tilt.Move(length);
            _dual.Evaluate(_trial, _tilt.Values, temperature, stride);
            var next = Merit(_trial);
            if (next <= merit - (1e-4 * length * decrement) + (1e-13 * Math.Abs(merit)))
            {
                Accept(length);
                merit = next;
                return true;
            }
            _tilt.Move(-length);
        }
        _dual.Evaluate(_prices, _tilt.Values, temperature, stride);
        return false;
    }

    private void Accept(double length)
    {
        for (var j = 0; j < _d; j++)
        {
            var slack = _slack[j] + (length * ((_barrier / _prices[j]) - _slack[j] - (_slack[j] / _prices[j] * _direction[j])));
            _prices[j] = _trial[j];
            var centred = _barrier / _prices[j];
            _slack[j] = Math.Clamp(slack, centred / 50, centred * 50);
        }
        _tilt.MoveMultipliers(length, _barrier);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Merit(double[] prices)
    {
        var logs = 0.0;
        for (var j = 0; j < _d; j++)
        {
            logs += Exact.Log(prices[j]);
        }
        return _dual.Value - (_barrier * (logs + _tilt.Barrier()));
    }
}

/// <summary>Where a search may start: prices and scenario weights of a similar model.</summary>
/// <param name="Prices">In model units, by dimension.</param>
/// <param name="ScenarioWeights">Empty if there are none.</param>
internal sealed record SolveStart(double[] Prices, IReadOnlyList<double> ScenarioWeights);
