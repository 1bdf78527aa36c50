using System.Globalization;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Evm;
using Nirmaan.Networks.Morpheus;

namespace Nirmaan.Networks.Tests.Morpheus;

/// <summary>Answers of a proxy-router, in its own forms: Go's case, numbers bare for models and sessions, as text for bids.</summary>
internal static class Node
{
    public const string Name = "Hermes-3-Llama-3.1-8B";
    public static readonly string Rival = "0x" + new string('1', 40);
    public static readonly string Cheaper = "0x" + new string('2', 40);
    public static readonly string Wallet = Rig.Provider.ToLowerInvariant();

    public static readonly MinerId Miner = new(new Guid("019a0000-0000-7000-8000-0000000000ab"));
    public static readonly string ModelId = MorpheusIds.ModelId(EvmAddress.Parse(Rig.Provider), MorpheusIds.BaseId(Miner)).ToString();

    public static string Id(int n) => "0x" + n.ToString("x64", CultureInfo.InvariantCulture);

    public static string Model(string id, string owner, string name = Name, bool deleted = false) =>
        $$"""{"Id":"{{id}}","IpfsCID":"{{Id(0)}}","Fee":0,"Stake":190000000000000001000,"Owner":"{{owner}}","Name":"{{name}}","Tags":["LLM"],"CreatedAt":1760000000,"IsDeleted":{{(deleted ? "true" : "false")}},"ModelType":"LLM"}""";

    public static string Models(params string[] models) => $$"""{"models":[{{string.Join(',', models)}}]}""";

    public static string Bid(int n, string provider, string model, long price, long deletedAt = 0) =>
        $$"""{"Id":"{{Id(n)}}","Provider":"{{provider}}","ModelAgentId":"{{model}}","PricePerSecond":"{{price}}","Nonce":"0","CreatedAt":"1760000000","DeletedAt":"{{deletedAt}}"}""";

    public static string Bids(params string[] bids) => $$"""{"bids":[{{string.Join(',', bids)}}]}""";

    public static string Session(int n, string provider, string model, DateTimeOffset opened, DateTimeOffset ends, DateTimeOffset? closed = null) =>
        $$"""{"Id":"{{Id(n)}}","User":"{{Rival}}","Provider":"{{provider}}","ModelAgentId":"{{model}}","BidID":"{{Id(7)}}","Stake":190000000000000001000,"PricePerSecond":90000000000000,"CloseoutReceipt":"","CloseoutType":0,"ProviderWithdrawnAmount":0,"OpenedAt":{{opened.ToUnixTimeSeconds()}},"EndsAt":{{ends.ToUnixTimeSeconds()}},"ClosedAt":{{closed?.ToUnixTimeSeconds() ?? 0}}}""";

    public static string Sessions(params string[] sessions) => $$"""{"sessions":[{{string.Join(',', sessions)}}]}""";

    /// <summary>A node with a registered provider of ours, no models, no bids and no sessions.</summary>
    public static Outside Answers(Outside outside) => outside
        .Answers("GET /wallet", $$"""{"address":"{{Rig.Provider}}"}""")
        .Answers("GET /blockchain/providers", $$"""{"providers":[{"Address":"{{Wallet}}","Endpoint":"m:3333","Stake":"100000000000000000000","CreatedAt":"1760000000","IsDeleted":false}]}""")
        .Answers("GET /blockchain/models", Models())
        .Answers("GET /blockchain/allowance", """{"allowance":"10000000000000000000"}""")
        .Answers("GET /blockchain/sessions/budget", """{"budget":"32100000000000000000000"}""")
        .Answers("GET /blockchain/sessions/provider", Sessions())
        .Answers($"GET /blockchain/models/{ModelId}/bids/active", Bids())
        .Answers($"GET /blockchain/providers/{Rig.Provider}/bids/active", Bids());

    public static Template TemplateOf(Rig rig) => rig.Network.Templates.Single();
}
