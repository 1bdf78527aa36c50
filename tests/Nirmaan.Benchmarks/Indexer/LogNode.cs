using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Nirmaan.Benchmarks.Distribution;
using Nirmaan.Evm;

namespace Nirmaan.Benchmarks.Indexer;

/// <summary>
/// A node in this process whose chain holds a stake history drawn from a seed, ten events in a block: it answers eth_getLogs and the rest in the
/// JSON of a real one. What its answers cost is in the figures, as a node's would not be.
/// </summary>
internal sealed class LogNode : HttpMessageHandler
{
    /// <summary>Where it says the staking contract is.</summary>
    public const string Staking = "0x00000000000000000000000000000000000000aa";

    private const int PerBlock = 10;
    private const long FirstTime = 1_700_000_000;
    private static readonly string s_staked = Topic("Staked(address,uint256,uint256)"), s_unstaked = Topic("Unstaked(address,uint256,uint256)");
    private readonly List<(string Account, BigInteger Delta, BigInteger Balance)> _events = [];

    public LogNode(int stakers, int events, int seed)
    {
        Dictionary<Domain.Amounts.WalletAddress, BigInteger> balances = [];
        foreach (var change in new StakeStream(stakers, events, seed).Changes())
        {
            var balance = balances[change.Account] = balances.GetValueOrDefault(change.Account) + change.Delta;
            _events.Add((change.Account.Value[2..], change.Delta, balance));
        }
    }

    /// <summary>Events on the chain.</summary>
    public int Count => _events.Count;

    private long Newest => (_events.Count + PerBlock - 1) / PerBlock;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var asked = JsonDocument.Parse(await request.Content!.ReadAsStreamAsync(cancellationToken));
        var text = new StringBuilder();
        if (asked.RootElement.ValueKind == JsonValueKind.Array)
        {
            text.Append('[');
            foreach (var (i, call) in asked.RootElement.EnumerateArray().Index()) { Answer(i == 0 ? text : text.Append(','), call); }
            text.Append(']');
        }
        else { Answer(text, asked.RootElement); }
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text.ToString(), Encoding.UTF8, "application/json") };
    }

    private void Answer(StringBuilder text, JsonElement call)
    {
        text.Append(CultureInfo.InvariantCulture, $"{{\"jsonrpc\":\"2.0\",\"id\":{call.GetProperty("id").GetInt64()},\"result\":");
        var parameters = call.GetProperty("params");
        switch (call.GetProperty("method").GetString())
        {
            case "eth_chainId": text.Append("\"0x7a69\""); break;
            case "eth_blockNumber": text.Append(CultureInfo.InvariantCulture, $"\"0x{Newest:x}\""); break;
            case "eth_getBlockByNumber":
                var number = Quantity(parameters[0].GetString()!);
                text.Append(CultureInfo.InvariantCulture, $"{{\"number\":\"0x{number:x}\",\"hash\":\"{Hash(number)}\",\"parentHash\":\"{Hash(number - 1)}\",\"timestamp\":\"0x{FirstTime + number:x}\"}}");
                break;
            case "eth_getLogs":
                var (from, to) = (Quantity(parameters[0].GetProperty("fromBlock").GetString()!), Quantity(parameters[0].GetProperty("toBlock").GetString()!));
                Logs(text, (int)Math.Max(0, (from - 1) * PerBlock), (int)Math.Min(_events.Count, to * PerBlock));
                break;
            default: throw new NotSupportedException(call.GetRawText());
        }
        text.Append('}');
    }

    private void Logs(StringBuilder text, int first, int end)
    {
        text.Append('[');
        for (var i = first; i < end; i++)
        {
            var (account, delta, balance) = _events[i];
            var block = i / PerBlock + 1;
            text.Append(i == first ? "" : ",").Append(CultureInfo.InvariantCulture,
                $"{{\"address\":\"{Staking}\",\"topics\":[\"{(delta.Sign > 0 ? s_staked : s_unstaked)}\",\"0x000000000000000000000000{account}\"],\"data\":\"0x{Word(BigInteger.Abs(delta))}{Word(balance)}\",\"blockNumber\":\"0x{block:x}\",\"blockHash\":\"{Hash(block)}\",\"blockTimestamp\":\"0x{FirstTime + block:x}\",\"transactionHash\":\"0x{i + 1:x64}\",\"transactionIndex\":\"0x{i % PerBlock:x}\",\"logIndex\":\"0x{i % PerBlock:x}\",\"removed\":false}}");
        }
        text.Append(']');
    }

    private static long Quantity(string hex) => long.Parse(hex.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static string Hash(long block) => $"0xb{block.ToString("x63", CultureInfo.InvariantCulture)}";

    private static string Word(BigInteger value) => value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(64, '0');

    private static string Topic(string signature) => Keccak256.Hash(signature).ToString();
}
