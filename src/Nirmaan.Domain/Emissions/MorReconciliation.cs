using System.Numerics;

namespace Nirmaan.Domain.Emissions;

/// <summary>What the contract says it paid for the sessions on a model, beside what was received for its miner.</summary>
/// <param name="ModelId">Null = payments that could be traced to no session.</param>
/// <param name="Paid">Sum of providerWithdrawnAmount, wei.</param>
/// <param name="Received">Sum of the MOR transfers that were read, wei.</param>
/// <param name="MayComeStill">Of what was paid, that of sessions which closed after the point up to which transfers are read, wei.</param>
public sealed record MorReconciledModel(string? ModelId, int Sessions, BigInteger Paid, BigInteger Received, BigInteger MayComeStill)
{
    /// <summary>Received less paid: below zero, MOR is missing here; above, more came than the contract says.</summary>
    public BigInteger Difference => Received - Paid;
}

/// <summary>
/// The contract's own sum per session held against the MOR that was seen to arrive. Two sources: the session's providerWithdrawnAmount on the one
/// side, transfers of the token on the other; no event of the contract carries the amount.
/// </summary>
/// <param name="Models">One line per model, the largest difference first.</param>
public sealed record MorReconciliation(IReadOnlyList<MorReconciledModel> Models)
{
    /// <summary>Wei.</summary>
    public BigInteger Paid => Sum(m => m.Paid);

    /// <summary>Wei.</summary>
    public BigInteger Received => Sum(m => m.Received);

    /// <summary>Wei.</summary>
    public BigInteger MayComeStill => Sum(m => m.MayComeStill);

    /// <summary>Received less paid, wei.</summary>
    public BigInteger Difference => Received - Paid;

    /// <summary>True when all that is missing can be on its way, and nothing came that the contract does not know of.</summary>
    public bool IsExplained => Difference.Sign <= 0 && -Difference <= MayComeStill;

    /// <summary>Holds sessions against what was received per model.</summary>
    /// <param name="received">Wei per model; the empty text holds what was traced to none.</param>
    /// <param name="readTo">Up to when transfers are read; null = none was read.</param>
    public static MorReconciliation Of(IReadOnlyList<MorSession> sessions, IReadOnlyDictionary<string, BigInteger> received, DateTimeOffset? readTo)
    {
        var paid = sessions.ToLookup(s => s.ModelId);
        return new(
        [
            .. paid.Select(g => g.Key).Union(received.Keys).Select(model => new MorReconciledModel(
                model.Length == 0 ? null : model, paid[model].Count(), Sum(paid[model].Select(s => s.Withdrawn)), received.GetValueOrDefault(model),
                Sum(paid[model].Where(s => readTo is not { } to || s.ClosedAt > to).Select(s => s.Withdrawn))))
            .OrderByDescending(m => BigInteger.Abs(m.Difference)).ThenBy(m => m.ModelId, StringComparer.Ordinal),
        ]);
    }

    private BigInteger Sum(Func<MorReconciledModel, BigInteger> of) => Sum(Models.Select(of));

    private static BigInteger Sum(IEnumerable<BigInteger> amounts) => amounts.Aggregate(BigInteger.Zero, BigInteger.Add);
}
