using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.SignIn;

/// <summary>Who holds an API key, and what it may do.</summary>
/// <param name="Name">What it is for; stands in the log.</param>
/// <param name="Account">The person it acts as, in events and where two persons are needed: one with a password and a key is still one.</param>
/// <param name="Roles">Of <see cref="SignIn.Roles"/>.</param>
public sealed record ApiKey(string Name, string Account, IReadOnlyList<string> Roles)
{
    /// <summary>Every key text starts so.</summary>
    public const string Prefix = "nrm_";

    /// <summary>What is stored of a key: SHA-256 of its text, in upper-case hex. Keys hold 256 random bits, so a plain hash is enough.</summary>
    public static string Digest(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}

/// <summary>The keys that REST calls may present.</summary>
public interface IApiKeys
{
    /// <summary>The holder of a presented key (<c>nrm_...</c>); null when the key is unknown or withdrawn.</summary>
    ValueTask<ApiKey?> FindAsync(string key, CancellationToken cancellationToken);
}

/// <summary>Keys of configuration (digests only) and, in sandbox mode only, the demo keys.</summary>
internal sealed class ConfiguredApiKeys(IOptionsMonitor<StaffOptions> options, IOptions<SandboxOptions> sandbox) : IApiKeys
{
    public ValueTask<ApiKey?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var digest = ApiKey.Digest(key);
        var staff = options.CurrentValue;
        var configured = staff.ApiKeys.FirstOrDefault(k => string.Equals(k.Sha256, digest, StringComparison.OrdinalIgnoreCase));
        // The account's own spelling: names are compared where people consent.
        var owner = staff.Accounts.FirstOrDefault(a => string.Equals(a.Email, configured?.Account, StringComparison.OrdinalIgnoreCase));
        var found = configured is not null
            ? owner is null ? null : new ApiKey(configured.Name, owner.Email, [.. configured.Roles])
            : sandbox.Value.IsOn ? DemoStaff.ApiKeys.FirstOrDefault(demo => demo.Key == key).Owner : null;
        return ValueTask.FromResult<ApiKey?>(found);
    }
}
