using System.Xml.Linq;

namespace Nirmaan.Web.Tests.Architecture;

/// <summary>The repository's files, as the architecture tests read them.</summary>
internal static class Repository
{
    private static readonly string[] s_notOurs = ["node_modules", "artifacts", "bin", "obj", "_framework", "out", ".git"];

    /// <summary>The folder that holds Nirmaan.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The projects that ship, by name without "Nirmaan.".</summary>
    public static IReadOnlyDictionary<string, Project> Projects { get; } = Files("src", ".csproj").Concat(Files("migrations", ".csproj"))
        .Select(path => new Project(Path.GetFileNameWithoutExtension(path)["Nirmaan.".Length..], path, XDocument.Load(path)))
        .ToDictionary(p => p.Name);

    /// <summary>Files below a folder that people of this project write, by ending.</summary>
    public static IEnumerable<string> Files(string folder, params string[] endings)
    {
        var top = Path.Combine(Root, folder);
        return Directory.Exists(top)
            ? Directory.EnumerateFiles(top, "*", new EnumerationOptions { RecurseSubdirectories = true })
                .Where(path => endings.Any(e => path.EndsWith(e, StringComparison.Ordinal)) && !Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar).Any(s_notOurs.Contains))
            : [];
    }

    /// <summary>A path as it stands in messages.</summary>
    public static string Short(string path) => Path.GetRelativePath(Root, path);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Nirmaan.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("No Nirmaan.sln above the tests.");
        }
        return folder;
    }
}

/// <summary>A project file.</summary>
internal sealed record Project(string Name, string Path, XDocument Xml)
{
    /// <summary>Projects it may call, by name without "Nirmaan.".</summary>
    public IReadOnlyList<string> References =>
        [.. Xml.Descendants("ProjectReference").Select(r => System.IO.Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))["Nirmaan.".Length..])];

    /// <summary>Packages it names.</summary>
    public IReadOnlyList<string> Packages => [.. Xml.Descendants("PackageReference").Select(r => r.Attribute("Include")!.Value)];

    /// <summary>Its built assembly beside the one of these tests; null when it was not built.</summary>
    public string? Assembly
    {
        get
        {
            var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar));
            var name = Xml.Descendants("AssemblyName").FirstOrDefault()?.Value ?? $"Nirmaan.{Name}";
            var path = System.IO.Path.Combine(here.Parent!.Parent!.FullName, $"Nirmaan.{Name}", here.Name, $"{name}.dll");
            return File.Exists(path) ? path : null;
        }
    }
}
