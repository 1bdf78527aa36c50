namespace Nirmaan.Web.SignIn;

/// <summary>What a member of staff, or a key, may do. The names stand in configuration and in cookies.</summary>
public static class Roles
{
    /// <summary>Rents, deploys, repairs and closes machines.</summary>
    public const string Ops = "ops";

    /// <summary>All that ops may, and approves plans.</summary>
    public const string Admin = "admin";

    /// <summary>Reads every staff page, changes nothing.</summary>
    public const string Auditor = "auditor";

    /// <summary>Owns a wallet, shown by a signature. No member of staff: configuration cannot give it.</summary>
    public const string Staker = "staker";

    /// <summary>Every role of staff.</summary>
    public static readonly IReadOnlyList<string> All = [Ops, Admin, Auditor];
}

/// <summary>Authorisation policies of pages and calls.</summary>
public static class Policies
{
    /// <summary>May read staff pages: ops, admin, auditor.</summary>
    public const string Staff = "staff";

    /// <summary>May act on machines: ops, admin.</summary>
    public const string Operate = "operate";

    /// <summary>May approve plans: admin.</summary>
    public const string Approve = "approve";

    /// <summary>Open to anyone, but only where the world is simulated or under development.</summary>
    public const string SandboxOnly = "sandbox-only";
}
