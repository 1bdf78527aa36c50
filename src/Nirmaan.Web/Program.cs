using Nirmaan.Control;
using Nirmaan.Networks;
using Nirmaan.Providers;
using Nirmaan.Web;
using Nirmaan.Web.Api;
using Nirmaan.Web.Components;
using Nirmaan.Web.History;
using Nirmaan.Web.Host;
using Nirmaan.Web.Jobs;
using Nirmaan.Web.Notifications;
using Nirmaan.Web.Sandbox;
using Nirmaan.Web.SignIn;

if (SecretTools.TryRun(args, Console.In, Console.Out))
{
    return;
}

var builder = WebHost.CreateBuilder(args).UseSandboxPresets();
var roles = HostRoles.Of(builder.Configuration);
await using var database = await HostDatabase.OpenAsync(builder.Configuration);

builder.Services
    .AddSandbox(builder.Configuration)
    .AddHistory()
    .AddNirmaanControl(builder.Configuration, database.ConnectionString)
    .AddNirmaanProviders(builder.Configuration)
    .AddNirmaanNetworks(builder.Configuration)
    .AddSignIn(builder.Configuration)
    .AddPages(builder.Configuration)
    .AddNoticeChannels(builder.Configuration, isSandbox: builder.Configuration["Sandbox:Url"] is { Length: > 0 })
    .AddApi(builder.Configuration)
    .AddReadiness()
    .AddJobs(roles);

var app = builder.Build();
await database.MigrateAsync(app.Logger);

app.UseSecurityHeaders();
app.UsePageFaults();
app.UseApiFaults();
app.UseSignIn();

app.MapReadiness();
if (roles.Web)
{
    app.MapSignOut();
    app.MapWalletSignIn();
    app.MapApi();
    app.MapPages();
}

var databaseEnded = database.EndWithItAsync(app.Lifetime, app.Logger);
await app.RunAsync();
await databaseEnded;

/// <summary>The web host: pages, REST calls and background work.</summary>
public partial class Program;
