using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;

namespace Nirmaan.Web.Tests.Architecture;

public sealed partial class HouseRuleTests
{
    private const int MostLines = 400;

    private static readonly string[] s_folders = ["src", "tests", "migrations", "infra"];

    [Fact]
    public void Every_pin_is_exact()
    {
        var pins = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants()
            .Where(e => e.Name.LocalName is "PackageVersion" or "GlobalPackageReference")
            .ToDictionary(e => e.Attribute("Include")!.Value, e => e.Attribute("Version")!.Value);
        pins.Count.ShouldBeGreaterThan(10);
        pins.Where(pin => !Exact().IsMatch(pin.Value)).ShouldBeEmpty();
    }

    [Fact]
    public void No_project_pins_a_package_by_itself()
    {
        var projects = s_folders.SelectMany(folder => Repository.Files(folder, ".csproj")).ToList();
        projects.Count.ShouldBeGreaterThan(10);
        projects.Where(path => XDocument.Load(path).Descendants("PackageReference").Any(r => r.Attribute("Version") is not null || r.Attribute("VersionOverride") is not null))
            .Select(Repository.Short).ShouldBeEmpty();
    }

    [Fact]
    public void No_file_is_longer_than_400_lines()
    {
        var files = s_folders.SelectMany(folder => Repository.Files(folder, ".cs", ".razor", ".css", ".js", ".mjs", ".sh", ".sol")).ToList();
        files.Count.ShouldBeGreaterThan(50);
        files.Select(path => (Path: Repository.Short(path), Lines: File.ReadLines(path).Count())).Where(file => file.Lines > MostLines).ShouldBeEmpty();
    }

    [Fact]
    public void Components_do_not_see_the_database()
    {
        var files = Repository.Files("src/Nirmaan.Web/Components", ".razor", ".cs").ToList();
        files.Count.ShouldBeGreaterThan(20);
        files.Where(path => Database().IsMatch(File.ReadAllText(path))).Select(Repository.Short).ShouldBeEmpty();
    }

    [Fact]
    public void Time_enters_sql_as_a_parameter()
    {
        var files = new[] { "src", "migrations" }.SelectMany(folder => Repository.Files(folder, ".cs", ".sql")).ToList();
        files.Count.ShouldBeGreaterThan(30);
        files.SelectMany(path => File.ReadLines(path).Select((line, i) => (Line: line, Place: $"{Repository.Short(path)}:{i + 1}")))
            .Where(l => DatabaseClock().IsMatch(l.Line)).Select(l => l.Place).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("WHERE due_at <= now()")]
    [InlineData("default CURRENT_TIMESTAMP")]
    [InlineData("select clock_timestamp ()")]
    public void The_search_for_the_databases_clock_finds_it(string sql) => DatabaseClock().IsMatch(sql).ShouldBeTrue();

    [Fact]
    public void Every_page_says_who_may_open_it()
    {
        var pages = typeof(Program).Assembly.GetTypes().Where(t => t.GetCustomAttribute<RouteAttribute>() is not null).ToList();
        pages.Count.ShouldBeGreaterThan(3);
        pages.Where(p => p.GetCustomAttribute<AllowAnonymousAttribute>() is null && !p.GetCustomAttributes<AuthorizeAttribute>().Any()).ShouldBeEmpty();
    }

    [Fact]
    public void Components_take_their_services_by_required_properties()
    {
        var wanting = typeof(Program).Assembly.GetTypes().Where(t => typeof(ComponentBase).IsAssignableFrom(t))
            .SelectMany(t => t.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(p => p.GetCustomAttribute<InjectAttribute>() is not null).ToList();
        wanting.Count.ShouldBeGreaterThan(5);
        wanting.Where(p => p.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is null).Select(p => $"{p.DeclaringType!.Name}.{p.Name}").ShouldBeEmpty();
    }

    [Fact]
    public void Program_is_shorter_than_100_lines() =>
        File.ReadLines(Path.Combine(Repository.Root, "src/Nirmaan.Web/Program.cs")).Count().ShouldBeLessThan(100);

    [GeneratedRegex(@"^\[\d+\.\d+\.\d+(-[\w.]+)?\]$")]
    private static partial Regex Exact();

    [GeneratedRegex(@"\bDbContext\b|\bIDbContextFactory\b|Microsoft\.EntityFrameworkCore|\bNpgsql\b|Nirmaan\.Control\.Data")]
    private static partial Regex Database();

    [GeneratedRegex(@"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(\s*\)|\b(CURRENT_TIMESTAMP|LOCALTIMESTAMP)\b")]
    private static partial Regex DatabaseClock();
}
