using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;

namespace Nirmaan.Testing;

/// <summary>
/// An anvil chain of one's own on a free port, with Nirmaan's contracts deployed: a class, collection or assembly fixture. Accounts 1 to 9
/// hold NRM, 10 and 11 only ether; account 0 owns everything and is the account that pays providers. Without the npm tools every test that touches it skips.
/// The project that links this file needs the ASP.NET framework reference (for the HttpClient factory) and Nirmaan.Evm.
/// </summary>
public sealed class LocalChain : IAsyncLifetime
{
    private const long GasLimit = 10_000_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromMilliseconds(2);
    private readonly string? _missing = NpmTools.MissingForChain();
    private readonly ServiceProvider _services = new ServiceCollection().AddHttpClient().BuildServiceProvider();
    private Process? _anvil;
    private Running? _running;

    /// <summary>Addresses that infra/contracts/deploy.mjs prints.</summary>
    public sealed record Deployment(
        long ChainId, EvmAddress Nrm, EvmAddress Staking, EvmAddress Timelock, EvmAddress MorDistributor, EvmAddress NrmDistributor, EvmAddress Mor, EvmAddress Diamond, EvmAddress FundingAccount);

    private sealed record Running(Uri Url, JsonRpcClient Rpc, IReadOnlyList<EvmAddress> Accounts, Deployment Contracts);

    /// <summary>Time of the first block: before what a test plays on it. Null = now.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>Where the chain listens.</summary>
    public Uri Url => Chain.Url;

    /// <summary>A client of the chain.</summary>
    public JsonRpcClient Rpc => Chain.Rpc;

    /// <summary>The unlocked accounts: <see cref="SendAsync(EvmAddress, EvmAddress?, byte[], CancellationToken)"/> may send from them.</summary>
    public IReadOnlyList<EvmAddress> Accounts => Chain.Accounts;

    /// <summary>Nirmaan's contracts on this chain.</summary>
    public Deployment Contracts => Chain.Contracts;

    private Running Chain
    {
        get
        {
            Assert.SkipWhen(_missing is not null, _missing ?? "");
            return _running!;
        }
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (_missing is not null) { return; }
        using var patience = new CancellationTokenSource(s_patience);
        var url = await StartAnvilAsync(patience.Token);
        string line = await NpmTools.RunNodeAsync(["contracts/deploy.mjs", "--rpc", url.ToString()], "", patience.Token);
        var contracts = JsonSerializer.Deserialize<Deployment>(line, JsonSerializerOptions.Web)!;
        var http = _services.GetRequiredService<IHttpClientFactory>().CreateClient();
        http.BaseAddress = url;
        var rpc = new JsonRpcClient(http);
        var accounts = await rpc.RequestAsync("eth_accounts", [], patience.Token);
        _running = new Running(url, rpc, accounts.Deserialize<EvmAddress[]>()!, contracts);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_anvil is null) { return; }
        _anvil.StandardInput.Close();
        await _anvil.WaitForExitAsync();
        _anvil.Dispose();
    }

    /// <summary>Remembers the chain's state; <see cref="RevertAsync"/> brings it back, once.</summary>
    public async Task<string> SnapshotAsync(CancellationToken cancellationToken) =>
        (await Rpc.RequestAsync("evm_snapshot", [], cancellationToken)).GetString()!;

    /// <inheritdoc cref="SnapshotAsync"/>
    public async Task RevertAsync(string snapshot, CancellationToken cancellationToken) =>
        (await Rpc.RequestAsync("evm_revert", [snapshot], cancellationToken)).GetBoolean().ShouldBeTrue();

    /// <summary>Mines empty blocks, each a second later than the last.</summary>
    public Task MineAsync(int blocks, CancellationToken cancellationToken) => Rpc.RequestAsync("anvil_mine", [Hex.Quantity(blocks), Hex.Quantity(1)], cancellationToken);

    /// <summary>The next block, and so the next transaction, gets this time; it must lie after the newest block's.</summary>
    public Task SetNextBlockTimeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        Rpc.RequestAsync("evm_setNextBlockTimestamp", [time.ToUnixTimeSeconds()], cancellationToken);

    /// <summary>Sends a declared function from an unlocked account and waits for its receipt.</summary>
    /// <exception cref="JsonRpcException">The contract reverts.</exception>
    public Task<EvmReceipt> SendAsync(EvmAddress from, EvmAddress to, IFunction function, CancellationToken cancellationToken) =>
        SendAsync(from, to, Functions.Encode(function), cancellationToken);

    /// <summary>Sends call data, or creation code when there is no receiver, and waits for the receipt.</summary>
    /// <exception cref="JsonRpcException">The contract reverts.</exception>
    public async Task<EvmReceipt> SendAsync(EvmAddress from, EvmAddress? to, byte[] data, CancellationToken cancellationToken)
    {
        // The gas is given: anvil estimates at the newest block's time, and a checkpoint written in a later second costs more.
        var transaction = new Dictionary<string, string> { ["from"] = from.ToLowerHex(), ["data"] = Hex.Encode(data), ["gas"] = Hex.Quantity(GasLimit) };
        if (to is { } receiver) { transaction["to"] = receiver.ToLowerHex(); }
        // anvil mines what reverts without a word; a call tells why.
        await Rpc.RequestAsync("eth_call", [transaction, BlockTag.Latest.ToString()], cancellationToken);
        var hash = (await Rpc.RequestAsync("eth_sendTransaction", [transaction], cancellationToken)).Deserialize<Bytes32>();
        var receipt = await Rpc.WaitForReceiptAsync(hash, s_pollEvery, TimeProvider.System, cancellationToken);
        receipt.Succeeded.ShouldBeTrue();
        return receipt;
    }

    /// <summary>Deploys a contract of infra/contracts by name, with encoded constructor arguments, from account 0.</summary>
    public async Task<EvmAddress> DeployAsync(string name, byte[] arguments, CancellationToken cancellationToken)
    {
        byte[] code = [.. await BytecodeAsync(name, cancellationToken), .. arguments];
        return (await SendAsync(Accounts[0], null, code, cancellationToken)).ContractAddress!.Value;
    }

    /// <summary>The creation code of a built contract.</summary>
    public static async Task<byte[]> BytecodeAsync(string name, CancellationToken cancellationToken)
    {
        string path = Path.Combine(NpmTools.Root, "infra", "contracts", "out", $"{name}.json");
        using var artefact = JsonDocument.Parse(await File.ReadAllTextAsync(path, cancellationToken));
        return Hex.Decode(artefact.RootElement.GetProperty("bytecode").GetString()!);
    }

    /// <summary>A shell holds anvil and ends it when our end of its input closes: also when this process is killed.</summary>
    private async Task<Uri> StartAnvilAsync(CancellationToken cancellationToken)
    {
        const string EndWithInput = "\"$0\" \"$@\" </dev/null & anvil=$!; read -r _; kill $anvil; wait $anvil";
        string[] begins = Start is { } start ? ["--timestamp", start.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)] : [];
        _anvil = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", EndWithInput, NpmTools.AnvilOrNull!, "--host", "127.0.0.1", "--port", "0", "--accounts", "12", .. begins])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        _anvil.OutputDataReceived += (_, line) =>
        {
            const string Prefix = "Listening on ";
            if (line.Data is null) { listening.TrySetException(new InvalidOperationException("anvil ended before it listened.")); }
            else if (line.Data.StartsWith(Prefix, StringComparison.Ordinal)) { listening.TrySetResult(new Uri($"http://{line.Data[Prefix.Length..].Trim()}")); }
        };
        _anvil.BeginOutputReadLine();
        return await listening.Task.WaitAsync(cancellationToken);
    }
}
