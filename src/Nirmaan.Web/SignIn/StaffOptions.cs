using Microsoft.Extensions.Options;

namespace Nirmaan.Web.SignIn;

/// <summary>Section "Staff": who may sign in.</summary>
public sealed class StaffOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Staff";

    /// <summary>The accounts. In sandbox mode demo accounts join them.</summary>
    public IList<StaffAccountOptions> Accounts { get; } = [];

    /// <summary>Keys for the REST calls.</summary>
    public IList<ApiKeyOptions> ApiKeys { get; } = [];

    /// <summary>How long an unused session lives (hh:mm:ss).</summary>
    public TimeSpan Session { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Sign-in attempts one address may make per minute.</summary>
    public int AttemptsPerMinute { get; set; } = 10;

    /// <summary>Folder of the keys that protect cookies; several hosts share it. Unset = the system's default folder.</summary>
    public string? KeysFolder { get; set; }
}

/// <summary>One account in configuration.</summary>
public sealed class StaffAccountOptions
{
    /// <summary>Sign-in name, compared without case.</summary>
    public string Email { get; set; } = "";

    /// <summary>As <see cref="SignIn.PasswordHash"/> writes it; made by <c>Nirmaan.Web hash-password</c>.</summary>
    public string PasswordHash { get; set; } = "";

    /// <summary>Of <see cref="SignIn.Roles"/>.</summary>
    public IList<string> Roles { get; } = [];
}

/// <summary>One API key in configuration.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>What it is for; stands in the log beside each call that acts.</summary>
    public string Name { get; set; } = "";

    /// <summary>E-mail of the account that answers for it: the key acts as that person, and ends with the account.</summary>
    public string Account { get; set; } = "";

    /// <summary>SHA-256 of the whole key text, 64 hex digits; made by <c>Nirmaan.Web new-api-key</c>.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>Of <see cref="SignIn.Roles"/>.</summary>
    public IList<string> Roles { get; } = [];
}

/// <summary>Names the key that is wrong and what it should hold.</summary>
internal sealed class StaffOptionsCheck : IValidateOptions<StaffOptions>
{
    public ValidateOptionsResult Validate(string? name, StaffOptions options)
    {
        var faults = new List<string>();
        for (var i = 0; i < options.Accounts.Count; i++)
        {
            var (account, key) = (options.Accounts[i], $"Staff:Accounts:{i}");
            Require(account.Email.Contains('@', StringComparison.Ordinal), $"{key}:Email '{account.Email}' must be an e-mail address.");
            Require(PasswordHash.TryParse(account.PasswordHash) is not null,
                $"{key}:PasswordHash must be pbkdf2-sha256:iterations:salt:hash, as 'Nirmaan.Web hash-password' prints it.");
            RequireRoles(account.Roles, key);
        }
        foreach (var twice in options.Accounts.GroupBy(a => a.Email, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            faults.Add($"Staff:Accounts names '{twice.Key}' {twice.Count()} times.");
        }
        for (var i = 0; i < options.ApiKeys.Count; i++)
        {
            var (apiKey, key) = (options.ApiKeys[i], $"Staff:ApiKeys:{i}");
            Require(apiKey.Name.Length > 0, $"{key}:Name must say what the key is for.");
            var account = options.Accounts.FirstOrDefault(a => string.Equals(a.Email, apiKey.Account, StringComparison.OrdinalIgnoreCase));
            Require(account is not null, $"{key}:Account '{apiKey.Account}' must be the e-mail address of one of Staff:Accounts, who answers for what the key does.");
            // Otherwise a second consent could come from a key that the first person made.
            foreach (var beyond in apiKey.Roles.Where(r => account is not null && !account.Roles.Contains(r) && !(r == Roles.Ops && account.Roles.Contains(Roles.Admin))))
            {
                faults.Add($"{key}:Roles names '{beyond}', which the account {apiKey.Account} does not have; expected no more than it has.");
            }
            Require(apiKey.Sha256.Length == 64 && apiKey.Sha256.All(char.IsAsciiHexDigit),
                $"{key}:Sha256 must be 64 hex digits, as 'Nirmaan.Web new-api-key' prints them.");
            RequireRoles(apiKey.Roles, key);
        }
        Require(options.Session > TimeSpan.Zero, "Staff:Session (hh:mm:ss) must be greater than zero.");
        Require(options.AttemptsPerMinute > 0, "Staff:AttemptsPerMinute must be greater than zero.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Require(bool holds, string fault)
        {
            if (!holds) { faults.Add(fault); }
        }

        void RequireRoles(IList<string> roles, string key)
        {
            Require(roles.Count > 0, $"{key}:Roles must name at least one of {string.Join(", ", Roles.All)}.");
            foreach (var role in roles.Where(r => !Roles.All.Contains(r)))
            {
                faults.Add($"{key}:Roles names '{role}', which is none of {string.Join(", ", Roles.All)}.");
            }
        }
    }
}
