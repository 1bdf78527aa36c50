using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;
using Nirmaan.Testing;

namespace Nirmaan.Networks.Tests;

/// <summary>The networks as the host registers them, with a test's settings and a clock in its hand.</summary>
internal sealed class Rig : IAsyncDisposable
{
    public const string Provider = "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720";
    public const string Mor = "0x7431ada8a591c955a994a21710752ef9b882b8e3", Diamond = "0x6abe1d282f72b474e54527d93b979a4f64d3030a", Funding = "0x5160c0311a95e0a1072fa85df23712a7ba1cd4b1";

    private readonly ServiceProvider _services;

    private Rig(ServiceProvider services, ManualClock clock) => (_services, Clock) = (services, clock);

    public ManualClock Clock { get; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    public IMiningNetwork Network => _services.GetServices<IMiningNetwork>().Single();

    public IPriceFeed Prices => _services.GetRequiredService<IPriceFeed>();

    public IStakeChain Stakes => _services.GetRequiredService<IStakeChain>();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Registers with these settings, of which the last of a key stands (null takes it away); no quick retries unless they say so.</summary>
    public static Rig Of(params (string Key, string? Value)[] settings)
    {
        var clock = new ManualClock();
        var values = new (string Key, string? Value)[] { ("Networks:Heurist:QuickRetries", "0"), ("Networks:Morpheus:QuickRetries", "0"), ("Prices:QuickRetries", "0"), ("Chain:QuickRetries", "0") };
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(clock)
            .AddLogging(l => l.ClearProviders())
            .AddNirmaanNetworks(new ConfigurationBuilder().AddInMemoryCollection(Last([.. values, .. settings])).Build())
            .BuildServiceProvider();
        return new Rig(services, clock);
    }

    public static Rig Heurist(Uri url, params (string Key, string? Value)[] more) =>
        Of([("Networks:Heurist:Enabled", "true"), ("Networks:Heurist:BaseUrl", url.ToString()), .. more]);

    public static Rig Morpheus(Uri url, params (string Key, string? Value)[] more) => Of(
    [
        ("Networks:Morpheus:Enabled", "true"), ("Networks:Morpheus:BaseUrl", url.ToString()), ("Networks:Morpheus:Password", "sandboxsandboxsandboxsandbox0001"),
        ("Networks:Morpheus:ProviderEndpoint", "miner.nirmaan.example:3333"), ("Chain:Rpc", new Uri(url, "/rpc").ToString()), ("Chain:Mor", Mor), ("Chain:Diamond", Diamond),
        ("Chain:FundingAccount", Funding), ("Chain:FinalityDepth", "1"), .. more,
    ]);

    private static IEnumerable<KeyValuePair<string, string?>> Last((string Key, string? Value)[] settings) =>
        settings.GroupBy(s => s.Key).Select(g => KeyValuePair.Create(g.Key, g.Last().Value)).Where(s => s.Value is not null);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
