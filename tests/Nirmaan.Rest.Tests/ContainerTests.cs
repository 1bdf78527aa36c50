using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Refit;

namespace Nirmaan.Rest.Tests;

public sealed class ContainerTests(Echo echo) : IClassFixture<Echo>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_registered_interface_sends_to_its_base_address()
    {
        await using var services = Services();
        (await services.GetRequiredService<IEchoApi>().GetAsync("7", Token)).Target.ShouldBe("/echo/machines/7");
    }

    [Fact]
    public async Task Settings_may_come_from_the_container()
    {
        var collection = new ServiceCollection().AddSingleton(new RefitSettings { CollectionFormat = CollectionFormat.Multi });
        collection.AddRefitClient<IEchoApi>(provider => provider.GetRequiredService<RefitSettings>())
            .ConfigureHttpClient(http => http.BaseAddress = echo.Address);
        await using var services = collection.BuildServiceProvider();
        (await services.GetRequiredService<IEchoApi>().ManyAsync(null, null, [Sort.Price, Sort.Price], Token)).Target
            .ShouldBe("/echo/machines?sort=Price&sort=Price");
    }

    [Fact]
    public async Task An_internal_interface_can_be_registered()
    {
        var collection = new ServiceCollection();
        collection.AddRefitClient<IInside>().ConfigureHttpClient(http => http.BaseAddress = echo.Address);
        await using var services = collection.BuildServiceProvider();
        (await services.GetRequiredService<IInside>().GetAsync(Token)).Target.ShouldBe("/echo/inside");
    }

    private ServiceProvider Services()
    {
        var collection = new ServiceCollection();
        collection.AddRefitClient<IEchoApi>().ConfigureHttpClient(http => http.BaseAddress = echo.Address);
        return collection.BuildServiceProvider();
    }
}

internal interface IInside
{
    [Get("/echo/inside")]
    Task<Seen> GetAsync(CancellationToken cancellationToken);
}
