using Microsoft.AspNetCore.Components.Server;
using Nirmaan.UiBench;
using Nirmaan.Web.Components;
using Nirmaan.Web.Sandbox;
using Nirmaan.Web.SignIn;
using Radzen;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSandbox(builder.Configuration).AddSignIn(builder.Configuration).AddPages(builder.Configuration);
builder.Services.AddRadzenComponents();
builder.Services.Configure<CircuitOptions>(circuits => (circuits.DetailedErrors, circuits.DisconnectedCircuitMaxRetained) = (true, 0));

var app = builder.Build();
app.UseAntiforgery();
app.MapRazorComponents<Nirmaan.UiBench.App>().AddInteractiveServerRenderMode();
app.MapGet("/stat", () =>
{
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
    GC.WaitForPendingFinalizers();
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
    return Results.Json(new { heapBytes = GC.GetTotalMemory(forceFullCollection: true), residentBytes = Environment.WorkingSet, cpuSeconds = Environment.CpuUsage.TotalTime.TotalSeconds });
});
app.Run();
