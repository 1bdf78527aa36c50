using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Data;
using Nirmaan.Control.Jobs;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>A wish that the machines of a workload be brought to the present recipe.</summary>
/// <param name="AtOnce">So many machines are out of work for it at a time.</param>
/// <param name="Begun">When it was begun on each machine. One that was to change in place and did not is replaced by another.</param>
/// <param name="EndedAt">When none was left; null = it goes on.</param>
public sealed record TemplateRoll(int AtOnce, string Why, string By, DateTimeOffset At, IReadOnlyDictionary<Guid, DateTimeOffset> Begun, DateTimeOffset? EndedAt);

/// <summary>
/// Brings machines that run an older recipe to the present one, a few at a time: in place where the supplier can, else another machine takes over
/// before the old one goes. It goes on from the rows alone, so that it may be cut off anywhere.
/// </summary>
public sealed class RollTemplate(
    IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, TemplateQueries templates, SwitchWorkload change, ReplaceInstance replace, SpendingSwitch spending, Standstills standstills, DisruptionQueries disruption, SettingBook settings,
    ControlEvents events, TimeProvider clock)
{
    /// <summary>The most machines that may be out of work at a time.</summary>
    public const int MostAtOnce = 20;

    internal static string KeyOf(WorkloadName workload) => $"roll:{workload}";

    /// <summary>Asks for it, or for another pace of it.</summary>
    /// <exception cref="InvalidInputException">A field cannot be used.</exception>
    public async Task AskAsync(WorkloadName workload, int atOnce, string why, string by, CancellationToken cancellationToken)
    {
        networks.TemplateOf(workload);
        if (atOnce is < 1 or > MostAtOnce) { throw new InvalidInputException("atOnce", atOnce, $"1 to {MostAtOnce} machines"); }
        // At another pace it goes on with what it began.
        var begun = await settings.FindAsync<TemplateRoll>(KeyOf(workload), cancellationToken) is { EndedAt: null } going ? going.Begun : new Dictionary<Guid, DateTimeOffset>();
        await settings.WriteAsync(KeyOf(workload), new TemplateRoll(atOnce, why, by, clock.GetUtcNow(), begun, null), by, cancellationToken);
        await NoteAsync(workload, by, string.Create(CultureInfo.InvariantCulture, $"roll, {atOnce} at a time"), why, cancellationToken);
    }

    /// <summary>Goes no further. What is under way ends. False = nothing was under way.</summary>
    public async Task<bool> StopAsync(WorkloadName workload, string why, string by, CancellationToken cancellationToken)
    {
        if (await settings.FindAsync<TemplateRoll>(KeyOf(workload), cancellationToken) is not { EndedAt: null } roll) { return false; }
        await settings.WriteAsync(KeyOf(workload), roll with { EndedAt = clock.GetUtcNow() }, by, cancellationToken);
        await NoteAsync(workload, by, "roll stopped", why, cancellationToken);
        return true;
    }

    /// <summary>One step of every roll under way; one line of what was done.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        List<string> lines = [];
        foreach (var template in networks.Templates.ToList())
        {
            if (await settings.FindAsync<TemplateRoll>(KeyOf(template.WorkloadName), cancellationToken) is not { EndedAt: null } roll) { continue; }
            if (await spending.ReadAsync(cancellationToken) is { } stop) { lines.Add($"{template.Workload} waits: spending is stopped by {stop.By}"); continue; }
            if ((await standstills.ReadAsync(cancellationToken)).Freeze is { } freeze) { lines.Add($"{template.Workload} waits: {freeze}"); continue; }
            lines.Add($"{template.Workload}: {await StepAsync(template, roll, cancellationToken)}");
        }
        return lines.Count == 0 ? "no roll under way" : string.Join("; ", lines);
    }

    private async Task<string> StepAsync(Template template, TemplateRoll roll, CancellationToken cancellationToken)
    {
        var state = await templates.ReadAsync(template, cancellationToken);
        if (state.Drifted.Count == 0 && state.Starting == 0)
        {
            if (!await settings.ReplaceAsync(KeyOf(template.WorkloadName), roll, roll with { EndedAt = clock.GetUtcNow() }, nameof(RollTemplate), cancellationToken)) { return "asked for anew meanwhile"; }
            await NoteAsync(template.WorkloadName, nameof(RollTemplate), "roll ended", $"every machine runs version {template.Version}", cancellationToken);
            return "all run it";
        }
        var waiting = state.Drifted.Where(d => d is { Moves: null, Cordon: null }).ToList();
        var room = Math.Min(roll.AtOnce - state.Drifted.Count(d => d.Moves is not null) - state.Starting, await LeftOfHourAsync(template.NetworkName, cancellationToken) / template.Needs.Gpus);
        var begun = 0;
        foreach (var machine in waiting.Take(Math.Max(0, room)))
        {
            var why = $"version {template.Version} of {template.Name}: {roll.Why}";
            var inPlace = machine.InPlace && !roll.Begun.ContainsKey(machine.Id.Value);
            // Remembered first: whoever is cut off here finds the machine changed, or replaces it. And never over what a person said meanwhile.
            var next = roll with { Begun = new Dictionary<Guid, DateTimeOffset>(roll.Begun) { [machine.Id.Value] = clock.GetUtcNow() } };
            if (!await settings.ReplaceAsync(KeyOf(template.WorkloadName), roll, next, nameof(RollTemplate), cancellationToken)) { break; }
            roll = next;
            if (inPlace) { await change.RunAsync(machine.Id, template.WorkloadName, roll.By, why, cancellationToken); }
            else { await replace.RunAsync(machine.Id, roll.By, why, cancellationToken); }
            begun++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{state.Drifted.Count} to go, {begun} begun{(state.Drifted.Count(d => d.Cordon is not null) is var kept and > 0 ? $", {kept} cordoned" : "")}");
    }

    /// <summary>GPUs that may still be taken from a network's work within the hour: plans and rolls share one budget.</summary>
    private async Task<int> LeftOfHourAsync(NetworkName network, CancellationToken cancellationToken)
    {
        var (left, since) = ((await disruption.HourAsync(cancellationToken)).LeftOf(network), clock.GetUtcNow() - DisruptionHour.Span);
        foreach (var other in networks.Templates.Where(t => t.NetworkName == network))
        {
            if (await settings.FindAsync<TemplateRoll>(KeyOf(other.WorkloadName), cancellationToken) is { } roll) { left -= roll.Begun.Values.Count(at => at > since) * other.Needs.Gpus; }
        }
        return left;
    }

    private async Task NoteAsync(WorkloadName workload, string by, string what, string why, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Note(clock.GetUtcNow(), "settings", KeyOf(workload), by, $"{workload}: {what}", why);
        await db.SaveChangesAsync(cancellationToken);
        events.Changed(Topic.Fleet);
    }
}
