namespace Nirmaan.Control;

/// <summary>What a person or program sent cannot be used: names the field, the value and what was expected. Nothing was done.</summary>
public sealed class InvalidInputException(string fieldName, object? value, string expected)
    : Exception($"{fieldName}: {value ?? "nothing"} was given; expected {expected}.")
{
    /// <summary>The field as the caller wrote it.</summary>
    public string Field => fieldName;
}
