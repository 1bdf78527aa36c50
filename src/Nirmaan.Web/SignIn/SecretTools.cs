using System.Security.Cryptography;

namespace Nirmaan.Web.SignIn;

/// <summary>
/// Two verbs that make what configuration stores of a secret: <c>hash-password</c> (reads the password from standard input) and <c>new-api-key</c>.
/// </summary>
internal static class SecretTools
{
    private const int KeyBytes = 32;

    /// <summary>Runs the verb; false when the arguments name none and the host should start.</summary>
    public static bool TryRun(string[] args, TextReader input, TextWriter output)
    {
        switch (args)
        {
            case ["hash-password"]:
                output.WriteLine(PasswordHash.Of(input.ReadLine() ?? ""));
                return true;
            case ["new-api-key"]:
                var key = ApiKey.Prefix + System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));
                output.WriteLine($"key     {key}");
                output.WriteLine($"sha256  {ApiKey.Digest(key)}");
                return true;
            default:
                return false;
        }
    }
}
