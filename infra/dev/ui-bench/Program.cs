using Microsoft.AspNetCore.Components.Server;
using Nirmaan.UiBench;
using Radzen;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddRadzenComponents();
builder.Services.AddRazorComponents().AddInteractiveServerComponents();
builder.Services.Configure<CircuitOptions>(circuits => (circuits.DetailedErrors, circuits.DisconnectedCircuitMaxRetained) = (true, 0));

var app = builder.Build();
app.UseAntiforgery();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
app.MapGet("/stat", () =>
{
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
    GC.WaitForPendingFinalizers();
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
    return Results.Json(new { heapBytes = GC.GetTotalMemory(forceFullCollection: true), residentBytes = Environment.WorkingSet });
});
app.Run();
