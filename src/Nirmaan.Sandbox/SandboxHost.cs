using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.Control;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox;

/// <summary>Puts the sandbox together: one clock, one agenda, one seed, and every part of <see cref="SandboxModules"/>.</summary>
public static partial class SandboxHost
{
    private const string DefaultUrl = "http://127.0.0.1:5290";

    /// <summary>The web host, not yet started.</summary>
    /// <param name="args">Settings such as <c>--Sandbox:Seed=7</c>.</param>
    /// <param name="further">Registrations on top of the parts' own, for example a miner that a test plays.</param>
    /// <param name="parts">Only these parts of the world; null = all of them.</param>
    public static WebApplication Build(string[] args, Action<IServiceCollection>? further = null, IReadOnlyList<ISandboxModule>? parts = null)
    {
        parts ??= SandboxModules.All;
        var builder = WebApplication.CreateBuilder(args);
        if (builder.Configuration["urls"] is null) { builder.WebHost.UseUrls(DefaultUrl); }
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning);

        builder.Services.AddOptions<SandboxOptions>().Bind(builder.Configuration.GetSection(SandboxOptions.Section)).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<SandboxOptions>, SandboxOptionsCheck>();
        builder.Services.AddHttpClient();
        builder.Services.AddSingleton(_ => new SandboxClock(TimeProvider.System));
        builder.Services.AddSingleton<TimeProvider>(services => services.GetRequiredService<SandboxClock>());
        builder.Services.AddSingleton<Agenda>();
        builder.Services.AddSingleton<SandboxAddress>();
        builder.Services.AddSingleton(services => new Seed(services.GetRequiredService<IOptions<SandboxOptions>>().Value.Seed));
        builder.Services.AddHostedService<LiveWorld>();
        foreach (var module in parts) { module.AddTo(builder.Services, builder.Configuration); }
        further?.Invoke(builder.Services);

        var app = builder.Build();
        var options = app.Services.GetRequiredService<IOptions<SandboxOptions>>().Value;
        if (options.Start is { } start) { app.Services.GetRequiredService<SandboxClock>().Set(start.ToUniversalTime()); }
        app.UseWebSockets();
        app.UseRouting();
        app.UseMiddleware<FaultMiddleware>();
        app.MapGet("/healthz", () => Results.Text("ok")).WithName("sandbox.health");
        foreach (var module in parts) { module.Map(app); }
        LogStart(app.Logger, options.Seed, options.Profile, options.Start);
        return app;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Sandbox with seed {Seed}, profile {Profile}, manual clock from {Start} (none = live)")]
    private static partial void LogStart(ILogger logger, int seed, SandboxProfile profile, DateTimeOffset? start);
}
