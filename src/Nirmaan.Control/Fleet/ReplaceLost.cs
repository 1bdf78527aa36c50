using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Control.Market;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Fleet;

/// <summary>Asks for another machine for each one that was lost or is being taken back, where its template says, within the budget.</summary>
public sealed partial class ReplaceLost(
    IDbContextFactory<NirmaanDbContext> contexts, Placement placement, NetworkShelf networks, LaunchInstance launch, BlockProvider blocks, Standstills standstills, PayoutPolicy payout, ControlEvents events, IOptions<FleetOptions> options, TimeProvider clock, ILogger<ReplaceLost> logger)
{
    private const string Actor = nameof(ReplaceLost);

    /// <summary>One line of what was done.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var still = await standstills.ReadAsync(cancellationToken);
        if (still.Freeze is { } freeze) { return $"nothing is replaced: {freeze}"; }
        if (payout.Signing is { Refuses: true, Fault: var fault }) { return $"nothing is replaced: {fault}"; }
        // First who may not be asked any more: the replacement must not go to whom has just lost the third.
        var blocked = await blocks.JudgeAsync(cancellationToken);
        List<InstanceId> lost;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            // What was lost at a supplier that is worked on may come back by itself.
            var worked = still.InForce.Select(s => s.Supplier!.Value).ToList();
            var now = clock.GetUtcNow();
            lost = await db.Instances.AsNoTracking().Where(i => i.WantsReplacement && (i.ReplaceAt == null || i.ReplaceAt <= now) && !worked.Contains(i.Supplier)).OrderBy(i => i.StateSince).ThenBy(i => i.Id).Select(i => i.Id).Take(200).ToListAsync(cancellationToken);
        }
        var replaced = 0;
        foreach (var id in lost)
        {
            try { if (await ReplaceAsync(id, cancellationToken)) { replaced++; } }
            catch (DbUpdateConcurrencyException) { LogLater(id.Value); }
        }
        if (lost.Count > 0) { events.Changed(Topic.Fleet); }
        return $"{lost.Count} lost, {replaced} replaced{(blocked > 0 ? $", {blocked} providers blocked" : "")}";
    }

    private async Task<bool> ReplaceAsync(InstanceId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instance = await db.Instances.SingleAsync(i => i.Id == id, cancellationToken);
        if (!instance.WantsReplacement) { return false; }
        var now = clock.GetUtcNow();
        // Who asked for another in its place may have it: that is no thing that acts by itself.
        if (instance is { Cordon: { } cordon, LeavesWhy: null })
        {
            db.Note(now, "instance", instance.Id, Actor, "not replaced", cordon.ToString());
            instance.MarkReplaced();
            await db.SaveChangesAsync(cancellationToken);
            return false;
        }
        // A person's wish spends no budget and waits for nothing.
        if (instance.LeavesWhy is null && await BudgetAsync(db, instance, now, cancellationToken) is { } held)
        {
            db.Note(now, "instance", instance.Id, Actor, held.Verb, held.Why);
            await db.SaveChangesAsync(cancellationToken);
            return false;
        }
        var template = networks.TemplateOf(instance.Workload);
        var request = new LaunchRequest(instance.Workload, 1, instance.Wish.MaxUsdPerGpuHour, null, null, instance.Wish.Region, Reason: $"replaces {instance.Id}, {instance.LeavesWhy ?? instance.Reason}", Resources: instance.Wish.Resources);
        var search = await placement.SearchAsync(db, request, cancellationToken);
        var lostAt = ProviderKey.Of(instance.Supplier, instance.Provider, key => search.Verdicts.Any(v => v.Offer.Supplier == key.Supplier && v.Offer.Provider == key.Provider));
        // Who lost it is avoided; where it still runs nobody lost anything.
        if ((instance.LeavesWhy is null ? Replacements.Choose([.. search.Eligible], lostAt, template.Failover) : search.Eligible.FirstOrDefault()) is not { } offer)
        {
            // Tried again at the next run: capacity comes back, and the wish is shown on the instance meanwhile.
            if (instance.NotHad is null) { db.Note(now, "instance", instance.Id, Actor, "not replaced yet", "no offer fits; the funnel on its page says why. It is looked for again every minute"); }
            instance.MarkNotHad(search.NotHad(now));
            await db.SaveChangesAsync(cancellationToken);
            return false;
        }
        var operation = launch.Enter(db, offer, request, template, instance.LaunchKey, Actor, now, instance.Id);
        instance.MarkReplaced();
        instance.MarkNotHad(null);
        db.Note(now, "instance", instance.Id, Actor, "replaced", $"{operation.InstanceId} takes its place");
        await db.SaveChangesAsync(cancellationToken);
        return true;
    }

    /// <summary>Enters what the loss spends. Null = another is asked for now; otherwise what is to be told of it.</summary>
    private async Task<(string Verb, string Why)?> BudgetAsync(NirmaanDbContext db, Instance instance, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // What is being taken back runs on: its loss is certain, its cause known.
        var cause = instance.Loss ?? LossCause.TakenBack;
        var causes = await EarlierCausesAsync(db, instance, cancellationToken);
        var recovery = new Recovery(
            cause, causes.Count + 1, options.Value.MaxReplacements, causes.Count(c => c == cause) + 1, Math.Min(options.Value.ReplaceBudgets.GetValueOrDefault(cause, options.Value.MaxReplacements), options.Value.MaxReplacements));
        // Only what is gone waits: in place of what still runs another must be up before it goes.
        var at = instance.IsLive ? (DateTimeOffset?)null : instance.StateSince + recovery.BackOff(options.Value.ReplaceBackOff, options.Value.LongestBackOff);
        instance.MarkRecovery(recovery, at);
        if (recovery.Spent is { } spent)
        {
            instance.MarkReplaced();
            return ("not replaced", spent);
        }
        return at > now ? ("waits", string.Create(CultureInfo.InvariantCulture, $"it is loss {recovery.InARow} in a row; another is asked for from {at.Value.UtcDateTime:HH:mm:ss} UTC on")) : null;
    }

    /// <summary>Causes of the losses in a row before this one, the latest first; null = lost before causes were kept.</summary>
    private static async Task<List<LossCause?>> EarlierCausesAsync(NirmaanDbContext db, Instance instance, CancellationToken cancellationToken)
    {
        // A machine that ran for a day, or did not fail, was no failure in a row: the count starts anew after it.
        List<LossCause?> causes = [];
        for (var current = instance; current.Replaces is { } earlier;)
        {
            current = await db.Instances.AsNoTracking().SingleAsync(i => i.Id == earlier, cancellationToken);
            if (current.State != InstanceState.Failed || current.RunningAt is { } ran && current.StateSince - ran > TimeSpan.FromDays(1)) { break; }
            causes.Add(current.Loss);
        }
        return causes;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Instance {Instance} is held by a worker; it is replaced at the next run")]
    private partial void LogLater(Guid instance);
}
