using System.Numerics;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Testing;

namespace Nirmaan.Networks.Tests.Prices;

/// <summary>Prices from real pairs on a chain of its own: MOR of 18 decimals against a dollar of 6.</summary>
public sealed class PairPriceFeedTests(LocalChain chain) : IClassFixture<LocalChain>
{
    private const int Depth = 2;
    private static readonly BigInteger s_mor = BigInteger.Pow(10, 18), s_dollar = BigInteger.Pow(10, 6);

    [Function("mint(address to, uint256 amount)")]
    private sealed record Mint(EvmAddress To, BigInteger Amount) : IFunction;

    [Function("approve(address spender, uint256 amount)")]
    private sealed record Approve(EvmAddress Spender, BigInteger Amount) : IFunction;

    [Function("sync()")]
    private sealed record Sync : IFunction;

    [Function("sell(address token, uint256 amount) returns (uint256 out)")]
    private sealed record Sell(EvmAddress Token, BigInteger Amount) : IFunction<BigInteger>;

    private sealed record Market(EvmAddress Pair, EvmAddress Dollar);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private EvmAddress Owner => chain.Accounts[0];

    private EvmAddress Mor => chain.Contracts.Mor;

    private static byte[] Words(params EvmAddress[] values) => Hex.Decode("0x" + string.Concat(values.Select(v => v.ToLowerHex()[2..].PadLeft(64, '0'))));

    private async Task<Market> OpenAsync(BigInteger mor, BigInteger dollars, bool? isMorFirst = null)
    {
        EvmAddress dollar;
        // Which of the two comes first is a matter of their addresses.
        do { dollar = await chain.DeployAsync("TestUsd", Words(Owner), Cancel); }
        while (isMorFirst is { } first && first != string.CompareOrdinal(Mor.ToLowerHex(), dollar.ToLowerHex()) < 0);
        var pair = await chain.DeployAsync("SandboxPair", Words(Mor, dollar), Cancel);
        await chain.SendAsync(Owner, Mor, new Mint(pair, mor), Cancel);
        await chain.SendAsync(Owner, dollar, new Mint(pair, dollars), Cancel);
        await chain.SendAsync(Owner, pair, new Sync(), Cancel);
        await chain.MineAsync(Depth, Cancel);
        return new Market(pair, dollar);
    }

    private async Task SellAsync(Market market, EvmAddress token, BigInteger amount)
    {
        await chain.SendAsync(Owner, token, new Mint(Owner, amount), Cancel);
        await chain.SendAsync(Owner, token, new Approve(market.Pair, amount), Cancel);
        await chain.SendAsync(Owner, market.Pair, new Sell(token, amount), Cancel);
    }

    private (string, string?)[] Pair(int n, string asset, Market market, EvmAddress? token = null) =>
    [
        ($"PairPrices:Pairs:{n}:Asset", asset), ($"PairPrices:Pairs:{n}:Pair", market.Pair.ToString()),
        ($"PairPrices:Pairs:{n}:Token", (token ?? Mor).ToString()), ($"PairPrices:Pairs:{n}:Dollar", market.Dollar.ToString()),
    ];

    private Rig Reader(params (string, string?)[] more) => Rig.Of([("Chain:Rpc", chain.Url.ToString()), ("Chain:FinalityDepth", $"{Depth}"), .. more]);

    private static Task<IReadOnlyList<PriceQuote>> ReadAsync(Rig rig) => rig.Prices.ReadAsync([Domain.Amounts.Asset.Mor, Domain.Amounts.Asset.Nrm], Cancel);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pair_says_its_price_and_what_stands_behind_it_whichever_token_comes_first(bool isMorFirst)
    {
        var market = await OpenAsync(100_000 * s_mor, 312_345 * s_dollar, isMorFirst);
        await using var rig = Reader(Pair(0, "MOR", market));
        var quote = (await ReadAsync(rig)).ShouldHaveSingleItem();
        (quote.AssetId, quote.Usd, quote.LiquidityUsd, quote.Source).ShouldBe(("MOR", 3.12345m, 624_690m, $"MOR pair {market.Pair}"));
    }

    [Fact]
    public async Task A_trade_counts_once_it_is_final()
    {
        var market = await OpenAsync(100_000 * s_mor, 300_000 * s_dollar);
        await using var rig = Reader(Pair(0, "MOR", market));
        await SellAsync(market, Mor, 10_000 * s_mor);
        (await ReadAsync(rig)).ShouldHaveSingleItem().Usd.ShouldBe(3m);
        await chain.MineAsync(Depth, Cancel);
        // 10,000 less 0.3 % against 100,000 takes 27,198.33 dollars out; 272,801.67 stay beside 110,000 MOR.
        (await ReadAsync(rig)).ShouldHaveSingleItem().Usd.ShouldBe(2.480015m, 0.000001m);
    }

    [Fact]
    public async Task A_price_is_of_its_block_and_a_replaced_block_takes_it_away()
    {
        var market = await OpenAsync(100_000 * s_mor, 300_000 * s_dollar);
        await using var rig = Reader(Pair(0, "MOR", market));
        var snapshot = await chain.SnapshotAsync(Cancel);
        await SellAsync(market, Mor, 10_000 * s_mor);
        var block = (await chain.Rpc.GetBlockAsync(Nirmaan.Evm.JsonRpc.BlockTag.Latest, Cancel))!;
        await chain.MineAsync(Depth, Cancel);
        (await ReadAsync(rig)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(q => q.Usd.ShouldBeLessThan(2.5m), q => q.At.ShouldBe(block.Time));
        await chain.RevertAsync(snapshot, Cancel);
        await chain.MineAsync(Depth, Cancel);
        (await ReadAsync(rig)).ShouldHaveSingleItem().Usd.ShouldBe(3m);
    }

    [Fact]
    public async Task A_trade_that_moves_the_pair_is_disputed_by_another_source_until_it_is_traded_back()
    {
        var market = await OpenAsync(100_000 * s_mor, 300_000 * s_dollar);
        await using var rig = Reader(Pair(0, "MOR", market));
        async Task<PriceStanding> StandingAsync()
        {
            var quote = (await ReadAsync(rig)).ShouldHaveSingleItem();
            return PriceAgreement.Of([quote, new PriceQuote("MOR", 3.01m, quote.At, "feed")], quote.At).Standing;
        }
        (await StandingAsync()).ShouldBe(PriceStanding.Agreed);
        await SellAsync(market, Mor, 10_000 * s_mor);
        await chain.MineAsync(Depth, Cancel);
        (await StandingAsync()).ShouldBe(PriceStanding.Disputed);
        await SellAsync(market, market.Dollar, 27_200 * s_dollar);
        await chain.MineAsync(Depth, Cancel);
        (await StandingAsync()).ShouldBe(PriceStanding.Agreed);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1_000, 0)]
    [InlineData(1_000, 4_999)]
    public async Task A_pair_that_is_empty_or_holds_too_little_has_no_price(int mor, int dollars)
    {
        var market = await OpenAsync(mor * s_mor, dollars * s_dollar);
        await using var rig = Reader(Pair(0, "MOR", market));
        (await ReadAsync(rig)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pair_of_other_tokens_is_named_with_what_it_trades()
    {
        var market = await OpenAsync(100_000 * s_mor, 300_000 * s_dollar);
        await using var rig = Reader(Pair(0, "NRM", market, chain.Contracts.Nrm));
        (await Should.ThrowAsync<SupplierUnavailableException>(() => ReadAsync(rig))).Message.ShouldSatisfyAllConditions(
            m => m.ShouldContain(Mor.ToString()), m => m.ShouldContain($"expected {chain.Contracts.Nrm} and {market.Dollar}"));
    }

    [Fact]
    public async Task A_pair_that_cannot_be_read_leaves_the_others_their_prices()
    {
        var market = await OpenAsync(100_000 * s_mor, 300_000 * s_dollar);
        await using var rig = Reader([.. Pair(0, "NRM", new Market(chain.Accounts[11], market.Dollar), chain.Contracts.Nrm), .. Pair(1, "MOR", market)]);
        (await ReadAsync(rig)).ShouldHaveSingleItem().AssetId.ShouldBe("MOR");
    }

    [Fact]
    public async Task A_node_that_is_down_is_said_to_be()
    {
        await using var rig = Reader([.. Pair(0, "MOR", new Market(Mor, chain.Contracts.Nrm)), ("Chain:Rpc", "http://127.0.0.1:1")]);
        (await Should.ThrowAsync<SupplierUnavailableException>(() => ReadAsync(rig))).Message.ShouldContain("the pair of MOR");
    }
}
