namespace Nirmaan.Providers.Preflight;

/// <summary>A part of an answer that may be absent from every answer without the contract being broken, and why.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MayLackAttribute(string why) : Attribute
{
    /// <summary>When it is absent.</summary>
    public string Why { get; } = why;

    /// <summary>Where alone, as the end of the path of what it is a part of; null = everywhere.</summary>
    public string? Within { get; init; }
}

/// <summary>A call that changes nothing although it is no GET.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ReadsAttribute : Attribute;
