using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.SignIn;

/// <summary>The people who may sign in: those of configuration and, in sandbox mode only, the demo accounts.</summary>
public sealed class StaffAccounts
{
    private const string StampClaim = "nirmaan:stamp";

    // A wrong name must cost what a wrong password costs, or timing tells which names exist.
    private static readonly PasswordHash s_nobody = PasswordHash.Of("nobody");

    private readonly IOptionsMonitor<StaffOptions> _options;
    private readonly IReadOnlyList<StaffAccount> _demo;

    /// <summary>Reads configuration at each call, so that a removed account is out at once.</summary>
    public StaffAccounts(IOptionsMonitor<StaffOptions> options, IOptions<SandboxOptions> sandbox)
    {
        _options = options;
        _demo = sandbox.Value.IsOn ? DemoStaff.Accounts : [];
    }

    /// <summary>The account of this name and password; null when there is none.</summary>
    public StaffAccount? Check(string email, string password)
    {
        var account = Find(email);
        var matches = (account?.Password ?? s_nobody).Matches(password);
        return matches ? account : null;
    }

    /// <summary>What the cookie holds.</summary>
    public static ClaimsPrincipal Principal(StaffAccount account) => new(new ClaimsIdentity(
        [new(ClaimTypes.Name, account.Email), new(StampClaim, Stamp(account)), .. account.Roles.Select(role => new Claim(ClaimTypes.Role, role))],
        StaffCookie.Scheme));

    /// <summary>False once the account was removed, or its password or roles were changed after the sign-in. A wallet cannot be removed.</summary>
    public bool IsCurrent(ClaimsPrincipal user) =>
        WalletIdentity.AddressOf(user) is not null ||
        user.Identity?.Name is { } email && Find(email) is { } account && user.FindFirst(StampClaim)?.Value == Stamp(account);

    /// <summary>What an account may do now; empty = there is no such account.</summary>
    public IReadOnlyList<string> RolesOf(string email) => Find(email)?.Roles ?? [];

    private StaffAccount? Find(string email) =>
        _options.CurrentValue.Accounts
            .Select(a => new StaffAccount(a.Email, PasswordHash.TryParse(a.PasswordHash)!, [.. a.Roles]))
            .Concat(_demo)
            .FirstOrDefault(a => string.Equals(a.Email, email, StringComparison.OrdinalIgnoreCase));

    private static string Stamp(StaffAccount account) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{account.Password}|{string.Join(',', account.Roles)}")))[..16];
}

/// <summary>A member of staff.</summary>
/// <param name="Email">Sign-in name.</param>
/// <param name="Password">Hash of the password.</param>
/// <param name="Roles">Of <see cref="SignIn.Roles"/>.</param>
public sealed record StaffAccount(string Email, PasswordHash Password, IReadOnlyList<string> Roles);

/// <summary>The demo accounts and keys of a sandbox. Their secrets are public, so they exist nowhere else.</summary>
public static class DemoStaff
{
    // Secrets that stand on the sign-in page need no slow hash.
    private const int Iterations = 1;

    /// <summary>One account per role: ops@nirmaan.example with password demo-ops, and so on.</summary>
    public static IReadOnlyList<StaffAccount> Accounts { get; } =
        [.. Roles.All.Select(role => new StaffAccount(EmailOf(role), PasswordHash.Of(PasswordOf(role), Iterations), [role]))];

    /// <summary>One API key per role: nrm_demo-ops, and so on.</summary>
    public static IReadOnlyList<(string Key, ApiKey Owner)> ApiKeys { get; } =
        [.. Roles.All.Select(role => ($"{ApiKey.Prefix}{PasswordOf(role)}", new ApiKey($"demo {role}", EmailOf(role), [role])))];

    /// <summary>Sign-in name of the role's demo account.</summary>
    public static string EmailOf(string role) => $"{role}@nirmaan.example";

    /// <summary>Password of the role's demo account.</summary>
    public static string PasswordOf(string role) => $"demo-{role}";
}
