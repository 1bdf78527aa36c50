using System.Reflection;

namespace Nirmaan.Migrations;

internal static class SqlOf
{
    /// <summary>The SQL of a migration: the embedded file of the same name.</summary>
    public static string Migration(string id)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{id}.sql")
            ?? throw new InvalidOperationException($"Migration {id} has no embedded file {id}.sql.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
