using Microsoft.Extensions.Configuration.Memory;
using Nirmaan.Control.Fleet;

namespace Nirmaan.Web.Sandbox;

/// <summary>
/// What "sandbox mode" sets: every supplier, network and price at <c>Sandbox:Url</c>, with the sandbox's keys and short waits. They are plain
/// configuration of the lowest rank, so each can be seen (<see cref="For"/>) and is overridden by a file, the environment or an argument.
/// </summary>
internal static class SandboxPresets
{
    private const string UrlKey = $"{SandboxOptions.Section}:{nameof(SandboxOptions.Url)}";

    // The sandbox's own: account 9 of the test chain is the wallet of its Morpheus node; Heurist counts points for any address.
    private const string MorpheusProvider = "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720", HeuristAddress = "0x4e69726d61616e20706f6f6c0000000000000001";

    /// <summary>Adds the presets below everything configured, if a sandbox is.</summary>
    public static WebApplicationBuilder UseSandboxPresets(this WebApplicationBuilder builder)
    {
        if (Uri.TryCreate(builder.Configuration[UrlKey], UriKind.Absolute, out var url))
        {
            builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = For(url, builder.Configuration) });
        }
        return builder;
    }

    /// <summary>The presets of a sandbox.</summary>
    public static IReadOnlyDictionary<string, string?> For(Uri sandbox, IConfiguration configuration)
    {
        var at = sandbox.ToString().TrimEnd('/');
        return new Dictionary<string, string?>
        {
            ["Providers:Akash:Enabled"] = "true",
            ["Providers:Akash:BaseUrl"] = $"{at}/akash",
            ["Providers:Akash:ApiKey"] = $"ac.sk.sandbox.{new string('0', 64)}",
            ["Providers:Akash:ReadTimeout"] = "00:00:10",
            ["Providers:Akash:WriteTimeout"] = "00:00:20",
            ["Providers:Akash:RetryDelay"] = "00:00:00.2",
            ["Providers:Akash:ManifestRetryDelay"] = "00:00:02",
            ["Providers:IoNet:Enabled"] = "true",
            ["Providers:IoNet:BaseUrl"] = $"{at}/ionet",
            ["Providers:IoNet:ApiKey"] = "sandbox-ionet-key-0001",
            ["Providers:IoNet:ReadTimeout"] = "00:00:10",
            ["Providers:IoNet:WriteTimeout"] = "00:00:20",
            ["Providers:IoNet:RetryDelay"] = "00:00:00.2",
            ["Providers:IoNet:MaxCallsPerSecond"] = "0",
            // There when Providers:IoNetVm:Enabled, :IdentityFile and :KnownHostsFolder are set.
            ["Providers:IoNetVm:BaseUrl"] = $"{at}/ionet",
            ["Providers:IoNetVm:ApiKey"] = "sandbox-ionet-key-0001",
            ["Providers:IoNetVm:TrustFirstHostKey"] = "true",
            ["Providers:IoNetVm:ReadTimeout"] = "00:00:10",
            ["Providers:IoNetVm:WriteTimeout"] = "00:00:20",
            ["Providers:IoNetVm:RetryDelay"] = "00:00:00.2",
            ["Providers:IoNetVm:MaxCallsPerSecond"] = "0",
            // There when Providers:RunPod:Enabled is set: the demo's story is that of two suppliers.
            ["Providers:RunPod:BaseUrl"] = $"{at}/runpod",
            ["Providers:RunPod:ApiKey"] = "rpa_sandbox_key_0001",
            ["Providers:RunPod:ProxyUrl"] = $"{at}/runpod/proxy/{{pod}}/{{port}}/",
            ["Providers:RunPod:ReadTimeout"] = "00:00:10",
            ["Providers:RunPod:WriteTimeout"] = "00:00:20",
            ["Providers:RunPod:RetryDelay"] = "00:00:00.2",
            ["Providers:RunPod:MaxCallsPerSecond"] = "0",
            ["Networks:Heurist:Enabled"] = "true",
            ["Networks:Heurist:BaseUrl"] = $"{at}/heurist",
            ["Networks:Heurist:TotalsUrl"] = $"{at}/heurist/network",
            ["Networks:Heurist:ReadTimeout"] = "00:00:10",
            // MOR is paid on the chain: without one there is nothing to read.
            ["Networks:Morpheus:Enabled"] = configuration["Chain:Rpc"] is { Length: > 0 } ? "true" : "false",
            ["Networks:Morpheus:BaseUrl"] = $"{at}/morpheus",
            ["Networks:Morpheus:User"] = "admin",
            ["Networks:Morpheus:Password"] = "sandboxsandboxsandboxsandbox0001",
            // The contract pays no more in a year than the stake: enough for some months of the demo's fleet, whose page then says when to raise it.
            ["Networks:Morpheus:ProviderStakeMor"] = "5000",
            ["Networks:Morpheus:ProviderEndpoint"] = "miners.nirmaan.example:3333",
            // The sandbox's bids take no MOR of the wallet on the chain, which holds none before its first reward: nothing would run out.
            ["Networks:Morpheus:LeastFeeMor"] = "0",
            ["Networks:Morpheus:ReadTimeout"] = "00:00:10",
            ["Networks:Morpheus:WriteTimeout"] = "00:00:20",
            ["Prices:Enabled"] = "true",
            ["Prices:BaseUrl"] = $"{at}/prices",
            // NRM has no market yet; its simulated price lets the rates of return be seen at work.
            ["Prices:Ids:NRM"] = "nirmaan-simulated",
            ["Prices:Name"] = "sandbox price feed (simulated)",
            ["Releases:Enabled"] = "true",
            ["Releases:BaseUrl"] = $"{at}/releases",
            ["Releases:Name"] = "sandbox (simulated)",
            ["Chain:FinalityDepth"] = "1",
            ["Payout:heurist:0"] = HeuristAddress,
            ["Payout:morpheus:0"] = MorpheusProvider,
            // Signed with account 0 of the test chain, whose key everybody knows. Another list needs a signature of its own.
            ["PayoutList:Signer"] = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
            ["PayoutList:SignedAt"] = "2026-01-01T00:00:00Z",
            ["PayoutList:Signature"] = "0x3961034b95de59545f7e3dcea8bd231972e16e8d0dacb505872c37fb2b363eac763ea046569896dba705789074329ca85cd78558c5457feeac0b55433eabf6391b",
            // Agents and people reach the sandbox's site under one address.
            ["Notifications:SiteUrl"] = configuration["Fleet:ControlUrl"] ?? new FleetOptions().ControlUrl.ToString(),
            // There is one demo admin, and the history plays without people.
            ["Rewards:SignOffs"] = "0",
            ["Fleet:RequirePermission"] = "false",
            ["Fleet:WorkerLease"] = "00:00:45",
            ["Fleet:SettleFor"] = "00:00:30",
            ["Jobs:Lease"] = "00:00:20",
            ["Control:MinerTokenKey"] = "sandbox-only-key-that-everybody-knows",
            ["Api:HeartbeatsPerMinute"] = "12000",
            // What is lost in a power cut was played anyway.
            ["PrivateCluster:Settings:synchronous_commit"] = "off",
        };
    }
}
