using Nirmaan.Domain.Fleet;

namespace Nirmaan.Networks.Tests.Releases;

public sealed class GitHubReleasesTests : IAsyncLifetime
{
    private Outside _outside = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _outside = await Outside.StartAsync();

    public ValueTask DisposeAsync() => _outside.DisposeAsync();

    private Rig Feed() => Rig.Of(("Releases:Enabled", "true"), ("Releases:BaseUrl", _outside.Url.ToString()), ("Releases:QuickRetries", "0"));

    [Fact]
    public async Task The_newest_that_is_neither_a_draft_nor_a_preview_is_taken()
    {
        await using var rig = Feed();
        _outside.Answers("GET /repos/makers/miner/releases", """
            [{"tag_name":"v9","published_at":null,"html_url":"https://m.example/9","draft":true,"prerelease":false},
             {"tag_name":"v3-rc1","published_at":"2026-03-02T00:00:00Z","html_url":"https://m.example/3","draft":false,"prerelease":true},
             {"tag_name":"v1","published_at":"2026-01-02T00:00:00Z","html_url":"https://m.example/1","draft":false,"prerelease":false},
             {"tag_name":"v2","published_at":"2026-02-02T00:00:00Z","html_url":"https://m.example/2","draft":false,"prerelease":false,"assets":[]}]
            """);
        (await rig.Get<IReleaseFeed>().ReadNewestAsync("makers/miner", Cancel))
            .ShouldBe(new PublishedRelease("v2", new DateTimeOffset(2026, 2, 2, 0, 0, 0, TimeSpan.Zero), new Uri("https://m.example/2")));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""[{"tag_name":"","published_at":"2026-02-02T00:00:00Z","html_url":"https://m.example/2"}]""")]
    [InlineData("""[{"tag_name":"v2","published_at":"2026-02-02T00:00:00Z","html_url":"javascript:alert(1)"}]""")]
    [InlineData("""[{"tag_name":"v2","published_at":"2026-02-02T00:00:00Z"}]""")]
    [InlineData("""[{"tag_name":"v2\r\nBcc: x","published_at":"2026-02-02T00:00:00Z","html_url":"https://m.example/2"}]""")]
    public async Task What_has_no_tag_or_no_page_of_the_web_is_no_release(string body)
    {
        await using var rig = Feed();
        _outside.Answers("GET /repos/makers/miner/releases", body);
        (await rig.Get<IReleaseFeed>().ReadNewestAsync("makers/miner", Cancel)).ShouldBeNull();
    }

    [Theory]
    [InlineData(403, """{"message":"API rate limit exceeded"}""", "rate limit")]
    [InlineData(404, """{"message":"Not Found"}""", "404")]
    [InlineData(200, "<html>", "agreed JSON")]
    [InlineData(200, """{"message":"moved"}""", "agreed JSON")]
    public async Task What_cannot_be_read_says_why(int status, string body, string words)
    {
        await using var rig = Feed();
        _outside.Answers("GET /repos/makers/miner/releases", body, status);
        (await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Get<IReleaseFeed>().ReadNewestAsync("makers/miner", Cancel))).Message.ShouldContain(words);
    }
}
