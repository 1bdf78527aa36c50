using Microsoft.Extensions.DependencyInjection;
using Refit;

namespace Nirmaan.Rest.Tests.OwnRules;

public sealed class TransportTests(Echo echo) : IClassFixture<Echo>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        var asked = 0;
        echo.Answer = context =>
        {
            asked++;
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        };
        var collection = new ServiceCollection();
        collection.AddRefitClient<IAnswerApi>().ConfigureHttpClient(http => http.BaseAddress = echo.Address);
        await using var services = collection.BuildServiceProvider();
        using var response = await services.GetRequiredService<IAnswerApi>().StatusAsync(Token);
        ((int)response.StatusCode).ShouldBe(307);
        asked.ShouldBe(1);
    }

    [Fact]
    public void A_bad_declaration_stops_the_registration() =>
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddRefitClient<DeclarationTests.IOrphan>()).Message.ShouldContain("IOrphan.CallAsync");
}
