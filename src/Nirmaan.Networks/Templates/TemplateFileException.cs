namespace Nirmaan.Networks.Templates;

/// <summary>A template file cannot be used. The message names file, field, value and what was expected.</summary>
public sealed class TemplateFileException : Exception
{
    internal TemplateFileException(string file, string field, string? value, string expected, Exception? inner = null)
        : base($"{file}: {(field.Length == 0 ? "" : field + ": ")}{(value is null ? "missing" : $"'{value}'")}; expected {expected}", inner) => (File, Field, Value) = (file, field, value);

    /// <summary>The file's name.</summary>
    public string File { get; }

    /// <summary>Path of the field, for example <c>needs.gpus</c> or <c>logs.rules[3].state</c>; empty = the file as a whole.</summary>
    public string Field { get; }

    /// <summary>The value found; null = it is missing.</summary>
    public string? Value { get; }
}
