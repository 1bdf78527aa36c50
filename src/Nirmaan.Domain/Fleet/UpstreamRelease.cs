namespace Nirmaan.Domain.Fleet;

/// <summary>Whose program a recipe packs.</summary>
/// <param name="Repository">Where its makers publish releases: <c>owner/name</c>.</param>
/// <param name="Release">The release that is packed, by its tag; null = a commit without a release.</param>
/// <param name="AsOf">The day of what is packed: what was published later is newer.</param>
public sealed record TemplateUpstream(string Repository, string? Release, DateOnly AsOf)
{
    /// <summary>True = the recipe packs something older.</summary>
    public bool IsOlderThan(string tag, DateTimeOffset publishedAt) => tag != Release && DateOnly.FromDateTime(publishedAt.UtcDateTime) > AsOf;
}

/// <summary>A release as its makers published it.</summary>
public sealed record PublishedRelease(string Tag, DateTimeOffset PublishedAt, Uri Page);

/// <summary>Where makers of miners publish releases.</summary>
public interface IReleaseFeed
{
    /// <summary>How it is named beside what it says.</summary>
    string Name { get; }

    /// <summary>The newest release that is neither a draft nor a preview; null = there is none.</summary>
    /// <exception cref="SupplierUnavailableException">It cannot be read.</exception>
    Task<PublishedRelease?> ReadNewestAsync(string repository, CancellationToken cancellationToken);
}

/// <summary>What is known of a repository's newest release.</summary>
/// <param name="TriedAt">When it was asked for last.</param>
/// <param name="ReadAt">When that was answered last; null = never.</param>
/// <param name="Tag">Null = it has no release, or nothing was read yet.</param>
/// <param name="Fault">Why the last try was not answered; null = it was.</param>
public sealed record UpstreamRelease(string Repository, DateTimeOffset TriedAt, DateTimeOffset? ReadAt, string? Tag, DateTimeOffset? PublishedAt, string? Page, string? Fault, string Source);
