using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Fleet;
using Nirmaan.Networks.Http;
using Refit;

namespace Nirmaan.Networks.Releases;

/// <summary>Section <c>Releases</c>: releases of the programs that templates pack, in the shape of GitHub's list of releases.</summary>
public sealed class ReleasesOptions : EndpointOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Releases";

    /// <summary>Starts with GitHub's public address and ten seconds per call.</summary>
    public ReleasesOptions() => (BaseUrl, ReadTimeout) = (new Uri("https://api.github.com"), TimeSpan.FromSeconds(10));

    /// <summary>How the source is named. Empty = by its host.</summary>
    public string Name { get; set; } = "";
}

/// <summary>Checks the section.</summary>
internal sealed class ReleasesOptionsCheck() : EndpointOptionsCheck<ReleasesOptions>(ReleasesOptions.Section)
{
    protected override IEnumerable<string> Own(ReleasesOptions options) => [];
}

/// <summary>The one call. The shape is GitHub's as commonly described; it was not checked against the live service.</summary>
internal interface IReleasesApi
{
    /// <summary>The newest releases of a repository, drafts and previews among them.</summary>
    [Get("/repos/{owner}/{name}/releases")]
    Task<IReadOnlyList<ReleaseWire>?> ListAsync(string owner, string name, [AliasAs("per_page")] int most, CancellationToken cancellationToken);
}

/// <summary>A release as it is sent.</summary>
internal sealed record ReleaseWire(
    [property: JsonPropertyName("tag_name")] string? Tag, [property: JsonPropertyName("published_at")] DateTimeOffset? PublishedAt, [property: JsonPropertyName("html_url")] Uri? Page,
    [property: JsonPropertyName("draft")] bool? Draft, [property: JsonPropertyName("prerelease")] bool? Preview);

/// <summary>How the bodies are read.</summary>
[JsonSerializable(typeof(IReadOnlyList<ReleaseWire>))]
internal sealed partial class ReleasesJson : JsonSerializerContext
{
    /// <summary>Settings of the declared interface.</summary>
    public static RefitSettings Settings() => new(new SystemTextJsonContentSerializer(new JsonSerializerOptions(Default.Options)));
}

/// <summary>Reads newest releases. What has no tag, time or page of the web is left out: a word of someone else's making becomes a link on our page and the title of a message.</summary>
internal sealed class GitHubReleases(IReleasesApi api, IOptions<ReleasesOptions> options) : IReleaseFeed
{
    private const int Most = 20, LongestTag = 100;

    private readonly NetworkCalls _calls = new(options.Value.BaseUrl!.Host);

    /// <inheritdoc />
    public string Name => options.Value.Name is { Length: > 0 } name ? name : options.Value.BaseUrl!.Host;

    /// <inheritdoc />
    public async Task<PublishedRelease?> ReadNewestAsync(string repository, CancellationToken cancellationToken)
    {
        if (repository.Split('/') is not [var owner, var name]) { throw new ArgumentException($"'{repository}' must be owner/name.", nameof(repository)); }
        var releases = await _calls.ReadAsync($"releases of {repository}", () => api.ListAsync(owner, name, Most, cancellationToken), cancellationToken);
        return releases.Where(r => r is { Draft: not true, Preview: not true, Tag.Length: > 0 and <= LongestTag, PublishedAt: not null, Page: { IsAbsoluteUri: true, Scheme: "https" or "http" } } && r.Tag.All(c => c is > ' ' and <= '~'))
            .OrderByDescending(r => r.PublishedAt).Select(r => new PublishedRelease(r.Tag!, r.PublishedAt!.Value, r.Page!)).FirstOrDefault();
    }
}
