using System.Numerics;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Fleet;

/// <summary>What an operating key holds of one asset.</summary>
/// <param name="Asset">The chain's own coin, or a token that the key pays fees with.</param>
/// <param name="PaysFor">What stops when it is used up, in words.</param>
/// <param name="Least">Below this somebody should send more.</param>
public sealed record KeyFunds(string Asset, TokenAmount Held, TokenAmount Least, string PaysFor)
{
    /// <summary>True when more should be sent.</summary>
    public bool IsLow => Held.Units < Least.Units;
}

/// <summary>A key that sends transactions for us by itself, and what it has left to pay for them.</summary>
/// <param name="Name">Whose key it is.</param>
public sealed record KeyBalance(string Name, string Address, IReadOnlyList<KeyFunds> Funds, DateTimeOffset At);

/// <summary>A key whose gas and fees somebody has to pay in. Nirmaan holds none of them itself: a network's own node does.</summary>
public interface IOperatingKey
{
    /// <summary>Whose key it is.</summary>
    string Name { get; }

    /// <summary>What it holds now.</summary>
    /// <exception cref="SupplierUnavailableException">The node or the chain cannot be read.</exception>
    Task<KeyBalance> ReadAsync(CancellationToken cancellationToken);
}
