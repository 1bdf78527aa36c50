using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>
/// Heurist's season, replayed: the miners' side under /heurist (base_url and signal_url at once) and the stats service. Beside them
/// GET /heurist/network, which the real network lacks.
/// </summary>
public sealed class HeuristModule : ISandboxModule
{
    /// <inheritdoc />
    public void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<HeuristOptions>().Bind(configuration.GetSection("Sandbox:Heurist"))
            .Validate(o => o.LlamaHeuPerDay >= 0 && o.WaifuHeuPerDay >= 0, "Sandbox:Heurist:LlamaHeuPerDay and WaifuHeuPerDay are HEU per day and must not be negative.")
            .Validate(o => o.DaysBefore >= 0, "Sandbox:Heurist:DaysBefore is in days and must not be negative.")
            .ValidateOnStart();
        services.TryAddSingleton<HeuristMarket>();
        services.TryAddSingleton<OtherOperators>();
        services.TryAddSingleton<Sequencer>();
        services.AddSingleton<IWorldPart, HeuristTruth>();
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/heurist/miner_request", RequestAsync).WithName("heurist.request");
        routes.MapPost("/heurist/miner_submit", SubmitAsync).WithName("heurist.submit");
        routes.MapPost("/heurist/miner_submit_stream", SubmitStreamAsync).WithName("heurist.submit-stream");
        routes.MapPost("/heurist/miner_signal", SignalAsync).WithName("heurist.signal");
        routes.MapGet("/heurist/stats", Stats).WithName("heurist.stats");
        routes.MapGet("/heurist/network", Network).WithName("heurist.network");
        HeuristEvents.Map(routes);

        var (sequencer, clock) = (routes.ServiceProvider.GetRequiredService<Sequencer>(), routes.ServiceProvider.GetRequiredService<SandboxClock>());
        routes.ServiceProvider.GetRequiredService<Agenda>().Every(TimeSpan.FromHours(1), "other Heurist operators mine", _ =>
        {
            sequencer.AdvanceOthers(clock.GetUtcNow());
            return Task.FromResult(true);
        });
    }

    private static async Task<IResult> RequestAsync(HttpRequest http, Sequencer sequencer, SandboxClock clock, CancellationToken cancellationToken)
    {
        if (await ReadAsync(http, HeuristJson.Default.MinerRequest, cancellationToken) is not { } request)
        {
            return Bad("body: a JSON object with miner_id and model_id was expected");
        }
        try
        {
            return sequencer.Request(request, clock.GetUtcNow()) switch
            {
                JobAnswer.Given given => Json(given.Job, HeuristJson.Default.HeuristJob),
                JobAnswer.Warned warned => Json(warned.Text, HeuristJson.Default.String),
                JobAnswer.TooFast => Results.Text("Too Many Requests", "text/plain", statusCode: StatusCodes.Status429TooManyRequests),
                _ => Json("NJ", HeuristJson.Default.String)
            };
        }
        catch (ArgumentException e) { return Bad(e.Message); }
    }

    private static async Task<IResult> SubmitAsync(HttpRequest http, Sequencer sequencer, SandboxClock clock, CancellationToken cancellationToken) =>
        await ReadAsync(http, HeuristJson.Default.Submission, cancellationToken) is { Result: not null } submission
            ? Take(submission, sequencer, clock) : Bad("body: a JSON object with miner_id, job_id and result was expected");

    /// <summary>The streamed form: job and miner in headers, the text as server-sent events up to [DONE].</summary>
    private static async Task<IResult> SubmitStreamAsync(HttpRequest http, Sequencer sequencer, SandboxClock clock, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(http.Body);
        var text = new System.Text.StringBuilder();
        var done = false;
        while (!done && await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!line.StartsWith("data:", StringComparison.Ordinal)) { continue; }
            var data = line["data:".Length..].TrimStart(' ');
            if (data == "[DONE]") { done = true; } else { text.Append(StreamedText.Delta(data)); }
        }
        if (!done) { return Bad("the stream ended without [DONE]"); }
        var (minerId, jobId) = (http.Headers["miner_id"].ToString(), http.Headers["job_id"].ToString());
        return Take(new Submission(minerId, jobId, new JobResult(null, text.ToString()), 0, null, 0, null), sequencer, clock);
    }

    private static async Task<IResult> SignalAsync(HttpRequest http, Sequencer sequencer, SandboxClock clock, CancellationToken cancellationToken)
    {
        if (await ReadAsync(http, HeuristJson.Default.MinerSignal, cancellationToken) is not { } signal)
        {
            return Bad("body: a JSON object with miner_id and model_type was expected");
        }
        try { return Json(sequencer.Signal(signal, clock.GetUtcNow()), HeuristJson.Default.SignalAnswer); }
        catch (ArgumentException e) { return Bad(e.Message); }
    }

    private static IResult Stats(string? minerId, Sequencer sequencer, SandboxClock clock, IOptions<HeuristOptions> options)
    {
        if (string.IsNullOrEmpty(minerId)) { return Bad("minerId is missing"); }
        var now = clock.GetUtcNow();
        sequencer.AdvanceOthers(now);
        var json = JsonSerializer.Serialize(sequencer.Stats(minerId, now), HeuristJson.Default.HeuristStats);
        return Results.Text(options.Value.StatsAsText ? JsonSerializer.Serialize(json, HeuristJson.Default.String) : json, "application/json");
    }

    private static IResult Network(Sequencer sequencer, OtherOperators others, HeuristMarket market, SandboxClock clock, IOptions<HeuristOptions> options)
    {
        var now = clock.GetUtcNow();
        sequencer.AdvanceOthers(now);
        var (total, today) = (others.Total, others.Day(DateOnly.FromDateTime(now.UtcDateTime)));
        return Results.Json(new
        {
            sandboxOnly = true,
            note = "No public source gives these figures; the sandbox knows them because it plays the other operators.",
            season = "season 1, replayed",
            rulesAsOf = options.Value.RulesAsOf,
            at = now,
            totalLlamaPoints = decimal.Round(total.Llama, 4),
            totalWaifuPoints = decimal.Round(total.Waifu, 4),
            todayLlamaPoints = decimal.Round(today.Llama, 4),
            todayWaifuPoints = decimal.Round(today.Waifu, 4),
            llamaHeuPerDay = options.Value.LlamaHeuPerDay,
            waifuHeuPerDay = options.Value.WaifuHeuPerDay,
            models = HeuristModels.All.Select(m => new
            {
                modelId = m.Id,
                points = m.Kind == PointKind.Llama ? "llama" : "waifu",
                multiplier = PointRules.Multiplier(m, options.Value.RulesAsOf),
                minersOfOthers = (int)market.Others(m, now),
                minersOfOurs = sequencer.Ours(m.Id, now),
                jobsPerHourWanted = decimal.Round((decimal)market.Wanted(m, now) * 3600, 1),
                othersPointsPerHour = decimal.Round(others.PerHour(m, sequencer.Ours(m.Id, now), now), 4)
            })
        }, JsonSerializerOptions.Web);
    }

    private static IResult Take(Submission submission, Sequencer sequencer, SandboxClock clock)
    {
        try
        {
            return sequencer.Submit(submission, clock.GetUtcNow()) == SubmitAnswer.Unknown
                ? Bad($"job_id: no job '{submission.JobId}' was given to {submission.MinerId}") : Json("OK", HeuristJson.Default.String);
        }
        catch (ArgumentException e) { return Bad(e.Message); }
    }

    private static async Task<T?> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken) where T : class
    {
        try { return await JsonSerializer.DeserializeAsync(request.Body, type, cancellationToken); }
        catch (JsonException) { return null; }
    }

    private static IResult Json<T>(T value, JsonTypeInfo<T> type) => Results.Json(value, type);

    private static IResult Bad(string error) => Results.Json(new { error }, statusCode: StatusCodes.Status400BadRequest);
}
