using System.Runtime.CompilerServices;
using Nirmaan.Sandbox.Networks.Heurist;

namespace Nirmaan.Sandbox.Miners;

/// <summary>
/// Heurist's text miner (llm-miner-starter.sh and llm-miner.py): waits for its model server, then four processes poll under one miner id.
/// Prints its start to stdout and logs its work to <c>llm-miner_&lt;miner id&gt;.log</c>.
/// </summary>
public sealed class HeuristTextMiner(MinerSetup setup, ISequencerLink link, IMinerLog log, TimeProvider clock) : MinerProgram(setup, log, clock)
{
    private const string Version = "llm-v1.2.0";
    private const int Processes = 4;
    private static readonly TimeSpan s_sleep = TimeSpan.FromSeconds(2), s_wait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_signalEvery = TimeSpan.FromSeconds(600), s_heartbeatEvery = TimeSpan.FromSeconds(60);

    private readonly string _modelId = setup.Get("HEURIST_MODEL_ID")
        ?? (setup.VramGb * setup.Gpus >= 28 ? "openhermes-mixtral-8x7b-gptq" : "openhermes-2.5-mistral-7b-gptq");
    private readonly string _minerId = setup.MinerIds() is [var id, ..] ? id : "";
    private readonly string _file = $"llm-miner_{(setup.MinerIds() is [var id, ..] ? id : "")}.log";
    private DateTimeOffset _heartbeatAt = DateTimeOffset.MinValue;

    /// <inheritdoc />
    public override async IAsyncEnumerable<TimeSpan> StartAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        if (Setup.Gpus == 0) { Fail($"ERROR: nvidia-smi tool not found"); }
        if (_minerId.Length == 0) { Fail($"ERROR: MINER_ID_0 not found in .env"); }
        if (HeuristModels.Find(_modelId) is not { Kind: PointKind.Llama } model)
        {
            Fail($"ERROR: Heurist Model ID '{_modelId}' not found in models.json.");
            yield break;
        }
        // The starter's exit is lost in a subshell: the program goes on without a model server and waits for ever.
        var fits = model.VramGb <= Setup.VramGb * Setup.Gpus;
        if (!fits) { Log.Print($"ERROR: Insufficient VRAM. {model.VramGb} GB are needed, {Setup.VramGb * Setup.Gpus} GB are there."); }
        for (var left = TimeSpan.FromSeconds(model.FileGb / Setup.GigabytesPerSecond) + Setup.LoadPerGigabyte * model.FileGb; left > TimeSpan.Zero || !fits; left -= s_wait)
        {
            Log.Print($"Model {_modelId} is not ready. Waiting for LLM Server to finish loading the model to start.");
            yield return left > TimeSpan.Zero && left < s_wait ? left : s_wait;
        }
        var seconds = GpuSpeeds.TextSeconds(Setup.Gpu, Setup.Gpus, model.Base, 20, 120);
        yield return TimeSpan.FromSeconds(seconds);
        Log.Print($"Test prompt with {_modelId}. Completed processing 120 tokens. Time: {seconds:F2}s. Tokens/s: {120 / seconds:F2}");
        if (120 / seconds < 5) { Log.Print($"Warning: Inference speed is too slow"); }
        Write("INFO", $"LLM miner started");
    }

    /// <inheritdoc />
    public override IEnumerable<IAsyncEnumerable<TimeSpan>> Workers(CancellationToken cancellationToken) =>
        Enumerable.Range(0, Processes).Select(_ => MineAsync(HeuristModels.Find(_modelId)!, cancellationToken)).Prepend(SignalAsync(cancellationToken));

    private async IAsyncEnumerable<TimeSpan> SignalAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await link.SignalAsync(new MinerSignal(_minerId, "LLM", _modelId, Version: Version), cancellationToken);
            yield return s_signalEvery;
        }
    }

    private async IAsyncEnumerable<TimeSpan> MineAsync(HeuristModel model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var beats = Now >= _heartbeatAt;
            if (beats) { _heartbeatAt = Now + s_heartbeatEvery; }
            var askedAt = Now;
            var (answer, failure) = await link.RequestAsync(new MinerRequest(_minerId, model.Id, 1, beats ? Setup.GpuName : null, beats ? Version : null), cancellationToken);
            switch (answer)
            {
                case JobAnswer.Given { Job: { ModelInput.Llm: { } input } job }:
                    Write("INFO", $"Processing Request ID: {job.JobId}. Model ID: {job.ModelId}.");
                    var text = Answer(input);
                    var tokens = Filler.Tokens(text);
                    var latency = (Now - askedAt).TotalSeconds;
                    var inference = Setup.Jitter(GpuSpeeds.TextSeconds(Setup.Gpu, Setup.Gpus, model.Base, Filler.Tokens(input.Prompt), tokens));
                    yield return inference;
                    // One of four texts at a time loads the card with about two fifths.
                    Busy += inference * 0.4;
                    Write("INFO", $"Completed processing {tokens} tokens. Time: {inference.TotalSeconds:F2}s. Tokens/s: {tokens / inference.TotalSeconds:F2}");
                    var result = new Submission(_minerId.ToLowerInvariant(), job.JobId, new JobResult(null, text), latency, null, inference.TotalSeconds, null);
                    if (await link.SubmitAsync(result, input.UseStream, cancellationToken))
                    {
                        CountJob();
                        Write("INFO", $"Result submitted successfully for job_id: {job.JobId}");
                    }
                    else { Write("WARNING", $"No response received for the result of {job.JobId}."); }
                    break;
                case JobAnswer.NoJob none:
                    Write("INFO", $"Response from server for miner_id {_minerId}: \"NJ\"");
                    Write("INFO", $"No job received.");
                    yield return none.Ahead > s_sleep ? none.Ahead : s_sleep;
                    break;
                case JobAnswer.Warned warned:
                    Log.Print($"{warned.Text}");
                    yield return s_sleep;
                    break;
                default:
                    Write("WARNING", $"{failure ?? "Request failed with status code 429"}");
                    yield return s_sleep;
                    break;
            }
        }
    }

    // A model that understood the question names its subject: the answer begins with the prompt's last words.
    private string Answer(TextInput input)
    {
        var prompt = input.Prompt.AsSpan().TrimEnd("\"}] ");
        var subject = prompt[Math.Max(0, prompt.Length - 24)..];
        var tokens = (int)(Math.Min(input.MaxTokens, 4096) * (0.56 + 0.44 * Setup.Chance.NextDouble()));
        return string.Concat(subject, Filler.Words(tokens - subject.Length / 4));
    }

    private void Fail(FormattableString line)
    {
        Log.Print(line);
        throw new MinerExitException(1);
    }

    private void Write(string level, FormattableString message) => Log.Write(_file, level, Now, message);
}
