using Nirmaan.Sandbox.Containers;

namespace Nirmaan.Sandbox.Tests.Shared;

/// <summary>A miner that loads on its second tick, then does two jobs per tick; with CRASH=1 it breaks on its third.</summary>
internal sealed class FakeMiner(bool crashes) : ISimulatedMiner
{
    private int _ticks;

    public int JobsDone { get; private set; }

    public DateTimeOffset? LastJobAt { get; private set; }

    public double Utilisation => JobsDone > 0 ? 0.5 : 0;

    /// <summary>Rules by which an agent reads it, needing 24 GB on one card.</summary>
    public const string Template = """
        {"name":"fake","workload":"fake","command":["run"],"needs":{"minVramGb":24,"gpus":1},"payout":{"kind":"evm-address","env":"MINER_ID_0"},
         "logs":{"files":[],"rules":[{"match":"^Downloading","state":"installing"},{"match":"^Ready$","state":"serving"},{"match":"^Job \\d+ done","state":"working","reason":"job-done"},{"match":"^FATAL","state":"failed","reason":"broken"}]}}
        """;

    public Task StartAsync(CancellationToken c) => Task.CompletedTask;

    public Task<IReadOnlyList<string>> TickAsync(DateTimeOffset now, CancellationToken c)
    {
        _ticks++;
        if (_ticks == 1) { return Lines("Downloading file 1/1"); }
        if (_ticks == 2) { return Lines("Ready"); }
        if (crashes) { return Lines("FATAL out of memory"); }
        (JobsDone, LastJobAt) = (JobsDone + 2, now);
        return Lines($"Job {JobsDone - 1} done", $"Job {JobsDone} done");
    }

    public Task<string?> PromptAsync(string body, CancellationToken c) => Task.FromResult<string?>($"echo {body}");

    private static Task<IReadOnlyList<string>> Lines(params string[] lines) => Task.FromResult<IReadOnlyList<string>>(lines);

    /// <summary>Plays every container whose template's workload is fake.</summary>
    public sealed class Play : IMinerPlay
    {
        public bool Plays(ContainerSpec spec) => spec.Env.TryGetValue("AGENT_TEMPLATE", out var template)
            && template.Contains("\"workload\":\"fake\"", StringComparison.Ordinal);

        public ISimulatedMiner Create(ContainerSpec spec) => new FakeMiner(spec.Env.ContainsKey("CRASH"));
    }
}
