using System.Security.Cryptography;
using System.Text;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>Cosmos addresses (BIP-173), so that the sandbox's accounts and providers pass a client's checks.</summary>
internal static class Bech32
{
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private static readonly uint[] s_generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

    /// <summary>The <c>akash1...</c> address that belongs to a subject, always the same one.</summary>
    public static string AkashAddress(string subject) => Encode("akash", SHA256.HashData(Encoding.UTF8.GetBytes(subject)).AsSpan(0, 20));

    /// <summary>Encodes bytes under a prefix.</summary>
    public static string Encode(string prefix, ReadOnlySpan<byte> bytes)
    {
        List<byte> data = [];
        var (held, bits) = (0, 0);
        foreach (var b in bytes)
        {
            (held, bits) = ((held << 8 | b) & 0xfff, bits + 8);
            while (bits >= 5)
            {
                bits -= 5;
                data.Add((byte)(held >> bits & 31));
            }
        }
        if (bits > 0) { data.Add((byte)(held << (5 - bits) & 31)); }
        IEnumerable<byte> spread = [.. prefix.Select(c => (byte)(c >> 5)), 0, .. prefix.Select(c => (byte)(c & 31)), .. data, 0, 0, 0, 0, 0, 0];
        var check = Polymod(spread) ^ 1;
        for (var i = 0; i < 6; i++) { data.Add((byte)(check >> (5 * (5 - i)) & 31)); }
        return $"{prefix}1{string.Concat(data.Select(d => Alphabet[d]))}";
    }

    private static uint Polymod(IEnumerable<byte> values)
    {
        uint check = 1;
        foreach (var value in values)
        {
            var top = check >> 25;
            check = (check & 0x1ffffff) << 5 ^ value;
            for (var i = 0; i < 5; i++) { check ^= (top >> i & 1) == 1 ? s_generator[i] : 0; }
        }
        return check;
    }
}
