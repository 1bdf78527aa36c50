using Nirmaan.Web;
using Nirmaan.Web.Components;
using Nirmaan.Web.Sandbox;
using Nirmaan.Web.SignIn;

if (SecretTools.TryRun(args, Console.In, Console.Out))
{
    return;
}

var builder = WebHost.CreateBuilder(args);

builder.Services
    .AddSandbox(builder.Configuration)
    .AddSignIn(builder.Configuration)
    .AddPages(builder.Configuration);

var app = builder.Build();

app.UsePageFaults();
app.UseSecurityHeaders();
app.UseSignIn();

app.MapHealthChecks("/healthz");
app.MapSignOut();
app.MapPages();

app.Run();

/// <summary>The web host: pages, REST calls and background work.</summary>
public partial class Program;
