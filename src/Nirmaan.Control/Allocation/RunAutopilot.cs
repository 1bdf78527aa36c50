using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Data.Configurations;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Allocation;

/// <summary>Makes a plan and approves it in the signer's place, or says why not. Every decision is an event.</summary>
public sealed class RunAutopilot(
    IDbContextFactory<NirmaanDbContext> contexts, SetAutopilot autopilot, IPlanAllocation planner, ApprovePlan approve, AllocationQueries plans, SetConstraints constraints, SpendingSwitch spending, Standstills standstills, ControlEvents events, TimeProvider clock)
{
    /// <summary>Who makes its plans.</summary>
    public const string Actor = "autopilot";

    /// <summary>One line of what was decided.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await autopilot.ReadAsync(cancellationToken) is not { } rails) { return "off"; }
        if (rails.WhyOff(now, autopilot.NeedsTwo) is { } off) { return $"off: {off}"; }
        var (did, why) = await DecideAsync(rails, now, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Note(now, SetAutopilot.Kind, SetAutopilot.Subject, Actor, did ? "approved a plan" : "did nothing", why);
        await db.SaveChangesAsync(cancellationToken);
        events.Changed(Topic.Allocation);
        return did ? why : $"nothing done: {why}";
    }

    /// <summary>GPUs that its plans moved within 24 hours, those that wait for their turn included.</summary>
    public async Task<int> MovedAsync(CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow().AddHours(-24);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Moves.Where(m => db.Plans.Any(p => p.Id == m.PlanId && p.By == Actor)
            && (m.State == MoveState.Approved || (m.StartedAt > since && (m.State == MoveState.Running || m.State == MoveState.Done || m.DoneCount > 0)))).SumAsync(m => m.Count, cancellationToken);
    }

    private async Task<(bool Did, string Why)> DecideAsync(AutopilotRails rails, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await spending.ReadAsync(cancellationToken) is { } stop) { return (false, $"spending is stopped by {stop.By}: {stop.Why}"); }
        if ((await standstills.ReadAsync(cancellationToken)).Freeze is { } freeze) { return (false, freeze.ToString()); }
        if (await StaleAsync(now.AddMinutes(-rails.MaxDataAgeMinutes), cancellationToken) is { } stale) { return (false, $"frozen: {stale}"); }
        if ((await plans.OpenAsync(cancellationToken)).FirstOrDefault(p => p.State == PlanState.Approved) is { } underWay) { return (false, $"plan {underWay.Id} is being carried out"); }
        var left = rails.MaxGpusPerDay - await MovedAsync(cancellationToken);
        if (left <= 0) { return (false, $"its {rails.MaxGpusPerDay} GPUs of 24 hours are used"); }
        // Giving back does not count against the limit on moves, but it does here: what is beyond is left out below.
        var request = new PlanRequest(MaxMoves: Math.Min(left, (await constraints.ReadAsync(cancellationToken)).MaxMoves ?? left));
        try
        {
            var preview = await planner.PreviewAsync(request, cancellationToken);
            if (TooLittle(rails, preview.ObjectiveUsdPerHour - preview.NowUsdPerHour) is { } little) { return (false, little); }
            var id = await planner.RunAsync(request, Actor, cancellationToken);
            return await ApproveAsync(id, rails, left, cancellationToken);
        }
        catch (CannotPlanException e) { return (false, e.Message); }
    }

    private async Task<(bool Did, string Why)> ApproveAsync(PlanId id, AutopilotRails rails, int left, CancellationToken cancellationToken)
    {
        var moves = (await plans.FindAsync(id, cancellationToken))!.Moves;
        List<MoveId> chosen = [];
        foreach (var move in moves)
        {
            if (move.Count > left) { continue; }
            left -= move.Count;
            chosen.Add(move.Id);
        }
        var choice = (await plans.WeighAsync(id, chosen, cancellationToken))!;
        var plan = (await plans.FindAsync(id, cancellationToken))!.Plan;
        var why = choice.Broken.Count > 0 ? $"what its GPUs of 24 hours allow would break a limit ({choice.Broken[0].Row})" : TooLittle(rails, choice.ObjectiveUsdPerHour - plan.NowUsdPerHour);
        // Solving takes a while: whoever switched it off meanwhile, or signed other rails, wants nothing done by these.
        if (why is null && await autopilot.ReadAsync(cancellationToken) != rails) { why = "it was switched off or signed anew in the meantime"; }
        if (why is null)
        {
            var outcome = await approve.RunAsync(id, chosen, $"{Actor} for {rails.SignedBy}", cancellationToken);
            if (outcome is ApproveOutcome.Approved approved) { return (true, FormattableString.Invariant($"plan {id}: {approved.Moves} of {moves.Count} moves, {(choice.ObjectiveUsdPerHour - plan.NowUsdPerHour) * 24:0.00} USD a day more")); }
            why = outcome switch { ApproveOutcome.TooLate late => late.Why, ApproveOutcome.BreaksCap cap => $"{cap.Cap}: {cap.Why}", ApproveOutcome.Forbidden barred => barred.Why, _ => "the plan could not be approved" };
        }
        // Only what still waits: an admin who decided over it in the same moment has the last word.
        await approve.WithdrawAsync(id, Actor, why, cancellationToken);
        return (false, why);
    }

    private static string? TooLittle(AutopilotRails rails, decimal gainUsdPerHour) => gainUsdPerHour * 24 >= rails.MinGainUsdPerDay ? null
        : FormattableString.Invariant($"a gain of {gainUsdPerHour * 24:0.00} USD a day is below {rails.MinGainUsdPerDay:0.00}");

    /// <summary>What is older than it may be; null = nothing is.</summary>
    private async Task<string?> StaleAsync(DateTimeOffset oldest, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var machines = await db.Instances.Where(i => i.State == InstanceState.Running).Select(i => i.ObservedAt ?? DateTimeOffset.MinValue).OrderBy(a => a).Select(a => (DateTimeOffset?)a).FirstOrDefaultAsync(cancellationToken);
        (string What, DateTimeOffset? At)[] read =
        [
            ("yields were", await db.Estimates.MaxAsync(e => (DateTimeOffset?)e.At, cancellationToken) ?? DateTimeOffset.MinValue),
            ("prices were", await db.Prices.Where(p => !EF.Property<bool>(p, PriceQuoteConfiguration.Rejected)).MaxAsync(p => (DateTimeOffset?)p.At, cancellationToken) ?? DateTimeOffset.MinValue),
            ("offers were", await db.Offers.MaxAsync(o => (DateTimeOffset?)o.SeenAt, cancellationToken) ?? DateTimeOffset.MinValue), ("a machine was", machines),
        ];
        // A machine that is only set to other work is bought nothing for, but it too would follow a price that nobody believes.
        if ((await PriceQueries.FrozenAsync(db, clock.GetUtcNow(), cancellationToken)).Values.Order(StringComparer.Ordinal).FirstOrDefault() is { } why) { return why.TrimEnd('.'); }
        return read.Where(r => r.At < oldest).Select(r => r.At == DateTimeOffset.MinValue ? $"{r.What} never read" : FormattableString.Invariant($"{r.What} last read at {r.At!.Value.UtcDateTime:yyyy-MM-dd HH:mm} UTC")).FirstOrDefault();
    }
}
