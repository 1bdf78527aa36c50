namespace Nirmaan.Optimiser;

/// <summary>An instance breaks a rule of its format.</summary>
public sealed class InvalidInstanceException : Exception
{
    /// <summary>Names the field, what it holds and what was expected.</summary>
    public InvalidInstanceException(string path, string value, string expected)
        : base($"{path} is {value}; expected {expected}")
    {
        (Path, Value, Expected) = (path, value, expected);
    }

    /// <summary>The field, e.g. <c>items[3].usdPerGpuHour</c>.</summary>
    public string Path { get; }

    /// <summary>What the field holds.</summary>
    public string Value { get; }

    /// <summary>What the format allows there.</summary>
    public string Expected { get; }
}
