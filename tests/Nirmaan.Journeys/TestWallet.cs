using System.Text.Json;
using Microsoft.Playwright;
using Nirmaan.Evm;
using Nirmaan.Testing;

namespace Nirmaan.Journeys;

/// <summary>
/// A wallet in the browser: a provider that announces itself by EIP-6963 before the page's own scripts run, and whose account is one of the
/// local chain's unlocked ones. What its person would click, a test sets.
/// </summary>
public sealed class TestWallet(LocalChain chain, EvmAddress account)
{
    private const string RightChain = "0x7a69";
    private readonly List<string> _asked = [];

    /// <summary>The account that it shows.</summary>
    public EvmAddress Account { get; set; } = account;

    /// <summary>True: its person says no to everything that is to be signed.</summary>
    public bool SaysNo { get; set; }

    /// <summary>False: it knows no typed data, as wallets of old.</summary>
    public bool SignsTypedData { get; set; } = true;

    /// <summary>The chain it is on; the local one at first.</summary>
    public string ChainId { get; set; } = RightChain;

    /// <summary>Every method that the page called.</summary>
    public IReadOnlyList<string> Asked => _asked;

    /// <summary>Puts it into a window, before a page is opened.</summary>
    public async Task EnterAsync(Visit visit)
    {
        await visit.Page.ExposeFunctionAsync<string, string, Task<string>>("testWallet", AnswerAsync);
        await visit.Page.AddInitScriptAsync("""
            const provider = { request: async ({ method, params }) => {
              const answer = JSON.parse(await window.testWallet(method, JSON.stringify(params ?? [])));
              if (answer.error) throw answer.error;
              return answer.result;
            } };
            const info = { uuid: '6f9619ff-8b86-d011-b42d-00cf4fc964ff', name: 'Test wallet', rdns: 'example.test.wallet',
              icon: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><rect width='8' height='8' rx='2' fill='teal'/></svg>" };
            const announce = () => window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }));
            window.addEventListener('eip6963:requestProvider', announce);
            announce();
            """);
    }

    private async Task<string> AnswerAsync(string method, string parameters)
    {
        _asked.Add(method);
        if (SaysNo && method is ("personal_sign" or "eth_signTypedData_v4" or "eth_sendTransaction")) { return Error(4001, "User rejected the request."); }
        switch (method)
        {
            case "eth_requestAccounts" or "eth_accounts": return Result(new[] { Account.ToLowerHex() });
            case "eth_chainId": return Result(ChainId);
            case "wallet_switchEthereumChain":
                ChainId = RightChain;
                return Result(null);
            case "eth_signTypedData_v4" when !SignsTypedData: return Error(4200, $"{method} is not supported");
            case "personal_sign" or "eth_signTypedData_v4" or "eth_sendTransaction":
                var given = JsonSerializer.Deserialize<object?[]>(parameters)!;
                // Wallets take the data as text, this node as an object.
                if (method == "eth_signTypedData_v4") { given[1] = JsonSerializer.Deserialize<JsonElement>($"{given[1]}"); }
                try { return Result(await chain.Rpc.RequestAsync(method, given, CancellationToken.None)); }
                catch (Evm.JsonRpc.JsonRpcException e) { return Error(-32000, e.NodeMessage); }
            default: return Error(4200, $"{method} is not supported");
        }
    }

    private static string Result(object? result) => JsonSerializer.Serialize(new { result });

    private static string Error(int code, string message) => JsonSerializer.Serialize(new { error = new { code, message } });
}
