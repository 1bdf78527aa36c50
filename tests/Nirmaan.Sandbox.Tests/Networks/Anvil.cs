using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Nirmaan.Sandbox.Tests.Networks;

/// <summary>
/// A fresh local chain with Nirmaan's contracts, on a free port, with the npm tools of infra/. A test that needs it skips, visibly, where
/// they are absent.
/// </summary>
public sealed class Anvil : IAsyncDisposable
{
    /// <summary>The chain's first block lies a day before the world begins.</summary>
    private static readonly long s_genesis = NetworksWorld.Start.AddDays(-1).ToUnixTimeSeconds();

    private readonly ServiceProvider _services = new ServiceCollection().AddHttpClient().BuildServiceProvider();
    private readonly Process _anvil;

    private Anvil(Process anvil, string url) => (_anvil, Url) = (anvil, url);

    public string Url { get; }

    public JsonNode Contracts { get; private set; } = new JsonObject();

    /// <summary>Starts a chain and deploys.</summary>
    public static async Task<Anvil> StartAsync()
    {
        var infra = Path.Combine(Root(), "infra");
        var binary = Path.Combine(infra, "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");
        var deploy = Path.Combine(infra, "contracts/deploy.mjs");
        Assert.SkipUnless(File.Exists(binary), "anvil is absent: run 'npm ci' in infra/.");
        Assert.SkipUnless(File.Exists(deploy), "infra/contracts/deploy.mjs is absent.");

        // The shell ends anvil when our end of its input closes, also when this process is killed.
        var process = Process.Start(new ProcessStartInfo("/bin/sh",
            ["-c", "\"$0\" \"$@\" </dev/null & anvil=$!; read -r _; kill $anvil; wait $anvil", binary, "--host", "127.0.0.1", "--port", "0", "--timestamp", s_genesis.ToString(CultureInfo.InvariantCulture)])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var cancellationToken = TestContext.Current.CancellationToken;
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!line.StartsWith("Listening on ", StringComparison.Ordinal)) { continue; }
            _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var chain = new Anvil(process, "http://" + line["Listening on ".Length..].Trim());
            chain.Contracts = JsonNode.Parse(await NodeAsync(infra, deploy, "--rpc", chain.Url))!;
            return chain;
        }
        throw new InvalidOperationException("anvil ended before it listened.");
    }

    /// <summary>The sandbox's settings for this chain.</summary>
    public (string Key, string Value)[] Settings(int stakers = 0) =>
    [
        ("Chain:Rpc", Url), ("Chain:Stakers", stakers.ToString(CultureInfo.InvariantCulture)), ("Chain:Nrm", Address("nrm")), ("Chain:Staking", Address("staking")),
        ("Chain:Mor", Address("mor")), ("Chain:Diamond", Address("diamond")), ("Chain:FundingAccount", Address("fundingAccount"))
    ];

    /// <summary>Address of a deployed contract or account, as deploy.mjs printed it.</summary>
    public string Address(string name) => Contracts[name]!.GetValue<string>();

    /// <summary>A JSON-RPC call.</summary>
    public async Task<JsonNode?> CallAsync(string method, params JsonNode[] parameters)
    {
        var http = _services.GetRequiredService<IHttpClientFactory>().CreateClient();
        using var response = await http.PostAsJsonAsync(Url, new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray([.. parameters]) }, TestContext.Current.CancellationToken);
        var answer = (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        answer["error"].ShouldBeNull();
        return answer["result"]?.DeepClone();
    }

    /// <summary>Every log of a contract, oldest first.</summary>
    public async Task<JsonArray> LogsAsync(string address, params string?[] topics) => (await CallAsync("eth_getLogs", new JsonObject
    {
        ["fromBlock"] = "0x0", ["toBlock"] = "latest", ["address"] = address, ["topics"] = new JsonArray([.. topics.Select(t => (JsonNode?)t)])
    }))!.AsArray();

    /// <summary>The time of a log's block, Unix seconds.</summary>
    public async Task<long> TimeAsync(JsonNode log) => (long)Number((await CallAsync("eth_getBlockByNumber", log["blockNumber"]!.GetValue<string>(), false))!["timestamp"]!.GetValue<string>());

    /// <summary>Sends from an unlocked account; its block is mined before this returns.</summary>
    public async Task SendAsync(string from, string to, string data)
    {
        var hash = await CallAsync("eth_sendTransaction", new JsonObject { ["from"] = from, ["to"] = to, ["data"] = data });
        while (await CallAsync("eth_getTransactionReceipt", hash!.DeepClone()) is null) { await Task.Yield(); }
    }

    /// <summary>A 0x number.</summary>
    public static BigInteger Number(string hex) => BigInteger.Parse("0" + hex[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>The repository's folder.</summary>
    public static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Nirmaan.sln"))) { folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository."); }
        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        _anvil.StandardInput.Close();
        await _anvil.WaitForExitAsync();
        _anvil.Dispose();
        await _services.DisposeAsync();
    }

    private static async Task<string> NodeAsync(string folder, params string[] arguments)
    {
        using var node = Process.Start(new ProcessStartInfo("node", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        var output = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        node.ExitCode.ShouldBe(0);
        return output;
    }
}
