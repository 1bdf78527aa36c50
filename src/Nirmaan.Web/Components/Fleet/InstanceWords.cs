using System.Globalization;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Fleet;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>How a machine stands, in a sentence.</summary>
public static class InstanceWords
{
    /// <summary>The machine's state and what is awaited.</summary>
    public static string Machine(InstanceRow row, DateTimeOffset now)
    {
        var supplier = Names.Of(row.Supplier);
        var since = Format.Span(now - row.StateSince);
        return row.State switch
        {
            InstanceState.Requested => $"Wanted for {since}; {supplier} has not confirmed it yet.",
            InstanceState.Placing => $"Asked for at {supplier} {since} ago; a provider is awaited.",
            InstanceState.Starting => $"Ours and billing for {since}; the container is not up yet.",
            InstanceState.Running => $"Up for {since}.",
            InstanceState.Reclaiming => $"{supplier} takes it back{(row.ReclaimDeadline is { } deadline ? $" {Format.Age(deadline, now)}" : "")}{Why(row)}.",
            InstanceState.Draining when Wait(row) is { } wait => $"Draining: it {wait}; then it is given back{Why(row)}.",
            InstanceState.Draining => $"Finishing its work, then it is given back{Why(row)}.",
            InstanceState.Closing => $"Being given back{Why(row)}.",
            InstanceState.Closed => $"Given back {since} ago{Why(row)}. It bills no more.",
            InstanceState.Failed => $"Lost {since} ago{Why(row)}.{(row is { BilledFrom: not null, ClosedAt: null } ? " Something may still bill: its close is under way." : "")}{(Recovery(row, now) is { } recovery ? $" {recovery}" : "")}",
            _ => $"Its state outside is not known for {since}{Why(row)}.",
        };
    }

    /// <summary>What a machine waits for before it is given back, and how long at most; null = nothing.</summary>
    public static string? Wait(InstanceRow row) => row is { WaitsFor: { } what, WaitsUntil: { } until }
        ? string.Create(CultureInfo.InvariantCulture, $"waits for {what}, until {until.UtcDateTime:HH:mm:ss} UTC at the latest") : null;

    /// <summary>What becomes of its place after a loss: when another is asked for, or which budget is spent; null = nothing is known of that, or another has its place.</summary>
    public static string? Recovery(InstanceRow row, DateTimeOffset now) => row switch
    {
        { Recovery: null } => null,
        { WantsReplacement: true, ReplaceAt: { } at } when at > now =>
            string.Create(CultureInfo.InvariantCulture, $"Loss {row.Recovery.InARow} in a row: another is asked for in {Format.Span(at - now)}, at {at.UtcDateTime:HH:mm:ss} UTC."),
        { WantsReplacement: true } => "Another is being looked for.",
        { Recovery.Spent: { } spent } => $"No other takes its place by itself: {spent}.",
        _ => null,
    };

    /// <summary>The miner's state and its reason.</summary>
    public static string Miner(InstanceRow row, DateTimeOffset now) => row.Miner is not { } miner
        ? "No miner is set up on it."
        : $"{Tones.Words(miner.State.ToString())} for {Format.Span(now - miner.StateSince)}{(miner.Reason is { Length: > 0 } why ? $": {why}" : "")}.";

    /// <summary>The articles' steps of its miner, each with its time.</summary>
    public static IReadOnlyList<Checklist.ChecklistStep> Steps(InstanceRow row, IReadOnlyList<Nirmaan.Domain.Uptime.GpuReading> gpus)
    {
        var steps = row.Miner?.Steps ?? new MinerSteps();
        var isOver = row.State is InstanceState.Closed or InstanceState.Failed || row.Miner is { State: MinerState.Stopped };
        var price = row.UsdPerGpuHour is { } usd ? $"{Format.Usd(usd, 4)} per GPU-hour" : "price unknown";
        (string Title, DateTimeOffset? At, string? Detail)[] known =
        [
            ("Rented", steps.Rented ?? row.BilledFrom, $"{Names.Of(row.Supplier)}, {Names.Of(row.Gpu, row.GpuCount)}, {price}"),
            ("GPU and CUDA verified", steps.GpuVerified, gpus.Count == 0 ? "The agent reads GPU, driver and CUDA before it starts anything." : string.Join(", ", gpus.GroupBy(g => g.Name).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} × {g.Key}")))),
            ("Files ready", steps.FilesReady, null),
            ("Model loaded", steps.ModelLoaded, null),
            ("Enrolled", steps.Enrolled, row.Miner is { } m ? $"{Names.Of(m.Network)} knows it as {Names.Brief(m.NetworkKey, 26)}" : null),
            ("First credited job", steps.FirstCredit, row.Miner is { } n ? $"By {Names.Of(n.Network)}, not by the miner's own word." : null),
        ];
        List<Checklist.ChecklistStep> list = [];
        DateTimeOffset? before = row.CreatedAt;
        var isNext = true;
        foreach (var (title, at, detail) in known)
        {
            var state = at is not null ? Checklist.StepState.Done : isOver ? Checklist.StepState.Skipped : isNext ? Checklist.StepState.Running : Checklist.StepState.Waiting;
            // A step that a network credits before another is seen done took no time of its own.
            list.Add(new Checklist.ChecklistStep(title, state, at, at > before ? at - before : null, detail));
            if (at is null) { isNext = false; }
            else if (at > before) { before = at; }
        }
        return list;
    }

    /// <summary>True while the supplier is asked for it; after its end nobody asks any more.</summary>
    public static bool IsWatched(InstanceRow row) => row.State is not (InstanceState.Closed or InstanceState.Failed);

    /// <summary>The supplier's own word for its state, with a comma before it; of a machine that has ended the last one heard, and when. Empty = none was heard.</summary>
    public static string SupplierWord(InstanceRow row) => (row.SupplierState, row.ObservedAt) switch
    {
        (null, _) => "",
        ({ } word, { } at) when !IsWatched(row) => $", last seen as “{word}”, {Format.DayTime(at)} UTC",
        ({ } word, _) when !IsWatched(row) => $", last seen as “{word}”",
        ({ } word, _) => $", in state “{word}”",
    };

    private static string Why(InstanceRow row) => row.Reason is { Length: > 0 } why ? $": {why}" : "";
}
