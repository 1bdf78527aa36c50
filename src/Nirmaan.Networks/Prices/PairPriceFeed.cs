using System.Numerics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Networks.Chain;

namespace Nirmaan.Networks.Prices;

/// <summary>
/// Prices in USD from the reserves of pairs (constant product), as they stood in the newest block that may not be replaced any more. A price of one
/// block can be moved by whoever pays for it: that is why it only counts beside another source that says the same.
/// </summary>
internal sealed partial class PairPriceFeed(EvmChain chain, IOptions<PairPricesOptions> options, ILogger<PairPriceFeed> logger) : IPriceFeed
{
    [Function("token0() returns (address)")]
    private sealed record Token0 : IFunction<EvmAddress>;

    [Function("token1() returns (address)")]
    private sealed record Token1 : IFunction<EvmAddress>;

    [Function("decimals() returns (uint8)")]
    private sealed record Decimals : IFunction<byte>;

    private sealed record Reserves(BigInteger Reserve0, BigInteger Reserve1, long BlockTimestampLast);

    [Function("getReserves() returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast)")]
    private sealed record GetReserves : IFunction<Reserves>;

    /// <summary>More digits than a price needs, few enough that their powers of ten stay small.</summary>
    private const int MostDecimals = 36;

    private static readonly BigInteger s_unit = BigInteger.Pow(10, 12);

    /// <inheritdoc />
    public async Task<IReadOnlyList<PriceQuote>> ReadAsync(IReadOnlyCollection<Asset> assets, CancellationToken cancellationToken)
    {
        List<PriceQuote> quotes = [];
        SupplierUnavailableException? failure = null;
        foreach (var pair in options.Value.Pairs.Where(p => assets.Any(a => a.Id == p.Asset)))
        {
            try
            {
                if (await chain.ReadAsync($"the pair of {pair.Asset}", (rpc, _) => ReadAsync(rpc, pair, cancellationToken), cancellationToken) is { } quote) { quotes.Add(quote); }
            }
            catch (SupplierUnavailableException e)
            {
                // One pair that cannot be read costs the others nothing.
                failure = e;
                LogLeftOut(pair.Asset, pair.Pair, e.Message);
            }
        }
        return failure is null || quotes.Count > 0 ? quotes : throw failure;
    }

    private async Task<PriceQuote?> ReadAsync(JsonRpcClient rpc, PairOptions pair, CancellationToken cancellationToken)
    {
        var height = await rpc.GetBlockNumberAsync(cancellationToken) - chain.Options.FinalityDepth;
        if (height < 0) { return LeftOut(pair, "the chain has no final block yet"); }
        var (contract, token, dollar, at) = (EvmAddress.Parse(pair.Pair), EvmAddress.Parse(pair.Token), EvmAddress.Parse(pair.Dollar), BlockTag.At(height));
        var block = await BlockAsync(rpc, height, cancellationToken);
        var (first, second) = (await rpc.CallAsync(contract, new Token0(), at, cancellationToken), await rpc.CallAsync(contract, new Token1(), at, cancellationToken));
        if (!(first == token && second == dollar) && !(first == dollar && second == token))
        {
            throw new SupplierUnavailableException("chain", $"the pair of {pair.Asset}: {contract} trades {first} and {second}; expected {token} and {dollar} ({PairPricesOptions.Section}:Pairs)");
        }
        var reserves = await rpc.CallAsync(contract, new GetReserves(), at, cancellationToken);
        var (tokens, dollars) = first == token ? (reserves.Reserve0, reserves.Reserve1) : (reserves.Reserve1, reserves.Reserve0);
        int tokenDigits = await rpc.CallAsync(token, new Decimals(), at, cancellationToken), dollarDigits = await rpc.CallAsync(dollar, new Decimals(), at, cancellationToken);
        // All of it must be of one block: one that was replaced in between leaves a price that never was.
        if (await BlockAsync(rpc, height, cancellationToken) is var again && again.Hash != block.Hash) { throw new ChainMovedException(height, block.Hash, again.Hash); }
        if (tokenDigits > MostDecimals || dollarDigits > MostDecimals) { return LeftOut(pair, $"its tokens have {tokenDigits} and {dollarDigits} decimals; at most {MostDecimals} are read"); }
        if (tokens.IsZero || dollars.IsZero) { return LeftOut(pair, "a side of it is empty"); }
        // Both sides are worth the same at the pair's own price.
        var liquidity = Scaled(2 * dollars, BigInteger.Pow(10, dollarDigits));
        if (liquidity < options.Value.LeastLiquidityUsd) { return LeftOut(pair, FormattableString.Invariant($"it holds ${liquidity:0.##}; at least ${options.Value.LeastLiquidityUsd:0.##} ({PairPricesOptions.Section}:LeastLiquidityUsd) is believed")); }
        if (Scaled(dollars * BigInteger.Pow(10, tokenDigits), tokens * BigInteger.Pow(10, dollarDigits)) is not { } usd || usd <= 0 || liquidity is null) { return LeftOut(pair, "its price is beyond what can be kept"); }
        return new PriceQuote(pair.Asset, usd, block.Time, $"{pair.Asset} pair {contract}", liquidity);
    }

    /// <summary>A quotient with twelve digits after the point; null = too large.</summary>
    private static decimal? Scaled(BigInteger dividend, BigInteger divisor) =>
        dividend * s_unit / divisor is var scaled && scaled < new BigInteger(decimal.MaxValue) ? (decimal)scaled / (decimal)s_unit : null;

    private static async Task<EvmBlock> BlockAsync(JsonRpcClient rpc, long height, CancellationToken cancellationToken) =>
        await rpc.GetBlockAsync(BlockTag.At(height), cancellationToken) ?? throw new JsonRpcProtocolException($"The node does not have its own block {height}.");

    private PriceQuote? LeftOut(PairOptions pair, string why)
    {
        LogLeftOut(pair.Asset, pair.Pair, why);
        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No price of {Asset} from the pair {Pair}: {Why}")]
    private partial void LogLeftOut(string asset, string pair, string why);
}
