using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>A sale as the epoch's file names it.</summary>
public sealed record WaterfallSale(string Transaction, BigInteger Units, decimal PriceUsd, decimal FeesUsd, DateTimeOffset At, string Venue);

/// <summary>
/// What became of all that an epoch received, in base units: received + carried in = sold + fee + pool + held. Part of distribution.json from method
/// rent-then-fee-2 on. There is no dust: the largest remainder leaves none.
/// </summary>
/// <param name="Method">Of the cut.</param>
/// <param name="Policy">Version of the fee policy.</param>
/// <param name="CarriedIn">Held by the epoch before.</param>
/// <param name="Sold">To cover rent: the sum of the sales.</param>
/// <param name="Held">Not shared out, because nobody held stake: goes to the next epoch.</param>
/// <param name="RentUsd">Rent of the day over all networks, whoever pays it.</param>
/// <param name="BorneUsd">The part that the policy puts on these receipts.</param>
/// <param name="CoveredUsd">What sales paid of that; the treasury paid the rest.</param>
public sealed record EpochWaterfall(
    string Method, int Policy, BigInteger Received, BigInteger CarriedIn, BigInteger Sold, BigInteger Fee, int FeeBasisPoints, BigInteger Held, decimal RentUsd, decimal BorneUsd, decimal CoveredUsd,
    IReadOnlyList<WaterfallSale> Sales)
{
    /// <summary>Of a closed epoch; null = it kept no terms.</summary>
    public static EpochWaterfall? Of(Distribution closed, IReadOnlyList<Sale> sales) => closed.PolicyVersion is not { } policy ? null : new EpochWaterfall(
        FeePolicy.MethodVersion, policy, closed.Gross - closed.CarriedIn, closed.CarriedIn, closed.Cost, closed.Fee, closed.FeeBasisPoints, closed.CarriedOut, closed.RentUsd, closed.BorneUsd ?? 0, closed.CoveredUsd ?? 0,
        [.. sales.Select(s => new WaterfallSale(s.Transaction, s.Units, s.PriceUsd, s.FeesUsd, s.At, s.Venue))]);

    /// <summary>What does not fit together, a line each; none = all does.</summary>
    public IEnumerable<string> Faults(BigInteger pool)
    {
        var (came, went) = (Received + CarriedIn, Sold + Fee + pool + Held);
        if (came != went) { yield return $"waterfall: received {Received} + carriedIn {CarriedIn} = {came}; sold {Sold} + fee {Fee} + pool {pool} + held {Held} = {went}"; }
        var fee = (came - Sold - Held) * FeeBasisPoints / 10_000;
        if (Fee != fee) { yield return $"waterfall.fee: {Fee}; recomputed {fee}, {FeeBasisPoints} basis points of {came - Sold - Held}"; }
        var sold = Sales.Aggregate(BigInteger.Zero, (sum, s) => sum + s.Units);
        if (Sold != sold) { yield return $"waterfall.sold: {Sold}; the sales add up to {sold}"; }
        if (CoveredUsd > BorneUsd) { yield return string.Create(CultureInfo.InvariantCulture, $"waterfall.coveredUsd: {CoveredUsd}; expected at most borneUsd {BorneUsd}"); }
    }

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject("waterfall");
        json.WriteString("method", Method);
        json.WriteNumber("policy", Policy);
        foreach (var (name, units) in new[] { ("received", Received), ("carriedIn", CarriedIn), ("sold", Sold), ("fee", Fee), ("held", Held) }) { json.WriteString(name, Text(units)); }
        json.WriteNumber("feeBasisPoints", FeeBasisPoints);
        foreach (var (name, usd) in new[] { ("rentUsd", RentUsd), ("borneUsd", BorneUsd), ("coveredUsd", CoveredUsd) }) { json.WriteNumber(name, usd); }
        json.WriteStartArray("sales");
        foreach (var sale in Sales)
        {
            json.WriteStartObject();
            json.WriteString("transaction", sale.Transaction);
            json.WriteString("units", Text(sale.Units));
            json.WriteNumber("priceUsd", sale.PriceUsd);
            json.WriteNumber("feesUsd", sale.FeesUsd);
            json.WriteString("at", StakesCsv.TimeText(sale.At));
            json.WriteString("venue", sale.Venue);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Reads the object; its arithmetic is not checked here.</summary>
    /// <exception cref="FormatException">Names the field, what stands there and what was expected.</exception>
    internal static EpochWaterfall Parse(JsonElement json)
    {
        const string at = "waterfall";
        BigInteger Units(string name) => JsonFields.Units(json, name, at);
        return new EpochWaterfall(
            JsonFields.String(json, "method", at), JsonFields.Whole(json, "policy", at), Units("received"), Units("carriedIn"), Units("sold"), Units("fee"), JsonFields.Whole(json, "feeBasisPoints", at), Units("held"),
            JsonFields.Usd(json, "rentUsd", at), JsonFields.Usd(json, "borneUsd", at), JsonFields.Usd(json, "coveredUsd", at),
            [.. JsonFields.Get(json, "sales", JsonValueKind.Array, "an array", at).EnumerateArray().Select((sale, i) => Sale(sale, $"{at}.sales[{i}]"))]);
    }

    private static WaterfallSale Sale(JsonElement sale, string at) => new(
        JsonFields.String(sale, "transaction", at), JsonFields.Units(sale, "units", at), JsonFields.Usd(sale, "priceUsd", at), JsonFields.Usd(sale, "feesUsd", at),
        JsonFields.At($"{at}.at", () => StakesCsv.ParseTime(JsonFields.String(sale, "at", at))), JsonFields.String(sale, "venue", at));

    private static string Text(BigInteger units) => units.ToString(CultureInfo.InvariantCulture);
}
