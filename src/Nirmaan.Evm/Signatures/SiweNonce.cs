using System.Security.Cryptography;

namespace Nirmaan.Evm.Signatures;

/// <summary>Makes nonces for sign-in messages.</summary>
public static class SiweNonce
{
    /// <summary>130 bits of chance: nobody guesses one, and no two are alike.</summary>
    private const int Length = 22;

    /// <summary>A nonce that nobody can foresee: 22 letters and digits. Keep it with the browser's session, and forget it when it is used.</summary>
    public static string New() => RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", Length);
}
