using System.Globalization;
using System.Security.Cryptography;

namespace Nirmaan.Web.SignIn;

/// <summary>
/// A stored password: <c>pbkdf2-sha256:iterations:salt:hash</c>, salt (16 bytes) and hash (32 bytes) in Base64.
/// Source: NIST SP 800-132 and the iteration count OWASP's password storage sheet asks for with SHA-256.
/// </summary>
public sealed class PasswordHash
{
    /// <summary>Iterations of a new hash.</summary>
    public const int DefaultIterations = 600_000;

    private const string Scheme = "pbkdf2-sha256";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    private readonly int _iterations;
    private readonly byte[] _salt;
    private readonly byte[] _hash;

    private PasswordHash(int iterations, byte[] salt, byte[] hash) => (_iterations, _salt, _hash) = (iterations, salt, hash);

    /// <summary>Hashes a password with a fresh salt.</summary>
    public static PasswordHash Of(string password, int iterations = DefaultIterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(iterations, salt, Derive(password, salt, iterations, HashBytes));
    }

    /// <summary>Reads a stored hash; null when the text is none.</summary>
    public static PasswordHash? TryParse(string? text)
    {
        if (text?.Split(':') is not [Scheme, var iterations, var salt, var hash]
            || !int.TryParse(iterations, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 1)
        {
            return null;
        }
        var (saltBytes, hashBytes) = (new byte[SaltBytes], new byte[HashBytes]);
        return Convert.TryFromBase64String(salt, saltBytes, out var saltLength) && saltLength == SaltBytes
            && Convert.TryFromBase64String(hash, hashBytes, out var hashLength) && hashLength == HashBytes
            ? new PasswordHash(count, saltBytes, hashBytes)
            : null;
    }

    /// <summary>True when the password is the hashed one. Takes the same time either way.</summary>
    public bool Matches(string password) =>
        CryptographicOperations.FixedTimeEquals(Derive(password, _salt, _iterations, HashBytes), _hash);

    /// <inheritdoc />
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Scheme}:{_iterations}:{Convert.ToBase64String(_salt)}:{Convert.ToBase64String(_hash)}");

    private static byte[] Derive(string password, byte[] salt, int iterations, int length) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, length);
}
