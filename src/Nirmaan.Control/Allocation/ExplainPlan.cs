using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;
using Nirmaan.Optimiser;
using Nirmaan.Optimiser.Explaining;

namespace Nirmaan.Control.Allocation;

/// <summary>What a change is worth in USD a day, by solving again; the truth certainly lies between the ends.</summary>
public sealed record DailyGain(decimal Usd, decimal AtLeastUsd, decimal AtMostUsd);

/// <summary>What a limit of the plan costs; only limits that bind are told.</summary>
/// <param name="Row">By the optimiser's name.</param>
/// <param name="Step">A sensible step of the limit, in its own unit.</param>
/// <param name="StepGain">What that step would earn; null = solves ran out.</param>
/// <param name="WholeGain">What the plan would earn without the limit; null = solves ran out.</param>
public sealed record LimitReason(string Row, bool IsFloor, decimal Limit, decimal Step, DailyGain? StepGain, DailyGain? WholeGain);

/// <summary>A workload that got no GPU. Figures are slopes, USD per GPU-hour.</summary>
/// <param name="Gpu">Where it comes nearest; null = it runs on nothing that is held or offered.</param>
/// <param name="ShortUsd">By how much it loses there.</param>
/// <param name="ValueFactor">How many times its work would have to be worth what it is; null = no value would do.</param>
/// <param name="BeatenBy">What takes its place there; null = nothing: it does not earn its rent.</param>
/// <param name="IsCertain">Proved: no better plan has any of it.</param>
public sealed record WorkloadReason(WorkloadName Workload, GpuModel? Gpu, SupplierName? Supplier, decimal ShortUsd, decimal? ValueFactor, WorkloadName? BeatenBy, bool IsCertain);

/// <summary>How far one quantity of a pool may change before another plan is better, as shares of 1.</summary>
/// <param name="IsOthersWork">True: others' work changes; false: what the pool pays.</param>
/// <param name="DownHolds">The greatest fall tried at which the plan still is as good as any; null = solves ran out.</param>
/// <param name="DownChanges">The least fall tried at which it is not; null = none of those tried.</param>
/// <param name="UpHolds">As downwards.</param>
/// <param name="UpChanges">As downwards.</param>
public sealed record PoolReason(PoolName Pool, bool IsOthersWork, decimal? DownHolds, decimal? DownChanges, decimal? UpHolds, decimal? UpChanges);

/// <summary>Why a plan is as it is.</summary>
/// <param name="IsSamePlan">The stored question, solved again, gave the stored plan.</param>
/// <param name="Solves">Plans solved for this.</param>
/// <param name="IsComplete">False = the most solves allowed were not enough, and some figures are missing.</param>
public sealed record PlanReasons(
    bool IsSamePlan, IReadOnlyList<LimitReason> Limits, IReadOnlyList<WorkloadReason> Workloads, IReadOnlyList<PoolReason> Pools, int Solves, bool IsComplete);

/// <summary>Explains a plan from the question and the answer that it keeps, by solving variants of it. Stores nothing; takes seconds, so never in a request's way.</summary>
public sealed class ExplainPlan(IDbContextFactory<NirmaanDbContext> contexts)
{
    private const int MostSolves = 80;

    /// <summary>The reasons; null = there is no such plan.</summary>
    /// <param name="progress">Told after each solve: how many are done, and how many there can be at most.</param>
    public async Task<PlanReasons?> RunAsync(PlanId id, IProgress<(int Done, int AtMost)>? progress, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var plan = await db.Plans.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
        return plan is null ? null : Explain(plan, progress, cancellationToken);
    }

    private static PlanReasons Explain(Plan plan, IProgress<(int Done, int AtMost)>? progress, CancellationToken cancellationToken)
    {
        var (instance, stored) = (AllocationInstance.Parse(plan.Instance), AllocationPlan.Parse(plan.Solution));
        var again = AllocationSolver.Solve(instance, cancellationToken: cancellationToken);
        var isSame = ReplayPlan.Difference(stored, again.Plan) is null;
        var told = Explainer.Explain(instance, stored, new ExplainOptions
        {
            MaxSolves = MostSolves, Progress = progress,
            // What is known of the new plan is known of the stored one only where they are the same.
            ScenarioWeights = isSame ? again.ScenarioWeights : null, IsProvedOptimal = isSame && again.IsProvedOptimal,
        }, cancellationToken);
        var items = instance.Items.ToDictionary(i => i.Id);
        return new PlanReasons(
            isSame,
            [.. told.Rows.Where(r => r.Step is not null).Select(r => new LimitReason(r.Row, r.IsFloor, Usd(r.Limit), Usd(r.Step!.Value), Daily(r.StepGain), Daily(r.WholeGain)))],
            [.. told.Workloads.Select(w => new WorkloadReason(
                new WorkloadName(w.Workload), w.BestItem is { } best ? new GpuModel(DirectiveRules.GpuOf(items[best].Gpu)) : null, w.BestItem is { } at ? new SupplierName(items[at].Provider) : null,
                Usd(w.ShortUsd), w.ValueFactor is { } factor && factor < 1e6 ? Usd(factor) : null, w.BeatenBy is { } by ? new WorkloadName(by) : null, w.IsCertain))],
            [.. told.Networks.Select(n => new PoolReason(new PoolName(n.Network), n.Of != "value", Share(n.Down?.HoldsAt), Share(n.Down?.ChangesAt), Share(n.Up?.HoldsAt), Share(n.Up?.ChangesAt)))],
            told.Solves, told.IsComplete);
    }

    private static DailyGain? Daily(Gain? gain) => gain is null ? null : new DailyGain(Usd(gain.UsdPerDay), Usd(24 * gain.AtLeastUsdPerHour), Usd(24 * gain.AtMostUsdPerHour));

    private static decimal Usd(double usd) => decimal.Round((decimal)usd, 8);

    private static decimal? Share(double? share) => share is { } s ? Usd(s) : null;
}
