using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Nirmaan.Web.Tests.Architecture;

/// <summary>Who may use whom. Both what a project file allows and what the compiled assembly really uses are held against the table.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> s_mayUse = new()
    {
        ["Domain"] = [],
        ["Optimiser"] = [],
        ["Rest"] = [],
        ["Evm"] = [],
        ["Agent"] = [],
        ["Providers"] = ["Domain", "Rest"],
        ["Networks"] = ["Domain", "Rest", "Evm"],
        ["Control"] = ["Domain", "Optimiser", "Evm"],
        ["Migrations"] = ["Control", "Domain"],
        // Rest for the sandbox's own calls: docs/decisions/0002.
        ["Web"] = ["Control", "Domain", "Providers", "Networks", "Evm", "Migrations", "Rest"],
        ["Cli"] = ["Control", "Domain", "Providers", "Networks", "Evm", "Migrations", "Optimiser"],
        ["Sandbox"] = ["Evm"],
    };

    // A package's types stay in its owner, so that another library can take its place there.
    private static readonly Dictionary<string, string[]> s_owners = new()
    {
        ["Microsoft.EntityFrameworkCore"] = ["Control"],
        ["Microsoft.EntityFrameworkCore.Relational"] = ["Control"],
        ["Npgsql"] = ["Control"],
        ["Npgsql.EntityFrameworkCore.PostgreSQL"] = ["Control"],
        ["Quartz"] = ["Web"],
        ["Radzen.Blazor"] = [],
    };

    public static TheoryData<string> Names => [.. s_mayUse.Keys];

    [Fact]
    public void Every_project_that_ships_stands_in_the_table() =>
        Repository.Projects.Keys.Order().ShouldBe(s_mayUse.Keys.Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void A_project_file_allows_only_its_arrows(string name) =>
        Repository.Projects[name].References.Except(s_mayUse[name]).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Names))]
    public void An_assembly_uses_only_its_arrows(string name)
    {
        var assembly = Repository.Projects[name].Assembly;
        assembly.ShouldNotBeNull($"Nirmaan.{name} must be built with these tests");
        var used = References(assembly).ToList();
        used.ShouldContain("System.Runtime");
        used.Where(r => r.StartsWith("Nirmaan.", StringComparison.Ordinal)).Select(r => r["Nirmaan.".Length..]).Except(s_mayUse[name]).ShouldBeEmpty();
    }

    [Fact]
    public void The_domain_has_no_packages()
    {
        Repository.Projects["Domain"].Packages.ShouldBeEmpty();
        Repository.Projects["Domain"].Xml.Descendants("FrameworkReference").ShouldBeEmpty();
    }

    [Fact]
    public void A_package_is_named_by_its_owner_only()
    {
        Repository.Projects.Values.Sum(p => p.Packages.Count).ShouldBeGreaterThan(5);
        foreach (var project in Repository.Projects.Values)
        {
            project.Packages.Where(package => s_owners.TryGetValue(package, out var owners) && !owners.Contains(project.Name)).ShouldBeEmpty(project.Name);
        }
    }

    [Fact]
    public void Control_reads_no_chain()
    {
        var evm = Types(Repository.Projects["Evm"].Assembly.ShouldNotBeNull(), isDefined: true);
        evm.ShouldContain("Nirmaan.Evm.JsonRpc", "without it there is nothing to bar");
        Types(Repository.Projects["Control"].Assembly.ShouldNotBeNull(), isDefined: false).ShouldNotContain("Nirmaan.Evm.JsonRpc");
    }

    private static IEnumerable<string> References(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name))];
    }

    private static HashSet<string> Types(string assembly, bool isDefined)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return isDefined
            ? [.. metadata.TypeDefinitions.Select(t => metadata.GetString(metadata.GetTypeDefinition(t).Namespace))]
            : [.. metadata.TypeReferences.Select(t => metadata.GetString(metadata.GetTypeReference(t).Namespace))];
    }
}
