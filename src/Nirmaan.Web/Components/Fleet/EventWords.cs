using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Fleet;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>Events as people read them.</summary>
public static class EventWords
{
    private const int MostMachines = 30;

    /// <summary>A line of what happened in the fleet.</summary>
    public static Timeline.TimelineEntry Entry(FleetLine line) => line switch
    {
        FleetLine.Extended { All: [{ Refused: { } why } one, ..] } =>
            new(one.At, $"No more hours bought at {Names.Of(one.Supplier)} for machine", why, Tone: Tone.Bad, Href: $"/ops/instances/{one.Instance}", Thing: Names.Brief(one.Instance.Value)) { Key = one.Id },
        FleetLine.Extended { All: [var one] } =>
            new(one.At, $"Machine extended by {one.Hours} h, {Paid([one])}", Tone: Tone.Good, Href: $"/ops/instances/{one.Instance}", Thing: Names.Brief(one.Instance.Value)) { Key = one.Id },
        FleetLine.Extended extended => Entry(extended.All),
        FleetLine.Happened happened => Entry(happened),
        _ => throw new ArgumentOutOfRangeException(nameof(line)),
    };

    // What was bought last may still grow by another: the line is known by its first.
    private static Timeline.TimelineEntry Entry(IReadOnlyList<Extension> bought)
    {
        var machines = bought.GroupBy(b => b.Instance).ToList();
        var (least, most) = (bought.Min(b => b.Hours), bought.Max(b => b.Hours));
        var title = $"{Format.Count(machines.Count, "machine")} extended{(bought.Count > machines.Count ? $" {Format.Count(bought.Count)} times" : "")} by {(least == most ? $"{most}" : $"{least} to {most}")} h, {Paid(bought)}";
        return new Timeline.TimelineEntry(bought[0].At, title, bought[^1].At.AddMinutes(1) < bought[0].At ? $"Since {Format.DayTime(bought[^1].At)} UTC." : null, Tone: Tone.Good)
        {
            Key = bought[^1].Id,
            Parts =
            [
                .. machines.Take(MostMachines).Select(m => new Timeline.TimelinePart($"{m.Sum(b => b.Hours)} h at {Names.Of(m.First().Supplier)}, {Paid([.. m])}", $"/ops/instances/{m.Key}", Names.Brief(m.Key.Value))),
                .. machines.Count > MostMachines ? new[] { new Timeline.TimelinePart($"and {Format.Count(machines.Count - MostMachines, "machine")} more") } : [],
            ],
        };
    }

    private static string Paid(IReadOnlyList<Extension> bought) => bought.Any(b => b.Usd is null) ? "unknown dollars" : Format.Usd(bought.Sum(b => b.Usd!.Value));

    private static Timeline.TimelineEntry Entry(FleetLine.Happened happened)
    {
        var entry = Entry(happened.Event);
        return happened.Instance is { } id
            ? entry with { Title = $"{Thing(happened.Event.Kind)} {happened.Event.What}", Href = $"/ops/instances/{id}", Thing = Names.Brief(id.Value) }
            : entry with { Title = $"{Thing(happened.Event.Kind)}: {happened.Event.What}" };
    }

    /// <summary>An event on its thing's own page.</summary>
    public static Timeline.TimelineEntry Entry(TimelineEvent e)
    {
        var change = e is { Before: { } before, After: { } after } && before != after ? $"{Tones.Words(before)} → {Tones.Words(after)}" : null;
        return new Timeline.TimelineEntry(e.At, Capital(e.What), (e.Why.Length > 0, change) switch
        {
            (true, null) => e.Why,
            (true, _) => $"{e.Why} ({change})",
            _ => change,
        }, Actor(e.Actor), e.After is { } state ? Tones.OfState(state) : Tone.Neutral) { Key = e.Sequence };
    }

    /// <summary>A person's e-mail, or the verb that acted, as words.</summary>
    public static string Actor(string actor) => actor.Contains('@', StringComparison.Ordinal) ? actor : $"Nirmaan ({Tones.Words(actor).ToLowerInvariant()})";

    // The word on screen for a machine that is rented is machine; an instance is what the code calls it.
    private static string Thing(string kind) => kind == "instance" ? "Machine" : Capital(kind);

    private static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];
}
