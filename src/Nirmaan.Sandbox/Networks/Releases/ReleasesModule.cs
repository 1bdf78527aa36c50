using System.Globalization;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Releases;

/// <summary>
/// Releases of the programs that templates pack, in the shape of GitHub's list. Every repository publishes anew after 30 to 60 days, by its name and the
/// seed; a release is named by its day.
/// </summary>
public sealed class ReleasesModule : ISandboxModule
{
    private const int Listed = 5;
    private static readonly DateTimeOffset s_first = new(2025, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <inheritdoc />
    public void AddTo(IServiceCollection services, IConfiguration configuration) { }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/releases/repos/{owner}/{name}/releases", List).WithName("releases.list");

    private static IResult List(string owner, string name, HttpRequest request, Seed seed, SandboxClock clock)
    {
        var every = TimeSpan.FromDays(seed.For($"releases of {owner}/{name}").Next(30, 61));
        var passed = (int)Math.Floor((clock.GetUtcNow() - s_first) / every);
        var releases = new JsonArray();
        for (var i = passed; i >= 0 && i > passed - Listed; i--)
        {
            var at = s_first + (every * i);
            var tag = at.UtcDateTime.ToString("'v'yyyy.M.d", CultureInfo.InvariantCulture);
            releases.Add(new JsonObject
            {
                ["tag_name"] = tag, ["name"] = $"{name} {tag} (simulated)", ["published_at"] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["html_url"] = $"{request.Scheme}://{request.Host}{request.PathBase}/releases/repos/{owner}/{name}/releases", ["draft"] = false, ["prerelease"] = false,
            });
        }
        return Results.Text(releases.ToJsonString(), "application/json");
    }
}
