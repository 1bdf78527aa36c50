using AngleSharp.Dom;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Control.Live;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests;

/// <summary>A staff page over the verbs and queries of a world of its own, seen by someone in a role.</summary>
public abstract class StaffPageTest : BunitContext
{
    private protected StaffPageTest(FleetWorld world, string role = Roles.Ops)
    {
        World = world;
        Services.AddSingleton<TimeProvider>(world.Clock).AddSingleton(world.Get<ControlEvents>()).AddScoped<Toasts>().AddSupplyValueFromQueryProvider();
        Services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Staff, policy => policy.RequireRole([.. Roles.All]))
            .AddPolicy(Policies.Operate, policy => policy.RequireRole(Roles.Ops, Roles.Admin))
            .AddPolicy(Policies.Approve, policy => policy.RequireRole(Roles.Admin));
        AddAuthorization().SetAuthorized($"{role}@test").SetRoles(role);
        JSInterop.Mode = JSRuntimeMode.Loose;
    }
}
