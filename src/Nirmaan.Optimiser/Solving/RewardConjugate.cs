namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// A network's side of the dual: the most it can be worth at value V when work costs p per unit, over leaving it alone
/// (0) and every amount of at least the least work. The choice between the two is smoothed by a temperature.
/// </summary>
internal struct RewardConjugate
{
    /// <summary>The value, its slopes (the slope in p is minus the work wanted), and its curvatures.</summary>
    public double Value, SlopeP, SlopeV, CurvePP, CurvePV, CurveVV;

    public static RewardConjugate At(NetworkTable networks, int network, double value, double price, double temperature)
    {
        var least = networks.LeastWork[network];
        if (least <= 0 || value <= 0)
        {
            return default;
        }
        var inner = networks.IsProRata[network]
            ? ProRata(value, price, networks.Others[network], least)
            : Demand(value, price, networks.Demand[network], least);
        return inner.OrNothing(temperature * networks.Mean[network]);
    }

    private static RewardConjugate ProRata(double value, double price, double others, double least)
    {
        var all = least + others;
        if (price * all * all >= value * others)
        {
            // The best work lies below the least there is.
            return new RewardConjugate { Value = (value * least / all) - (price * least), SlopeP = -least, SlopeV = least / all };
        }
        var (rootV, rootC) = (Math.Sqrt(value), Math.Sqrt(price * others));
        var rootRatio = rootC / rootV;
        return new RewardConjugate
        {
            Value = (rootV - rootC) * (rootV - rootC),
            SlopeP = others - (others / rootRatio),
            SlopeV = 1 - rootRatio,
            CurvePP = others / (2 * rootRatio * price),
            CurvePV = -others / (2 * rootC * rootV),
            CurveVV = rootRatio / (2 * value),
        };
    }

    private static RewardConjugate Demand(double value, double price, double demand, double least)
    {
        if (least >= demand)
        {
            return new RewardConjugate { Value = value - (price * least), SlopeP = -least, SlopeV = 1 };
        }
        return new RewardConjugate { Value = value - (price * demand), SlopeP = -demand, SlopeV = 1 };
    }

    /// <summary>Softens max(0, this): temperature * log(1 + exp(this / temperature)).</summary>
    private readonly RewardConjugate OrNothing(double temperature)
    {
        var ratio = Value / temperature;
        if (ratio > 40)
        {
            return this;
        }
        var small = Exact.Exp(-Math.Abs(ratio));
        var taken = ratio >= 0 ? 1 / (1 + small) : small / (1 + small);
        var spread = small / ((1 + small) * (1 + small)) / temperature;
        return new RewardConjugate
        {
            Value = Math.Max(Value, 0) + (temperature * Exact.Log(1 + small)),
            SlopeP = taken * SlopeP,
            SlopeV = taken * SlopeV,
            CurvePP = (taken * CurvePP) + (spread * SlopeP * SlopeP),
            CurvePV = (taken * CurvePV) + (spread * SlopeP * SlopeV),
            CurveVV = (taken * CurveVV) + (spread * SlopeV * SlopeV),
        };
    }
}
