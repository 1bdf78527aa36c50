using System.Globalization;
using System.Runtime.CompilerServices;
using Nirmaan.Sandbox.Networks.Heurist;

namespace Nirmaan.Sandbox.Miners;

/// <summary>
/// Heurist's image miner (sd-miner.py): one loop per card, each with its own miner id; prints its set-up to stdout and logs its work to
/// <c>sd-miner_&lt;card&gt;_&lt;miner id&gt;.log</c>. The image itself is not made: the card's time for it passes.
/// </summary>
public sealed class HeuristImageMiner(MinerSetup setup, ISequencerLink link, IMinerLog log, TimeProvider clock) : MinerProgram(setup, log, clock)
{
    private const string Version = "sd-v1.4.0";
    private const double DeadlineSeconds = 18;
    private static readonly TimeSpan s_sleep = TimeSpan.FromSeconds(2), s_signalEvery = TimeSpan.FromSeconds(600), s_heartbeatEvery = TimeSpan.FromSeconds(60);

    /// <inheritdoc />
    public override async IAsyncEnumerable<TimeSpan> StartAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        if (Setup.MinerIds().Count == 0)
        {
            Log.Print($"MINER_ID_0 is not set. Exiting...");
            throw new MinerExitException(1);
        }
        var model = DefaultModel();
        Log.Print($"Need to download 2 files, total size: {model.FileGb + 0.33:F2} GB");
        Log.Print($"Downloading file 1/2");
        yield return TimeSpan.FromSeconds(model.FileGb / Setup.GigabytesPerSecond);
        Log.Print($"Downloading file 2/2");
        yield return TimeSpan.FromSeconds(0.33 / Setup.GigabytesPerSecond);
        Log.Print($"All required model files are up to date. Miner is ready.");
        if (Setup.Gpus == 0)
        {
            Log.Print($"CUDA is not available. Exiting...");
            throw new MinerExitException(1);
        }
        Log.Print($"Creating processes for {Setup.MinerIds().Count} CUDA devices");
    }

    /// <inheritdoc />
    public override IEnumerable<IAsyncEnumerable<TimeSpan>> Workers(CancellationToken cancellationToken) =>
        Setup.MinerIds().Select((id, card) => MineAsync(id, $"sd-miner_{card.ToString(CultureInfo.InvariantCulture)}_{id}.log", cancellationToken));

    private async IAsyncEnumerable<TimeSpan> MineAsync(string id, string file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var model = DefaultModel();
        Write(file, "INFO", $"Found {Setup.Gpus} CUDA device(s).");
        Write(file, "INFO", $"CUDA is ready...");
        yield return LoadTime(model);
        if (model.VramGb > Setup.VramGb)
        {
            Write(file, "ERROR", $"Error in main function for cuda_device_id 0: CUDA out of memory. {model.Id} needs {model.VramGb} GB, the device has {Setup.VramGb} GB.");
            throw new MinerExitException(1);
        }
        Write(file, "INFO", $"Default model {model.Id} (base: {model.Base}) loaded successfully.");
        Write(file, "INFO", $"Model {model.Id} loaded in {LoadTime(model).TotalSeconds:F1} seconds.");

        var (heartbeatAt, signalAt) = (DateTimeOffset.MinValue, DateTimeOffset.MinValue);
        while (!cancellationToken.IsCancellationRequested)
        {
            if (Now >= signalAt)
            {
                signalAt = Now + s_signalEvery;
                var takes = new SignalOptions(Setup.Get("EXCLUDE_SDXL") == "yes");
                var wanted = await link.SignalAsync(new MinerSignal(id, "SD", model.Id, Setup.GpuName, Version, takes), cancellationToken);
                if (wanted is null) { Write(file, "ERROR", $"Failed to get a valid response from /miner_signal for miner_id {id}."); }
                else if (wanted != model.Id && HeuristModels.Find(wanted) is { Kind: PointKind.Waifu } next && next.VramGb <= Setup.VramGb)
                {
                    yield return LoadTime(next);
                    model = next;
                    Write(file, "INFO", $"Received model {model.Id} from the server, loaded successfully.");
                }
            }
            var beats = Now >= heartbeatAt;
            if (beats) { heartbeatAt = Now + s_heartbeatEvery; }
            var askedAt = Now;
            var (answer, failure) = await link.RequestAsync(new MinerRequest(id, model.Id, 1, beats ? Setup.GpuName : null, beats ? Version : null), cancellationToken);
            var latency = (Now - askedAt).TotalSeconds;
            switch (answer)
            {
                case JobAnswer.Given { Job: { ModelInput.Sd: { } image } job }:
                    Write(file, "INFO", $"Processing Request ID: {job.JobId}. Model ID: {job.ModelId}.");
                    var inference = Setup.Jitter(GpuSpeeds.ImageSeconds(Setup.Gpu, model.Base, image.Width, image.Height, image.NumIterations));
                    yield return inference;
                    Busy += inference;
                    var upload = Setup.Jitter(0.8);
                    yield return upload;
                    var lower = id.ToLowerInvariant();
                    var result = new Submission(lower, job.JobId, new JobResult($"{job.JobId}-{lower}.png", null), latency, 0, inference.TotalSeconds, upload.TotalSeconds);
                    if (await link.SubmitAsync(result, streamed: false, cancellationToken)) { Finished(file, result, (Now - askedAt).TotalSeconds); }
                    else { Write(file, "WARNING", $"No response received for the result of {job.JobId}."); }
                    break;
                case JobAnswer.NoJob none:
                    Write(file, "INFO", $"Response from server for miner_id {id}: \"NJ\"");
                    Write(file, "INFO", $"No job received.");
                    yield return none.Ahead > s_sleep ? none.Ahead : s_sleep;
                    break;
                case JobAnswer.Warned warned:
                    Log.Print($"{warned.Text}");
                    yield return s_sleep;
                    break;
                default:
                    Write(file, "WARNING", $"{failure ?? "Request failed with status code 429"}");
                    yield return s_sleep;
                    break;
            }
        }
    }

    private void Finished(string file, Submission result, double total)
    {
        CountJob();
        Write(file, "INFO", $"Request ID {result.JobId} completed. Total time: {total:F2} s");
        var (request, loading, inference, upload) = (result.RequestLatency, result.LoadingLatency ?? 0, result.InferenceLatency, result.UploadLatency ?? 0);
        Write(file, "INFO", $"Latencies - Request: {request:F2} s, Loading: {loading:F2} s, Inference: {inference:F2} s, Upload: {upload:F2} s");
        if (total > DeadlineSeconds)
        {
            Log.Print($"Warning: the previous request timed out. You will not earn points. Please check miner configuration or network connection.");
        }
    }

    private HeuristModel DefaultModel()
    {
        var id = Setup.Get("HEURIST_MODEL_ID") ?? (Setup.Get("EXCLUDE_SDXL") == "yes" ? "BluePencilRealistic" : "AnimagineXL");
        if (HeuristModels.Find(id) is { Kind: PointKind.Waifu } model) { return model; }
        Log.Print($"Specified model ID {id} not found locally. Exiting...");
        throw new MinerExitException(1);
    }

    private TimeSpan LoadTime(HeuristModel model) => Setup.LoadPerGigabyte * model.FileGb;

    private void Write(string file, string level, FormattableString message) => Log.Write(file, level, Now, message);
}
