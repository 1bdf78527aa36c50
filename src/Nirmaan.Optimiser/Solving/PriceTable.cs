namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// A vector of prices spread over menus and providers, so that the worth of one GPU on entry k of a menu is
/// reliability * Gain[k] - rent * (Base[provider] + PerRent[k]) - PerNew[k] (or PerMove[k]).
/// </summary>
internal sealed class PriceTable
{
    private const double Ban = 1e300;

    private readonly Model _model;
    private readonly bool _bans;

    /// <param name="model">The model.</param>
    /// <param name="bans">Choices that a row of 0 bans are made hopeless, as such rows have no price during the search.</param>
    public PriceTable(Model model, bool bans)
    {
        (_model, _bans) = (model, bans);
        var length = model.Menus.PaddedLength;
        (Gain, PerRent, PerNew, PerMove, PerStay) = (new double[length], new double[length], new double[length], new double[length], new double[length]);
        Base = new double[model.Items.Providers.Length];
        // Padding must never be the best choice.
        Array.Fill(PerNew, Ban);
        Array.Fill(PerMove, Ban);
    }

    public double[] Gain { get; }

    public double[] PerRent { get; }

    public double[] PerNew { get; }

    public double[] PerMove { get; }

    /// <summary>The same for a GPU that stays.</summary>
    public double[] PerStay { get; }

    /// <summary>What a dollar of rent at a provider costs, itself and its rows.</summary>
    public double[] Base { get; }

    /// <summary>The price of one moved or new GPU.</summary>
    public double Moves { get; private set; }

    /// <param name="prices">Work prices of the networks, then prices of the rows.</param>
    public void Set(ReadOnlySpan<double> prices)
    {
        var (rows, networks, workloads) = (_model.Rows, _model.Networks.Count, _model.Workloads);
        var perRow = prices[networks..];
        double Row(ReadOnlySpan<double> of, int row) => row < 0 ? 0 : of[row];
        Moves = Row(perRow, rows.Moves);
        for (var p = 0; p < Base.Length; p++)
        {
            Base[p] = 1 + perRow[rows.Budget] + Row(perRow, rows.Provider[p]);
        }
        foreach (var menu in _model.Menus.All)
        {
            for (var k = 0; k < menu.Count; k++)
            {
                var (w, at) = (menu.Workload[k], menu.Offset + k);
                var n = workloads.Network[w];
                var perGpu = Row(perRow, rows.GpuCap[n]) + (Row(perRow, rows.Stake[n]) * workloads.Stake[w] * rows.StakeScale[n]);
                var (isBanned, isFixed) = (_bans && _model.Zeros.BansWorkload[w], _bans && _model.Zeros.BansMoves);
                Gain[at] = menu.Work[k] * prices[n];
                PerRent[at] = Row(perRow, rows.Exposure[n]) + Row(perRow, rows.BucketMax[n]) - Row(perRow, rows.BucketMin[n]);
                PerStay[at] = isBanned ? Ban : perGpu;
                PerNew[at] = isBanned || isFixed ? Ban : perGpu + workloads.Start[w] + Moves;
                PerMove[at] = isBanned || isFixed ? Ban : perGpu + workloads.Move[w] + Moves;
            }
        }
    }

    /// <summary>The worth of one GPU of a block on entry k of its menu.</summary>
    public double Worth(in Block block, int k)
    {
        var at = block.Menu.Offset + k;
        var (rent, reliability) = (_model.Items.Rent[block.Item], _model.Items.Reliability[block.Item]);
        var cost = !block.IsHeld ? PerNew[at] : k == block.Stay ? PerStay[at] : PerMove[at];
        return (reliability * Gain[at]) - (rent * (Base[_model.Items.Provider[block.Item]] + PerRent[at])) - cost;
    }
}
