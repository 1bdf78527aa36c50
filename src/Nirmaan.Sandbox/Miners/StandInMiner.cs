using System.Globalization;
using System.Runtime.InteropServices;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Miners;

/// <summary>
/// A miner as a real process without a card: <c>Nirmaan.Sandbox miner heurist-sd|heurist-llm|morpheus-llm</c>. It prints the network's
/// lines, talks to the sequencer over HTTP or serves chat completions, and takes as long as the card that nvidia-smi names would take.
/// </summary>
/// <remarks>
/// Environment: MINER_ID_0.., HEURIST_BASE_URL (with path), HEURIST_MODEL_ID; MODEL_ID, MODEL_NAME, MODEL_PORT (8000).
/// MINER_GPU (a canonical id, for example rtx-a6000) and MINER_VRAM_GB stand in for nvidia-smi where there is none.
/// MINER_GB_PER_SECOND (1) and MINER_LOAD_SECONDS_PER_GB (0.5) say how fast files arrive and load: faster than life, so that a demo can be watched.
/// Exit codes: 0 stopped by a signal, 1 the miner gave up as its real counterpart would, 2 called wrongly.
/// </remarks>
public static class StandInMiner
{
    /// <summary>Runs the miner until SIGTERM or Ctrl-C.</summary>
    /// <param name="args">"miner" and the workload.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ["miner", MinerWorkload.HeuristSd or MinerWorkload.HeuristLlm or MinerWorkload.MorpheusLlm])
        {
            await Console.Error.WriteLineAsync($"usage: Nirmaan.Sandbox miner {MinerWorkload.HeuristSd}|{MinerWorkload.HeuristLlm}|{MinerWorkload.MorpheusLlm}");
            return 2;
        }
        using var end = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            end.Cancel();
        }

        using var log = new MinerLogFiles();
        var services = new ServiceCollection();
        services.AddHttpClient("sequencer", http => http.Timeout = TimeSpan.FromSeconds(10)).RemoveAllLoggers();
        await using var provider = services.BuildServiceProvider();
        try
        {
            var setup = await SetUpAsync(end.Token);
            var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("sequencer");
            var link = new HttpSequencerLink(http, setup.Get("HEURIST_BASE_URL") ?? "http://127.0.0.1:5290/heurist");
            using var listener = new ModelServerListener(int.Parse(setup.Get("MODEL_PORT") ?? "8000", CultureInfo.InvariantCulture));
            MinerProgram program = args[1] switch
            {
                MinerWorkload.HeuristSd => new HeuristImageMiner(setup, link, log, TimeProvider.System),
                MinerWorkload.HeuristLlm => new HeuristTextMiner(setup, link, log, TimeProvider.System),
                _ => new ModelServer(setup, log, TimeProvider.System, listener.Open)
            };
            await PlayAsync(program.StartAsync(end.Token), end);
            var workers = program.Workers(end.Token).Select(w => PlayAsync(w, end));
            if (program is ModelServer server) { workers = workers.Append(listener.RunAsync(server, end.Token)); }
            await Task.WhenAll(workers);
            return 0;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested) { return 0; }
        catch (MinerExitException exit) { return exit.Code; }
    }

    private static async Task PlayAsync(IAsyncEnumerable<TimeSpan> part, CancellationTokenSource end)
    {
        try
        {
            await foreach (var wait in part.WithCancellation(end.Token)) { await Task.Delay(wait, TimeProvider.System, end.Token); }
        }
        catch (MinerExitException)
        {
            // One part that gives up ends the program, as a worker's death ends the real one.
            await end.CancelAsync();
            throw;
        }
    }

    private static async Task<MinerSetup> SetUpAsync(CancellationToken cancellationToken)
    {
        var env = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");
        var (name, count, vramGb) = await GpuProbe.RunAsync(cancellationToken);
        if (count == 0 && env.GetValueOrDefault("MINER_GPU") is { Length: > 0 } gpu)
        {
            (name, count, vramGb) = (GpuSpeeds.NameOf(gpu), 1, Number(env, "MINER_VRAM_GB", 48));
        }
        var minerId = env.GetValueOrDefault("MINER_ID_0") ?? env.GetValueOrDefault("MODEL_ID") ?? "";
        var chance = new Seed(Environment.ProcessId).For(minerId);
        var uuid = chance.Next(0x1000000).ToString("x6", CultureInfo.InvariantCulture);
        return new MinerSetup(env, GpuSpeeds.Recognise(name) ?? name, name, count, vramGb, uuid, Number(env, "MINER_GB_PER_SECOND", 1),
            TimeSpan.FromSeconds(Number(env, "MINER_LOAD_SECONDS_PER_GB", 0.5)), chance);
    }

    private static double Number(Dictionary<string, string> env, string name, double otherwise) =>
        double.TryParse(env.GetValueOrDefault(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : otherwise;
}
