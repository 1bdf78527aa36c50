using System.Numerics;

namespace Nirmaan.Domain.Emissions;

/// <summary>
/// How a consumer's payment for one Infernet job is divided, in base units of the payment's token (Ritual's Infernet contracts 1.1,
/// Coordinator): the protocol takes its fee twice of the whole; a verifier, where the job has one, takes its own fee out of the node's part
/// and gives the protocol a share of that.
/// </summary>
/// <param name="Node">What reaches the node's wallet, before gas. With a verifier it is held until the proof is judged, and lost if it is found wrong.</param>
public sealed record InfernetPayment(BigInteger Protocol, BigInteger Verifier, BigInteger Node)
{
    /// <summary>The deployed fee, 5 %: two of it leave the node 90 %.</summary>
    public const int DefaultFeeBasisPoints = 500;

    private const int Whole = 10_000;

    /// <summary>Divides a payment; the parts add up to it.</summary>
    /// <param name="payment">paymentAmount of the subscription; may be 0, and usually was.</param>
    /// <param name="feeBasisPoints">Fee.FEE().</param>
    /// <param name="verifierFee">The verifier's fee in the token; 0 = no verifier.</param>
    /// <exception cref="ArgumentOutOfRangeException">An amount below zero, or fees above the payment: the contract would revert.</exception>
    public static InfernetPayment Of(BigInteger payment, int feeBasisPoints = DefaultFeeBasisPoints, BigInteger verifierFee = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payment);
        ArgumentOutOfRangeException.ThrowIfNegative(feeBasisPoints);
        ArgumentOutOfRangeException.ThrowIfNegative(verifierFee);
        var (ofPayment, ofVerifier) = (payment * (2 * feeBasisPoints) / Whole, verifierFee * feeBasisPoints / Whole);
        var node = payment - ofPayment - verifierFee;
        return node.Sign < 0 || ofVerifier > verifierFee
            ? throw new ArgumentOutOfRangeException(nameof(payment), payment, $"Fees of {ofPayment} and {verifierFee} do not fit into it.")
            : new InfernetPayment(ofPayment + ofVerifier, verifierFee - ofVerifier, node);
    }
}
