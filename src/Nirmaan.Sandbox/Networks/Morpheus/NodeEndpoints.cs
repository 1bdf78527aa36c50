using System.Globalization;
using System.Numerics;
using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.Chain;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>The node itself: health, configuration, wallet, users, its models.</summary>
internal static class NodeEndpoints
{
    private const string Version = "v7.0.0";

    public static void Map(IEndpointRouteBuilder node)
    {
        var began = node.ServiceProvider.GetRequiredService<SandboxClock>().GetUtcNow();
        node.MapGet("/healthcheck", (SandboxClock clock) => MorpheusJson.Ok(new
        {
            status = "healthy",
            version = Version,
            uptime = GoDuration(clock.GetUtcNow() - began),
            components = new { badgerdb = "healthy, size=1.2MB" }
        })).Open().WithName("morpheus.health");
        node.MapGet("/auth/cookie/path", () => MorpheusJson.Ok(new { path = "/app/data/.cookie" })).Open().WithName("morpheus.cookie-path");
        node.MapPost("/auth/users", AddUserAsync).Needs("add_user").WithName("morpheus.add-user");
        node.MapDelete("/auth/users", RemoveUserAsync).Needs("remove_user").WithName("morpheus.remove-user");
        node.MapGet("/config", (MorpheusBook book, IOptions<ChainOptions> chain) => MorpheusJson.Ok(new
        {
            Version,
            Commit = "sandbox",
            DerivedConfig = new { WalletAddress = book.Own, ChainID = 31337, EthNodeURLs = chain.Value.Rpc.Length > 0 ? new[] { chain.Value.Rpc } : [] },
            Config = new { Marketplace = new { DiamondContractAddress = chain.Value.Diamond, MorTokenAddress = chain.Value.Mor } }
        })).Needs("system_config").WithName("morpheus.config");
        node.MapGet("/wallet", (IOptions<MorpheusOptions> options) => MorpheusJson.Ok(new { address = options.Value.Provider }))
            .Needs("get_wallet").WithName("morpheus.wallet");
        node.MapGet("/v1/models", LocalModels).Needs("get_local_models").WithName("morpheus.local-models");
        node.MapPost("/proxy/provider/ping", PingAsync).Open().WithName("morpheus.ping");
        node.MapGet("/blockchain/balance", BalanceAsync).Needs("get_balance").WithName("morpheus.balance");
        node.MapGet("/blockchain/latestBlock", LatestBlockAsync).Needs("get_latest_block").WithName("morpheus.latest-block");
        node.MapGet("/blockchain/allowance", (HttpRequest request, MorpheusBook book) =>
            MorpheusJson.Ok(new { allowance = Text(book.Allowance(Address(request, "spender"))) })).Needs("get_allowance").WithName("morpheus.allowance");
        node.MapPost("/blockchain/approve", (HttpRequest request, MorpheusBook book) => MorpheusJson.Ok(new
        {
            tx = book.Approve(Address(request, "spender"), Wei(request, "amount"))
        })).Needs("approve").WithName("morpheus.approve");
    }

    private static async Task<IResult> AddUserAsync(HttpRequest request, MorpheusUsers users, CancellationToken cancellationToken)
    {
        var body = await MorpheusBody.ReadAsync(request, "AddUserReq", cancellationToken);
        users.Add(body.Text("username"), body.Text("password"), body.Texts("perms"));
        return MorpheusJson.Ok(new { result = true });
    }

    private static async Task<IResult> RemoveUserAsync(HttpRequest request, MorpheusUsers users, CancellationToken cancellationToken)
    {
        var body = await MorpheusBody.ReadAsync(request, "RemoveUserReq", cancellationToken);
        return MorpheusJson.Ok(new { result = users.Remove(body.Text("username")) });
    }

    // The node reads models-config.json at its start; here a model stands in it while its server runs.
    private static IResult LocalModels(ModelServers servers, MorpheusBook book, IOptions<MorpheusOptions> options) => MorpheusJson.Ok(servers.Ids.Select(id =>
    {
        var name = book.ModelOf(id)?.Name ?? "";
        return new LocalModelWire(id, name, name, "openai", $"http://{id[2..10]}.miners.sandbox:8000/v1/chat/completions", options.Value.SlotsPerModel, "simple");
    }).ToArray());

    private static async Task<IResult> PingAsync(HttpRequest request, MorpheusBook book, CancellationToken cancellationToken)
    {
        var body = await MorpheusBody.ReadAsync(request, "PingReq", cancellationToken);
        var (address, url) = (body.Text("providerAddr"), body.Text("providerUrl"));
        var known = book.Providers().FirstOrDefault(p => p.Address.Equals(address, StringComparison.OrdinalIgnoreCase) && !p.IsDeleted);
        return known?.Endpoint == url ? MorpheusJson.Ok(new { ping = known.Address == book.Own ? 2 : 48, version = Version })
            : MorpheusJson.Error(500, $"dial tcp: lookup {url.Split(':')[0]}: no such host");
    }

    private static async Task<IResult> BalanceAsync(MorpheusBook book, MorPayments payments, CancellationToken cancellationToken)
    {
        var mor = book.Wallet + await payments.BalanceAsync(book.Own, cancellationToken);
        var ether = payments.Enabled ? await payments.EtherAsync(book.Own, cancellationToken) : MorpheusRules.Mor;
        return MorpheusJson.Ok(new { mor = Text(mor), eth = Text(ether) });
    }

    private static async Task<IResult> LatestBlockAsync(MorPayments payments, SandboxClock clock, CancellationToken cancellationToken) =>
        MorpheusJson.Ok(new { block = (long)(await payments.BlockAsync(cancellationToken) ?? clock.GetUtcNow().ToUnixTimeSeconds() / 2) });

    private static string Address(HttpRequest request, string name) =>
        ChainOptions.IsAddress(request.Query[name].ToString()) ? request.Query[name].ToString() : throw new MorpheusRefusal(400, $"{name}: invalid address");

    private static BigInteger Wei(HttpRequest request, string name) =>
        BigInteger.TryParse(request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
            ? amount : throw new MorpheusRefusal(400, $"{name}: invalid big.Int");

    private static string Text(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);

    private static string GoDuration(TimeSpan span) => string.Create(CultureInfo.InvariantCulture,
        $"{(span.TotalHours >= 1 ? $"{(long)span.TotalHours}h" : "")}{(span.TotalMinutes >= 1 ? $"{span.Minutes}m" : "")}{span.Seconds}s");
}
