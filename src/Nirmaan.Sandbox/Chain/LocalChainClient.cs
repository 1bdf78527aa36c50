using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Chain;

/// <summary>The local chain refused or reverted a call.</summary>
public sealed class ChainException(string message) : Exception(message);

/// <summary>
/// The sandbox's hand on the local chain (anvil): sends from its unlocked accounts, each transaction in a block that bears the sandbox's
/// time. One transaction at a time, so that two payments never race for one block time.
/// </summary>
public sealed class LocalChainClient(HttpClient http, IOptions<ChainOptions> options, SandboxClock clock) : IDisposable
{
    /// <summary>Polls for a receipt before the transaction counts as lost; anvil mines within a few milliseconds.</summary>
    private const int ReceiptPolls = 400;

    /// <summary>
    /// Given with every transaction: anvil would estimate at the newest block's time, and a checkpoint written in a later second costs more.
    /// </summary>
    private const string GasLimit = "0x989680";

    private readonly SemaphoreSlim _sending = new(1, 1);
    private long _id;

    /// <summary>The unlocked accounts, lower case.</summary>
    public async Task<IReadOnlyList<string>> AccountsAsync(CancellationToken cancellationToken) =>
        [.. (await CallAsync("eth_accounts", [], cancellationToken))!.AsArray().Select(a => a!.GetValue<string>().ToLowerInvariant())];

    /// <summary>The number of the latest block.</summary>
    public async Task<BigInteger> BlockNumberAsync(CancellationToken cancellationToken) =>
        Calldata.Number((await CallAsync("eth_blockNumber", [], cancellationToken))!.GetValue<string>());

    /// <summary>An account's ether, in wei.</summary>
    public async Task<BigInteger> EtherAsync(string account, CancellationToken cancellationToken) =>
        Calldata.Number((await CallAsync("eth_getBalance", [account, "latest"], cancellationToken))!.GetValue<string>());

    /// <summary>An account's balance of a token, in base units.</summary>
    public async Task<BigInteger> BalanceAsync(string token, string account, CancellationToken cancellationToken)
    {
        var call = new JsonObject { ["to"] = token, ["data"] = Calldata.BalanceOf(account) };
        return Calldata.Number((await CallAsync("eth_call", [call, "latest"], cancellationToken))!.GetValue<string>());
    }

    /// <summary>
    /// Sends a transaction from an unlocked account and waits for its block, whose time is the sandbox's (or one second after the block
    /// before, where that is later). Returns the hash.
    /// </summary>
    /// <exception cref="ChainException">The node refused it or it reverted.</exception>
    public async Task<string> SendAsync(string from, string to, string data, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await SetBlockTimeAsync(cancellationToken);
            var transaction = new JsonObject { ["from"] = from, ["to"] = to, ["data"] = data, ["gas"] = GasLimit };
            var hash = (await CallAsync("eth_sendTransaction", [transaction], cancellationToken))!.GetValue<string>();
            for (var poll = 0; poll < ReceiptPolls; poll++)
            {
                if (await CallAsync("eth_getTransactionReceipt", [hash], cancellationToken) is JsonObject receipt)
                {
                    return receipt["status"]!.GetValue<string>() == "0x1" ? hash : throw new ChainException($"Transaction {hash} to {to} reverted: {await ReasonAsync(transaction, cancellationToken)}");
                }
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
            }
            throw new ChainException($"Transaction {hash} to {to} was not mined.");
        }
        finally { _sending.Release(); }
    }

    /// <inheritdoc />
    public void Dispose() => _sending.Dispose();

    // The node mines what reverts without a word; the same call, now, tells why.
    private async Task<string> ReasonAsync(JsonObject transaction, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync("eth_call", [transaction.DeepClone(), "latest"], cancellationToken);
            return "for a reason that has passed.";
        }
        catch (ChainException e) { return e.Message; }
    }

    private async Task SetBlockTimeAsync(CancellationToken cancellationToken)
    {
        // Another program (the history driver) may mine between the two calls; then the node refuses a time that is not later, and the second try sees its block.
        for (var attempt = 0; ; attempt++)
        {
            var latest = (await CallAsync("eth_getBlockByNumber", ["latest", false], cancellationToken))!["timestamp"]!.GetValue<string>();
            var time = BigInteger.Max(clock.GetUtcNow().ToUnixTimeSeconds(), Calldata.Number(latest) + 1);
            try
            {
                await CallAsync("evm_setNextBlockTimestamp", [(long)time], cancellationToken);
                return;
            }
            catch (ChainException) when (attempt == 0) { }
        }
    }

    private async Task<JsonNode?> CallAsync(string method, JsonArray parameters, CancellationToken cancellationToken)
    {
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = Interlocked.Increment(ref _id), ["method"] = method, ["params"] = parameters };
        using var response = await http.PostAsJsonAsync(options.Value.Rpc, request, cancellationToken);
        JsonNode? answer;
        try { answer = await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken); }
        catch (JsonException) { throw new ChainException($"{method}: the node answered {(int)response.StatusCode} without JSON."); }
        if (answer?["error"] is { } error) { throw new ChainException($"{method}: {error["message"]}"); }
        return answer?["result"];
    }
}
