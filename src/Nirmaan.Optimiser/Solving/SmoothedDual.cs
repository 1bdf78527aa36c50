using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// The dual bound as a function of prices, with each "best of" replaced by a soft one, so that it has slopes and
/// curvatures: best of v becomes t * log(sum exp(v / t)), t being the temperature times the rent. At temperature 0 it is
/// the bound itself.
/// </summary>
internal sealed class SmoothedDual
{
    /// <summary>Choices this many temperatures below the best have a share of less than 1e-15.</summary>
    private const double Reach = 36;

    private readonly Model _model;
    private readonly int _networks;
    private readonly double[] _worth, _mean, _rentOfNetwork, _rentOfProvider, _gpus, _stake;
    private readonly bool[] _touched;
    private readonly int[] _union, _dims = new int[MostEntries], _active;
    private readonly double[] _entries = new double[MostEntries], _weights;
    private double _moves;

    private const int MostEntries = 9;

    public SmoothedDual(Model model)
    {
        _model = model;
        _networks = model.Networks.Count;
        var d = model.Dimensions;
        Prices = new PriceTable(model, bans: true);
        Gradient = new double[d];
        Hessian = new double[d * d];
        Networks = new RewardConjugate[_networks];
        var longest = model.Menus.All.Select(m => m.Count).DefaultIfEmpty(0).Max() + 16;
        (_worth, _weights, _active) = (new double[longest], new double[longest], new int[longest]);
        (_mean, _touched, _union) = (new double[d], new bool[d], new int[d]);
        (_rentOfNetwork, _gpus, _stake) = (new double[_networks], new double[_networks], new double[_networks]);
        _rentOfProvider = new double[model.Items.Providers.Length];
    }

    public PriceTable Prices { get; }

    public double Value { get; private set; }

    /// <summary>Slopes in the work prices, then in the row prices (limit less usage).</summary>
    public double[] Gradient { get; }

    /// <summary>Curvatures, lower triangle.</summary>
    public double[] Hessian { get; }

    /// <summary>The networks' terms with their slopes in value, which the scenario weights need.</summary>
    public RewardConjugate[] Networks { get; }

    /// <summary>Blocks looked at since the start, a measure of work done that is the same on every machine.</summary>
    public long BlocksPriced { get; private set; }

    /// <summary>Fills <see cref="Value"/>, <see cref="Gradient"/> and <see cref="Hessian"/>.</summary>
    /// <param name="prices">Work prices, then row prices.</param>
    /// <param name="values">V per network.</param>
    /// <param name="temperature">Relative to rent.</param>
    /// <param name="stride">1 for all blocks, k for every k-th, each then counting k times.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(ReadOnlySpan<double> prices, ReadOnlySpan<double> values, double temperature, int stride)
    {
        Prices.Set(prices);
        Array.Clear(Hessian);
        Array.Clear(_rentOfNetwork);
        Array.Clear(_rentOfProvider);
        Array.Clear(_gpus);
        Array.Clear(_stake);
        Array.Clear(Gradient);
        _moves = 0;
        var blocks = _model.Blocks.All;
        var weight = (double)blocks.Length / Math.Max(1, (blocks.Length - (stride / 2) + stride - 1) / stride);
        var value = 0.0;
        for (var b = stride / 2; b < blocks.Length; b += stride)
        {
            value += weight * Block(blocks[b], temperature, weight);
        }
        BlocksPriced += blocks.Length / stride;
        for (var n = 0; n < _networks; n++)
        {
            Networks[n] = _model.Zeros.Shut[n] ? default : RewardConjugate.At(_model.Networks, n, values[n], prices[n], temperature);
            value += Networks[n].Value;
            Gradient[n] += Networks[n].SlopeP;
            Hessian[(n * Gradient.Length) + n] += Networks[n].CurvePP;
        }
        Value = value + AddRows(prices[_networks..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Block(in Block block, double relative, double weight)
    {
        var (rent, reliability) = (_model.Items.Rent[block.Item], _model.Items.Reliability[block.Item]);
        var menu = block.Menu;
        var most = Worths(block, rent, reliability);
        // Worths leave out what every choice but idleness pays alike; idleness gets it as a gain instead.
        var alike = rent * Prices.Base[_model.Items.Provider[block.Item]];
        var best = block.IsLocked ? most : Math.Max(most, alike);
        var temperature = Temperature(rent, relative);
        var cutoff = best - (Reach * temperature);
        if (most <= cutoff)
        {
            return 0;
        }
        var (count, sum) = (0, !block.IsLocked && alike > cutoff ? Exact.Exp((alike - best) / temperature) : 0);
        for (var k = 0; k < menu.Count; k++)
        {
            if (_worth[k] > cutoff)
            {
                _active[count] = k;
                _weights[count] = Exact.Exp((_worth[k] - best) / temperature);
                sum += _weights[count++];
            }
        }
        if (count == 1 && sum == _weights[0])
        {
            Use(block, _active[0], block.Count * weight, rent, reliability);
            return block.Count * (best - alike);
        }
        Blend(block, count, sum, temperature, weight, rent, reliability);
        return block.Count * (best - alike + (temperature * Exact.Log(sum)));
    }

    /// <summary>Rents near zero would freeze the choice; they count as a fraction of a typical rent.</summary>
    public static double Temperature(double rent, double relative) => relative * Math.Max(rent, 1.0 / 16);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Worths(in Block block, double rent, double reliability)
    {
        var (offset, padded) = (block.Menu.Offset, (block.Menu.Count + 7) / 8 * 8);
        var gain = MemoryMarshal.Cast<double, Vector<double>>(Prices.Gain.AsSpan(offset, padded));
        var perRent = MemoryMarshal.Cast<double, Vector<double>>(Prices.PerRent.AsSpan(offset, padded));
        var cost = MemoryMarshal.Cast<double, Vector<double>>((block.IsHeld ? Prices.PerMove : Prices.PerNew).AsSpan(offset, padded));
        var worth = MemoryMarshal.Cast<double, Vector<double>>(_worth.AsSpan(0, padded));
        var (vectorRent, vectorReliability) = (new Vector<double>(rent), new Vector<double>(reliability));
        var most = new Vector<double>(double.NegativeInfinity);
        for (var i = 0; i < worth.Length; i++)
        {
            var v = (vectorReliability * gain[i]) - (vectorRent * perRent[i]) - cost[i];
            worth[i] = v;
            most = Vector.Max(most, v);
        }
        var highest = double.NegativeInfinity;
        for (var lane = 0; lane < Vector<double>.Count; lane++)
        {
            highest = Math.Max(highest, most[lane]);
        }
        if (block.Stay >= 0)
        {
            var at = offset + block.Stay;
            _worth[block.Stay] = (reliability * Prices.Gain[at]) - (rent * Prices.PerRent[at]) - Prices.PerStay[at];
            highest = Math.Max(highest, _worth[block.Stay]);
        }
        return highest;
    }

    private void Use(in Block block, int k, double gpus, double rent, double reliability)
    {
        var w = block.Menu.Workload[k];
        var n = _model.Workloads.Network[w];
        Gradient[n] += gpus * reliability * block.Menu.Work[k];
        _rentOfNetwork[n] += gpus * rent;
        _rentOfProvider[_model.Items.Provider[block.Item]] += gpus * rent;
        _gpus[n] += gpus;
        _stake[n] += gpus * _model.Workloads.Stake[w];
        _moves += k == block.Stay ? 0 : gpus;
    }

    private void Blend(in Block block, int count, double sum, double temperature, double weight, double rent, double reliability)
    {
        var (d, united) = (Gradient.Length, 0);
        var scale = block.Count * weight / temperature;
        for (var a = 0; a < count; a++)
        {
            var (k, share) = (_active[a], _weights[a] / sum);
            Use(block, k, block.Count * weight * share, rent, reliability);
            var entries = Entries(block, k, rent, reliability);
            for (var i = 0; i < entries; i++)
            {
                var dim = _dims[i];
                if (!_touched[dim])
                {
                    (_touched[dim], _union[united++], _mean[dim]) = (true, dim, 0);
                }
                _mean[dim] += share * _entries[i];
                for (var j = 0; j <= i; j++)
                {
                    var (row, column) = dim > _dims[j] ? (dim, _dims[j]) : (_dims[j], dim);
                    Hessian[(row * d) + column] += scale * share * _entries[i] * _entries[j];
                }
            }
        }
        for (var i = 0; i < united; i++)
        {
            var dim = _union[i];
            _touched[dim] = false;
            for (var j = 0; j <= i; j++)
            {
                var (row, column) = dim > _union[j] ? (dim, _union[j]) : (_union[j], dim);
                Hessian[(row * d) + column] -= scale * _mean[dim] * _mean[_union[j]];
            }
        }
    }

    /// <summary>The slopes of one GPU's worth in the prices, as (dimension, slope) pairs.</summary>
    private int Entries(in Block block, int k, double rent, double reliability)
    {
        var rows = _model.Rows;
        var w = block.Menu.Workload[k];
        var n = _model.Workloads.Network[w];
        (_dims[0], _entries[0]) = (n, reliability * block.Menu.Work[k]);
        (_dims[1], _entries[1]) = (_networks + rows.Budget, -rent);
        var count = 2;
        Entry(rows.Provider[_model.Items.Provider[block.Item]], -rent, ref count);
        Entry(rows.Exposure[n], -rent, ref count);
        Entry(rows.BucketMax[n], -rent, ref count);
        Entry(rows.BucketMin[n], rent, ref count);
        Entry(rows.GpuCap[n], -1, ref count);
        Entry(rows.Stake[n], -_model.Workloads.Stake[w] * rows.StakeScale[n], ref count);
        Entry(k == block.Stay ? -1 : rows.Moves, -1, ref count);
        return count;
    }

    private void Entry(int row, double slope, ref int count)
    {
        if (row >= 0)
        {
            (_dims[count], _entries[count]) = (_networks + row, slope);
            count++;
        }
    }

    private double AddRows(ReadOnlySpan<double> prices)
    {
        var rows = _model.Rows;
        var slopes = Gradient.AsSpan(_networks);
        var value = 0.0;
        for (var r = 0; r < rows.Count; r++)
        {
            // Without that hair of room a row whose limit is 0 could be priced higher and higher for ever.
            slopes[r] = rows[r].Limit + rows[r].Hair;
            value += slopes[r] * prices[r];
        }
        for (var n = 0; n < _networks; n++)
        {
            slopes[rows.Budget] -= _rentOfNetwork[n];
            Less(rows.Exposure[n], _rentOfNetwork[n], slopes);
            Less(rows.BucketMax[n], _rentOfNetwork[n], slopes);
            Less(rows.BucketMin[n], -_rentOfNetwork[n], slopes);
            Less(rows.GpuCap[n], _gpus[n], slopes);
            Less(rows.Stake[n], _stake[n] * rows.StakeScale[n], slopes);
        }
        for (var p = 0; p < _rentOfProvider.Length; p++)
        {
            Less(rows.Provider[p], _rentOfProvider[p], slopes);
        }
        Less(rows.Moves, _moves, slopes);
        return value;
    }

    private static void Less(int row, double usage, Span<double> slopes)
    {
        if (row >= 0)
        {
            slopes[row] -= usage;
        }
    }
}
