namespace Nirmaan.Web.Components.Kit;

/// <summary>What a colour means. Never the only carrier of the meaning: words or a shape stand beside it.</summary>
public enum Tone
{
    /// <summary>Says nothing.</summary>
    Neutral,

    /// <summary>As it should be.</summary>
    Good,

    /// <summary>On its way.</summary>
    Busy,

    /// <summary>Needs a look.</summary>
    Warn,

    /// <summary>Broken or lost.</summary>
    Bad,

    /// <summary>Not known or not measured; neither good nor bad.</summary>
    Unknown,
}

/// <summary>Class names and the meaning of state words.</summary>
public static class Tones
{
    // The states of instances, miners and operations, and those a heartbeat reports.
    private static readonly Dictionary<string, Tone> s_states = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Intended"] = Tone.Busy, ["Sent"] = Tone.Busy, ["Succeeded"] = Tone.Good, ["Rejected"] = Tone.Bad, ["Abandoned"] = Tone.Bad, ["Unknown"] = Tone.Unknown,
        ["Requested"] = Tone.Busy, ["Placing"] = Tone.Busy, ["Starting"] = Tone.Busy, ["Running"] = Tone.Good, ["Draining"] = Tone.Warn, ["Closing"] = Tone.Warn,
        ["Closed"] = Tone.Neutral, ["Failed"] = Tone.Bad, ["Reclaiming"] = Tone.Warn,
        ["Installing"] = Tone.Busy, ["WarmingUp"] = Tone.Busy, ["Idle"] = Tone.Neutral, ["Earning"] = Tone.Good, ["Degraded"] = Tone.Warn, ["Silent"] = Tone.Unknown,
        ["Stopped"] = Tone.Neutral, ["Loading"] = Tone.Busy, ["Serving"] = Tone.Good, ["Working"] = Tone.Good,
    };

    /// <summary>The tone of a state word; a word not listed is neutral.</summary>
    public static Tone OfState(string state) => s_states.GetValueOrDefault(state, Tone.Neutral);

    /// <summary>A state word as people write it: WarmingUp is "Warming up".</summary>
    public static string Words(string state) => string.Concat(state.Select((letter, i) =>
        i > 0 && char.IsUpper(letter) && !char.IsUpper(state[i - 1]) ? $" {char.ToLowerInvariant(letter)}" : letter.ToString()));

    /// <summary>The CSS class: tone-good and so on.</summary>
    public static string Css(this Tone tone) => tone switch
    {
        Tone.Good => "tone-good",
        Tone.Busy => "tone-busy",
        Tone.Warn => "tone-warn",
        Tone.Bad => "tone-bad",
        Tone.Unknown => "tone-unknown",
        _ => "tone-neutral",
    };

    /// <summary>The icon that says the same without colour.</summary>
    public static string Icon(this Tone tone) => tone switch
    {
        Tone.Good => "check",
        Tone.Busy => "clock",
        Tone.Warn => "alert",
        Tone.Bad => "cross",
        Tone.Unknown => "question",
        _ => "info",
    };
}
