namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// Prices of shared rows and of GPUs at which packs, rather than divisible GPUs, are chosen: lowered step by step until no choice of one pack per network can be worth
/// much more than the best that is known. Far fewer packs are near their network's best at these prices than at those the packs were found by.
/// </summary>
internal sealed class PackPrices(PackList[] lists, double[] room, int[] free, double[] rowPrices, double[] gpuPrices)
{
    private const int Steps = 250, Patience = 15;

    /// <summary>Of the rows.</summary>
    public double[] Rows { get; } = rowPrices;

    /// <summary>Of a GPU of each item.</summary>
    public double[] Gpus { get; } = gpuPrices;

    /// <summary>No choice of packs is worth more.</summary>
    public double Bound { get; private set; } = double.PositiveInfinity;

    /// <summary>What the rooms and the free GPUs are worth at the prices.</summary>
    public double LeftOver
    {
        get
        {
            var sum = 0.0;
            for (var i = 0; i < room.Length; i++)
            {
                sum += Rows[i] * room[i];
            }
            for (var i = 0; i < free.Length; i++)
            {
                sum += Gpus[i] * free[i];
            }
            return sum;
        }
    }

    /// <summary>Finds the prices, and tells each pack its loss at them.</summary>
    public void Run(double known, CancellationToken cancellationToken)
    {
        var (rows, gpus) = ((double[])Rows.Clone(), (double[])Gpus.Clone());
        var (useOfRows, useOfGpus) = (new double[room.Length], new int[free.Length]);
        var (length, since) = (1.0, 0);
        Bound = double.PositiveInfinity; // There may be packs that were not known before.
        for (var step = 0; step < Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bound = Use(rows, gpus, useOfRows, useOfGpus);
            if (bound < Bound - (1e-9 * Math.Abs(known)))
            {
                Bound = bound;
                rows.CopyTo(Rows, 0);
                gpus.CopyTo(Gpus, 0);
                since = 0;
            }
            else if (++since >= Patience)
            {
                (length, since) = (length / 2, 0);
                Rows.CopyTo(rows, 0);
                Gpus.CopyTo(gpus, 0);
                _ = Use(rows, gpus, useOfRows, useOfGpus);
                bound = Bound;
            }
            var norm = 0.0;
            for (var i = 0; i < room.Length; i++)
            {
                norm += rows[i] > 0 || useOfRows[i] > room[i] ? (useOfRows[i] - room[i]) * (useOfRows[i] - room[i]) : 0;
            }
            for (var i = 0; i < free.Length; i++)
            {
                norm += gpus[i] > 0 || useOfGpus[i] > free[i] ? (double)(useOfGpus[i] - free[i]) * (useOfGpus[i] - free[i]) : 0;
            }
            if (norm <= 0)
            {
                break;
            }
            var by = length * (bound - known) / norm;
            for (var i = 0; i < room.Length; i++)
            {
                rows[i] = Math.Max(0, rows[i] + (by * (useOfRows[i] - room[i])));
            }
            for (var i = 0; i < free.Length; i++)
            {
                gpus[i] = Math.Max(0, gpus[i] + (by * (useOfGpus[i] - free[i])));
            }
        }
        Tell();
    }

    private static double Reduced(Pack pack, double[] rows, double[] gpus)
    {
        var worth = pack.Worth;
        for (var i = 0; i < rows.Length; i++)
        {
            worth -= rows[i] * pack.Usage[i];
        }
        foreach (var (item, count) in pack.Gpus)
        {
            worth -= gpus[item] * count;
        }
        return worth;
    }

    /// <summary>What each network's best pack would use, and what all would be worth with what is left over at its price.</summary>
    private double Use(double[] rows, double[] gpus, double[] useOfRows, int[] useOfGpus)
    {
        Array.Clear(useOfRows);
        Array.Clear(useOfGpus);
        var bound = 0.0;
        foreach (var list in lists)
        {
            var (best, most) = (list.Packs[0], double.NegativeInfinity);
            foreach (var pack in list.Packs)
            {
                var worth = Reduced(pack, rows, gpus);
                (best, most) = worth > most ? (pack, worth) : (best, most);
            }
            bound += most;
            for (var i = 0; i < useOfRows.Length; i++)
            {
                useOfRows[i] += best.Usage[i];
            }
            foreach (var (item, count) in best.Gpus)
            {
                useOfGpus[item] += count;
            }
        }
        for (var i = 0; i < rows.Length; i++)
        {
            bound += rows[i] * room[i];
        }
        for (var i = 0; i < gpus.Length; i++)
        {
            bound += gpus[i] * free[i];
        }
        return bound;
    }

    private void Tell()
    {
        foreach (var list in lists)
        {
            var best = list.Top = list.Packs.Max(p => Reduced(p, Rows, Gpus));
            foreach (var pack in list.Packs)
            {
                pack.Loss = best - Reduced(pack, Rows, Gpus);
            }
        }
    }
}
