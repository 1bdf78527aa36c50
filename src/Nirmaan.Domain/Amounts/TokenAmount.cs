using System.Globalization;
using System.Numerics;

namespace Nirmaan.Domain.Amounts;

/// <summary>What a ledger counts in: a token with its number of decimals, or the dollar (8 decimals).</summary>
public sealed record Asset(string Id, int Decimals)
{
    /// <summary>Nirmaan's own token, which is staked.</summary>
    public static readonly Asset Nrm = new("NRM", 18);
    /// <summary>Morpheus' token.</summary>
    public static readonly Asset Mor = new("MOR", 18);
    /// <summary>Heurist's token.</summary>
    public static readonly Asset Heu = new("HEU", 18);
    /// <summary>The US dollar in units of 0.00000001.</summary>
    public static readonly Asset Usd = new("USD", 8);

    private static readonly Asset[] s_known = [Nrm, Mor, Heu, Usd];

    /// <summary>Every asset but the dollar: what has a price.</summary>
    public static IReadOnlyList<Asset> Tokens { get; } = [.. s_known.Where(a => a != Usd)];

    /// <summary>The asset of an id.</summary>
    /// <exception cref="ArgumentException">No such asset.</exception>
    public static Asset Of(string id) => Array.Find(s_known, a => a.Id == id)
        ?? throw new ArgumentException($"asset: '{id}' is unknown; expected one of {string.Join(", ", s_known.Select(a => a.Id))}.", nameof(id));

    /// <summary>One whole token or dollar in base units.</summary>
    public BigInteger One => BigInteger.Pow(10, Decimals);
}

/// <summary>An exact amount in base units of one asset. Amounts of different assets never add.</summary>
public readonly record struct TokenAmount(BigInteger Units, Asset Asset)
{
    /// <summary>Nothing of an asset.</summary>
    public static TokenAmount Zero(Asset asset) => new(BigInteger.Zero, asset);

    /// <summary>Dollars as a ledger amount, rounded to 0.00000001 half away from zero.</summary>
    public static TokenAmount Usd(decimal dollars) =>
        new(new BigInteger(decimal.Round(dollars * 100_000_000m, 0, MidpointRounding.AwayFromZero)), Asset.Usd);

    /// <summary>Whole tokens as a ledger amount; digits beyond the asset's decimals are refused.</summary>
    /// <exception cref="ArgumentException">More decimals than the asset has.</exception>
    public static TokenAmount Of(decimal tokens, Asset asset)
    {
        var scale = new BigInteger(Math.Truncate(tokens));
        var rest = tokens - Math.Truncate(tokens);
        var units = scale * asset.One;
        var fraction = rest;
        var unit = asset.One;
        while (fraction != 0)
        {
            unit /= 10;
            if (unit.IsZero) { throw new ArgumentException($"tokens: {tokens} has more than {asset.Decimals} decimals.", nameof(tokens)); }
            fraction *= 10;
            units += new BigInteger(Math.Truncate(fraction)) * unit;
            fraction -= Math.Truncate(fraction);
        }
        return new TokenAmount(units, asset);
    }

    /// <summary>Sum of two amounts of one asset.</summary>
    /// <exception cref="InvalidOperationException">The assets differ.</exception>
    public static TokenAmount operator +(TokenAmount left, TokenAmount right) => new(left.Units + Same(left, right).Units, left.Asset);
    /// <summary>Difference of two amounts of one asset.</summary>
    /// <exception cref="InvalidOperationException">The assets differ.</exception>
    public static TokenAmount operator -(TokenAmount left, TokenAmount right) => new(left.Units - Same(left, right).Units, left.Asset);
    /// <summary>The same size with the other sign.</summary>
    public static TokenAmount operator -(TokenAmount amount) => amount with { Units = -amount.Units };

    private static TokenAmount Same(TokenAmount left, TokenAmount right) => left.Asset == right.Asset
        ? right
        : throw new InvalidOperationException($"{left.Asset.Id} and {right.Asset.Id} do not add.");

    /// <summary>Exact decimal text without grouping, for example <c>12.5</c>.</summary>
    public string ToDecimalText()
    {
        var digits = BigInteger.Abs(Units).ToString(CultureInfo.InvariantCulture).PadLeft(Asset.Decimals + 1, '0');
        var fraction = digits[^Asset.Decimals..].TrimEnd('0');
        var whole = digits[..^Asset.Decimals];
        return $"{(Units.Sign < 0 ? "-" : "")}{whole}{(fraction.Length > 0 ? "." + fraction : "")}";
    }

    /// <summary>The amount as decimal, rounded to what a decimal holds: for prices and charts, never for the ledger.</summary>
    public decimal ToDecimal() => decimal.Parse(ToDecimalText(), NumberStyles.Number, CultureInfo.InvariantCulture);

    /// <inheritdoc />
    public override string ToString() => $"{ToDecimalText()} {Asset.Id}";
}
