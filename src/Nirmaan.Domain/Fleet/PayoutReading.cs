namespace Nirmaan.Domain.Fleet;

/// <summary>Where a running miner is paid, as read from itself or from its network.</summary>
/// <param name="Source">What was read: <c>environment MINER_ID_0</c>, <c>.env MINER_ID_0</c>, <c>node's wallet</c>.</param>
/// <param name="Value">As it stood there; before a dash is the address (Heurist writes <c>0xADDRESS-tag</c>).</param>
public sealed record PayoutReading(string Source, string Value)
{
    /// <summary>The address in it.</summary>
    public string Address => Value.Split('-', 2)[0].Trim();

    /// <summary>True when it is that address. Hexadecimal ones differ in case only by their checksum; in other alphabets another case is another address.</summary>
    public bool Is(string address) =>
        string.Equals(Address, address, address.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}

/// <summary>When what is read back from a miner stops it.</summary>
public static class PayoutRules
{
    /// <summary>Readings a report may carry.</summary>
    public const int MostReadings = 40;

    /// <summary>Characters of a source or value.</summary>
    public const int MostCharacters = 200;

    /// <summary>Readings that name another address than the one the miner was launched with. Nothing read is no difference: it is unknown.</summary>
    public static IReadOnlyList<PayoutReading> Differing(string payoutAddress, IEnumerable<PayoutReading> readings) => [.. readings.Where(r => !r.Is(payoutAddress)).Distinct()];

    /// <summary>Both sides, in words.</summary>
    public static string Words(string payoutAddress, IReadOnlyList<PayoutReading> differing) =>
        $"it pays to another address: {string.Join(", ", differing.Select(d => $"{d.Address} ({d.Source})"))}, expected {payoutAddress}";
}
