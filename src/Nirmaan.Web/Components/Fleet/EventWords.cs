using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Fleet;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>Events as people read them.</summary>
public static class EventWords
{
    /// <summary>An event of anything in the fleet.</summary>
    public static Timeline.TimelineEntry Entry(FleetEvent happened)
    {
        var entry = Entry(happened.Event);
        return happened.Instance is { } id
            ? entry with { Title = $"{Capital(happened.Event.Kind)} {entry.Title}", Href = $"/ops/instances/{id}", Thing = Names.Brief(id.Value) }
            : entry with { Title = $"{Capital(happened.Event.Kind)}: {entry.Title}" };
    }

    /// <summary>An event on its thing's own page.</summary>
    public static Timeline.TimelineEntry Entry(TimelineEvent e)
    {
        var change = e is { Before: { } before, After: { } after } && before != after ? $"{Tones.Words(before)} → {Tones.Words(after)}" : null;
        return new Timeline.TimelineEntry(e.At, e.What, (e.Why.Length > 0, change) switch
        {
            (true, null) => e.Why,
            (true, _) => $"{e.Why} ({change})",
            _ => change,
        }, Actor(e.Actor), e.After is { } state ? Tones.OfState(state) : Tone.Neutral);
    }

    /// <summary>A person's e-mail, or the verb that acted, as words.</summary>
    public static string Actor(string actor) => actor.Contains('@', StringComparison.Ordinal) ? actor : $"Nirmaan ({Tones.Words(actor).ToLowerInvariant()})";

    private static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];
}
