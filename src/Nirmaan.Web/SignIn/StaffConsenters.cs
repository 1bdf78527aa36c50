using Nirmaan.Control.Rewards;

namespace Nirmaan.Web.SignIn;

/// <summary>Admins consent: a name counts as long as it is an account's that has the role.</summary>
internal sealed class StaffConsenters(StaffAccounts accounts) : IConsenters
{
    public bool May(string who) => accounts.RolesOf(who).Contains(Roles.Admin);
}
