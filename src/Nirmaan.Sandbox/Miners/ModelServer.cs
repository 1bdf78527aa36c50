using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.Networks.Heurist;

namespace Nirmaan.Sandbox.Miners;

/// <summary>
/// The OpenAI-compatible model server behind a Morpheus provider, with vLLM's lines. It knows its on-chain id (MODEL_ID) and its name
/// (MODEL_NAME); who prompts it is the proxy-router's business.
/// </summary>
/// <param name="setup">What it found at its start.</param>
/// <param name="log">Where its lines go.</param>
/// <param name="clock">Its time.</param>
/// <param name="listen">Opens its port, when it has one: called once the model is loaded, before the line that says so.</param>
public sealed class ModelServer(MinerSetup setup, IMinerLog log, TimeProvider clock, Action? listen = null) : MinerProgram(setup, log, clock)
{
    private static readonly TimeSpan s_metricsEvery = TimeSpan.FromSeconds(10);

    /// <summary>vLLM states its throughput every ten seconds while it works, and then rarely.</summary>
    private static readonly TimeSpan s_idleMetricsEvery = TimeSpan.FromMinutes(5);

    private const string ModelType = "llm8b16b";
    private const double ModelGb = 15;
    private readonly Lock _gate = new();
    private (int Prompt, int Written) _since;
    private int _prompts;

    /// <summary>True from the moment prompts are answered.</summary>
    public bool Serving { get; private set; }

    /// <summary>The model's name on Morpheus.</summary>
    public string ModelName => Setup.Get("MODEL_NAME") ?? "model";

    /// <summary>The model's on-chain id: 0x and 64 hex digits.</summary>
    public string ModelId => Setup.Get("MODEL_ID") ?? "";

    /// <inheritdoc />
    public override async IAsyncEnumerable<TimeSpan> StartAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        Info($"api_server.py:585] vLLM API server version 0.6.3");
        if (Setup.Gpus == 0) { Fail($"RuntimeError: Failed to infer device type"); }
        if (ModelId.Length != 66 || ModelName.Length == 0) { Fail($"ValueError: MODEL_ID must be 0x and 64 hex digits, and MODEL_NAME must be set"); }
        Info($"llm_engine.py:237] Initializing an LLM engine (v0.6.3) with config: model='{ModelName}', served_model_name={ModelName}, dtype=torch.float16, max_seq_len=8192");
        yield return TimeSpan.FromSeconds(ModelGb / Setup.GigabytesPerSecond);
        Info($"model_runner.py:1056] Starting to load model {ModelName}...");
        yield return Setup.LoadPerGigabyte * ModelGb;
        if (ModelGb > Setup.VramGb * Setup.Gpus)
        {
            Fail($"torch.OutOfMemoryError: CUDA out of memory. Tried to allocate {ModelGb:F2} GiB. GPU 0 has a total capacity of {Setup.VramGb:F2} GiB");
        }
        Info($"model_runner.py:1067] Loading model weights took {ModelGb:F4} GB");
        Log.Print($"INFO:     Started server process [1]");
        Log.Print($"INFO:     Application startup complete.");
        Serving = true;
        listen?.Invoke();
        Log.Print($"INFO:     Uvicorn running on http://0.0.0.0:{Setup.Get("MODEL_PORT") ?? "8000"} (Press CTRL+C to quit)");
    }

    /// <inheritdoc />
    public override IEnumerable<IAsyncEnumerable<TimeSpan>> Workers(CancellationToken cancellationToken) => [MetricsAsync(cancellationToken)];

    /// <summary>Answers a chat completion: the answer's JSON and the time the card takes for it; null with a reason for a body that is none.</summary>
    public (string? Answer, TimeSpan Takes, string? Error) Complete(string body)
    {
        JsonNode? request;
        try { request = JsonNode.Parse(body); }
        catch (JsonException e) { return (null, default, $"body is not JSON: {e.Message}"); }
        if (request is not JsonObject || request["messages"] is not JsonArray { Count: > 0 } messages) { return (null, default, "messages: Field required"); }
        if (request["model"]?.ToString() is { } model && model != ModelName) { return (null, default, $"The model `{model}` does not exist."); }
        var prompt = messages[^1]?["content"]?.ToString() ?? "";
        lock (_gate)
        {
            var written = Math.Min((int?)request["max_tokens"] ?? 512, 60 + Setup.Chance.Next(300));
            var read = messages.Sum(m => Filler.Tokens(m?["content"]?.ToString() ?? ""));
            var takes = Setup.Jitter(GpuSpeeds.TextSeconds(Setup.Gpu, Setup.Gpus, ModelType, read, written));
            (_since, _prompts) = ((_since.Prompt + read, _since.Written + written), _prompts + 1);
            var first = takes * (GpuSpeeds.TextSeconds(Setup.Gpu, Setup.Gpus, ModelType, read, 0) / GpuSpeeds.TextSeconds(Setup.Gpu, Setup.Gpus, ModelType, read, written));
            Busy += takes;
            CountJob();
            Log.Print($"INFO:     127.0.0.1:0 - \"POST /v1/chat/completions HTTP/1.1\" 200 OK");
            var answer = new JsonObject
            {
                ["id"] = $"chatcmpl-{Setup.Chance.NextInt64():x16}",
                ["object"] = "chat.completion",
                ["created"] = Now.ToUnixTimeSeconds(),
                ["model"] = ModelName,
                ["choices"] = new JsonArray(new JsonObject
                {
                    ["index"] = 0,
                    ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = $"{prompt[^Math.Min(prompt.Length, 40)..]}: {Filler.Words(written)}" },
                    ["finish_reason"] = "stop"
                }),
                ["usage"] = new JsonObject { ["prompt_tokens"] = read, ["completion_tokens"] = written, ["total_tokens"] = read + written },
                // No field of the real one: its users measure, and played time cannot be measured from outside.
                ["x_sandbox"] = new JsonObject { ["seconds"] = takes.TotalSeconds, ["firstTokenSeconds"] = first.TotalSeconds }
            };
            return (answer.ToJsonString(), takes, null);
        }
    }

    private async IAsyncEnumerable<TimeSpan> MetricsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var (saidAt, saidPrompts) = (Now, -1);
        while (!cancellationToken.IsCancellationRequested)
        {
            lock (_gate)
            {
                if (_prompts != saidPrompts || Now - saidAt >= s_idleMetricsEvery)
                {
                    var seconds = Math.Max(1, (Now - saidAt).TotalSeconds);
                    var (read, written, running) = (_since.Prompt / seconds, _since.Written / seconds, _prompts != saidPrompts ? 1 : 0);
                    Info($"metrics.py:345] Avg prompt throughput: {read:F1} tokens/s, Avg generation throughput: {written:F1} tokens/s, {Queues(running)}");
                    (saidAt, saidPrompts, _since) = (Now, _prompts, default);
                }
            }
            yield return s_metricsEvery;
        }
    }

    private static string Queues(int running) =>
        $"Running: {running} reqs, Swapped: 0 reqs, Pending: 0 reqs, GPU KV cache usage: 0.4%, CPU KV cache usage: 0.0%.";

    private void Info(FormattableString text) => Log.Print($"INFO {Now:MM-dd HH:mm:ss} {FormattableString.Invariant(text)}");

    private void Fail(FormattableString line)
    {
        Log.Print(line);
        throw new MinerExitException(1);
    }
}
