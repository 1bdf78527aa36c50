using System.Numerics;

namespace Nirmaan.Domain.Staking;

/// <summary>What the owner of our Morpheus provider does with a wallet.</summary>
public enum ProviderStep
{
    /// <summary>Takes what a session owes.</summary>
    Claim,

    /// <summary>Lets the contract take MOR, before the stake is raised.</summary>
    Allow,

    /// <summary>Raises the provider's stake, by which the contract limits what it pays in a year.</summary>
    RaiseStake,
}

/// <summary>A transaction that the provider's owner sent to Morpheus' contract.</summary>
public sealed class ProviderCall : WatchedCall
{
    private ProviderCall() { }

    /// <summary>One that was just sent.</summary>
    /// <param name="session">Of a claim; null for the others.</param>
    /// <param name="wei">MOR that it was to move.</param>
    public ProviderCall(long chainId, ProviderStep step, string? session, BigInteger wei, SentCall sent, string by, DateTimeOffset at) : base(chainId, sent, by, at) =>
        (Step, SessionId, Wei) = (step, session, wei);

    /// <summary>What it does.</summary>
    public ProviderStep Step { get; private set; }
    /// <summary>The session of a claim.</summary>
    public string? SessionId { get; private set; }
    /// <summary>MOR that it was to move when it was prepared.</summary>
    public BigInteger Wei { get; private set; }
    /// <inheritdoc />
    public override string What => Step.ToString();
    /// <inheritdoc />
    public override string SubjectKind => "morpheus";
    /// <inheritdoc />
    public override string Subject => SessionId ?? "provider";
}
