using System.Collections.Concurrent;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>
/// Demand against supply: how many jobs a second fall to one miner of a model, and what other operators earn meanwhile. Users' demand
/// follows a daily curve and is shared by all miners of a model alike, so that each miner we add takes a little from everybody's share.
/// </summary>
public sealed class HeuristMarket(Seed seed)
{
    private readonly Dictionary<string, DemandCurve> _curves = HeuristModels.All.ToDictionary(m => m.Id, m => new DemandCurve(seed, "heurist:" + m.Id));
    private readonly ConcurrentDictionary<string, double> _surges = [];

    /// <summary>Multiplies the users' demand for a model; 1 = as it was.</summary>
    public void Surge(string modelId, double factor) => _surges[modelId] = factor;

    /// <summary>Other operators' miners of the model on that day: up to a tenth more or fewer than usual.</summary>
    public double Others(HeuristModel model, DateTimeOffset at) =>
        model.Miners * (0.9 + 0.2 * seed.For($"heurist:others:{model.Id}:{at.ToUnixTimeSeconds() / 86400}").NextDouble());

    /// <summary>Jobs per second that users want of the model.</summary>
    public double Wanted(HeuristModel model, DateTimeOffset at) => model.JobsPerSecond * _curves[model.Id].At(at) * _surges.GetValueOrDefault(model.Id, 1);

    /// <summary>Jobs per second offered to each miner when <paramref name="ours"/> miners stand beside the others'.</summary>
    public double OfferedPerMiner(HeuristModel model, int ours, DateTimeOffset at) => Wanted(model, at) / (Others(model, at) + ours);

    /// <summary>Points per hour of all other operators.</summary>
    public decimal OthersPerHour(HeuristModel model, int ours, decimal multiplier, DateTimeOffset at) =>
        (decimal)(Others(model, at) * Done(model, OfferedPerMiner(model, ours, at)) * 3600) * model.MeanBasePoints * multiplier;

    // One job waits in line while another is worked on: with one place, the mean time per job is L + e^(-rL)/r.
    private static double Done(HeuristModel model, double offered) => model.JobsAtOnce == 1
        ? 1 / (model.SecondsPerJob + Math.Exp(-offered * model.SecondsPerJob) / offered)
        : Math.Min(offered, model.JobsAtOnce / model.SecondsPerJob);
}
