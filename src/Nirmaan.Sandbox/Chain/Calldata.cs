using System.Globalization;
using System.Numerics;

namespace Nirmaan.Sandbox.Chain;

/// <summary>Calldata of the few contract functions the sandbox calls: selector, then 32-byte words.</summary>
internal static class Calldata
{
    public static string Stake(BigInteger amount) => "0xa694fc3a" + Word(amount);

    public static string Unstake(BigInteger amount) => "0x2e17de78" + Word(amount);

    public static string Approve(string spender, BigInteger amount) => "0x095ea7b3" + Word(spender) + Word(amount);

    public static string BalanceOf(string account) => "0x70a08231" + Word(account);

    /// <summary>payProvider(bytes32 sessionId, address user, address provider, uint256 amount).</summary>
    public static string PayProvider(string sessionId, string user, string provider, BigInteger amount) =>
        "0xd31eb116" + Word(sessionId) + Word(user) + Word(provider) + Word(amount);

    /// <summary>A hex value of up to 32 bytes, left-padded to a word, without 0x.</summary>
    public static string Word(string hex) => hex[2..].ToLowerInvariant().PadLeft(64, '0');

    /// <summary>An unsigned number as a word, without 0x.</summary>
    public static string Word(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        var hex = value.ToString("x64", CultureInfo.InvariantCulture);
        // BigInteger writes a leading zero where the top digit would otherwise read as a sign.
        return hex.Length == 64 ? hex : hex[^64..];
    }

    /// <summary>A 0x quantity or word as a number.</summary>
    public static BigInteger Number(string hex) => hex.Length <= 2 ? 0 : BigInteger.Parse("0" + hex[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
