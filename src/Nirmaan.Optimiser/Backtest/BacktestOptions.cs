namespace Nirmaan.Optimiser.Backtest;

/// <summary>How the world treats every policy alike: what takes time, what fails, what binds. Luck comes from the seed and is the same for all.</summary>
public sealed record BacktestOptions
{
    /// <summary>Hours from renting a GPU to its first work: bids, image, model. Rent is paid meanwhile.</summary>
    public double StartHours { get; init; } = 0.5;

    /// <summary>Hours without work when a held GPU is set to another workload.</summary>
    public double MoveHours { get; init; } = 0.25;

    /// <summary>Hours a new GPU is committed for, by provider; a provider that is absent binds nobody.</summary>
    public IReadOnlyDictionary<string, double> LeaseHours { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Share of the tries to rent from an offer that come to nothing.</summary>
    public double FailedBids { get; init; } = 0.05;

    /// <summary>Share of machines that are lost in a day.</summary>
    public double LossesPerDay { get; init; } = 0.005;

    /// <summary>What buying a token on the market costs beyond its price, as a share of it.</summary>
    public double Slippage { get; init; } = 0.003;

    /// <summary>Decides which bids fail and which machines are lost.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How far the optimiser searches.</summary>
    public SolveOptions Solving { get; init; } = SolveOptions.Default;

    /// <summary>Checks each number.</summary>
    /// <exception cref="InvalidInstanceException">Names the first that is out of range.</exception>
    public void Validate()
    {
        Within(nameof(StartHours), StartHours, 1000);
        Within(nameof(MoveHours), MoveHours, 1000);
        Within(nameof(FailedBids), FailedBids, 1);
        Within(nameof(LossesPerDay), LossesPerDay, 1);
        Within(nameof(Slippage), Slippage, 1);
        foreach (var (provider, hours) in LeaseHours) { Within($"{nameof(LeaseHours)}.{provider}", hours, 100_000); }
    }

    private static void Within(string name, double value, double most)
    {
        if (!(value >= 0 && value <= most)) { throw new InvalidInstanceException(char.ToLowerInvariant(name[0]) + name[1..], $"{value}", $"a number from 0 to {most}"); }
    }
}
