using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;
using Nirmaan.Evm;

namespace Nirmaan.Networks.Prices;

/// <summary>One pair of an automated market (constant product), on the chain of section <c>Chain</c>.</summary>
public sealed class PairOptions
{
    /// <summary>Which of our assets it prices.</summary>
    public string Asset { get; set; } = "";

    /// <summary>The pair's contract.</summary>
    public string Pair { get; set; } = "";

    /// <summary>The asset's token: one of the pair's two.</summary>
    public string Token { get; set; } = "";

    /// <summary>The other token: a stable coin that is taken for a dollar.</summary>
    public string Dollar { get; set; } = "";
}

/// <summary>Section <c>PairPrices</c>: prices from the reserves of pairs. Empty = none is read.</summary>
public sealed class PairPricesOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "PairPrices";

    /// <summary>The pairs, at most one per asset.</summary>
    public IList<PairOptions> Pairs { get; } = [];

    /// <summary>A pair that holds less, both sides together in USD, has no price: anybody could move it.</summary>
    public decimal LeastLiquidityUsd { get; set; } = 10_000;
}

/// <summary>Checks the section.</summary>
internal sealed class PairPricesOptionsCheck : IValidateOptions<PairPricesOptions>
{
    public ValidateOptionsResult Validate(string? name, PairPricesOptions options)
    {
        var wrong = Wrong(options).Select(w => $"{PairPricesOptions.Section}:{w}").ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static IEnumerable<string> Wrong(PairPricesOptions options)
    {
        if (options.LeastLiquidityUsd < 0) { yield return $"LeastLiquidityUsd {options.LeastLiquidityUsd} must not be negative."; }
        foreach (var (i, pair) in options.Pairs.Index())
        {
            if (Asset.Tokens.All(a => a.Id != pair.Asset)) { yield return $"Pairs:{i}:Asset '{pair.Asset}' must be one of {string.Join(", ", Asset.Tokens.Select(a => a.Id))}."; }
            if (options.Pairs.Take(i).Any(p => p.Asset == pair.Asset)) { yield return $"Pairs:{i}:Asset {pair.Asset} has a pair already."; }
            foreach (var (key, value) in new[] { (nameof(pair.Pair), pair.Pair), (nameof(pair.Token), pair.Token), (nameof(pair.Dollar), pair.Dollar) })
            {
                if (!EvmAddress.TryParse(value, AddressSpelling.ChecksumOrLowerCase, out _)) { yield return $"Pairs:{i}:{key} '{value}' must be an address (0x and 40 hexadecimal digits, lower case or with its EIP-55 checksum)."; }
            }
            if (pair.Token.Length > 0 && pair.Token.Equals(pair.Dollar, StringComparison.OrdinalIgnoreCase)) { yield return $"Pairs:{i}:Dollar '{pair.Dollar}' must be another token than Token."; }
        }
    }
}
