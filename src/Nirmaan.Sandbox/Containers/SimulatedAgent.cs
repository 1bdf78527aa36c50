using System.Text.Json.Nodes;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Containers;

/// <summary>
/// The agent of one container, played in this process: it checks the card against the template's needs, runs the miner, maps its lines to
/// states by the template's rules, and queues a heartbeat per tick, as the real one does per minute.
/// </summary>
internal sealed class SimulatedAgent(Container container, IMinerPlay? play, SandboxClock clock, Seed seed) : IContainerBody
{
    private static readonly TimeSpan s_restartAfter = TimeSpan.FromMinutes(5);
    private readonly AgentTemplate? _template = container.Spec.Env.TryGetValue("AGENT_TEMPLATE", out var text) ? AgentTemplate.Read(text) : null;
    private readonly Guid _bootId = NewBootId(seed, container, clock.GetUtcNow());
    private ISimulatedMiner? _miner;
    private DateTimeOffset? _restartAt;
    private int _earlierJobs;
    private DateTimeOffset? _lastJobAt;
    private long _sequence;

    /// <inheritdoc />
    public string Kind => "in-process";

    /// <inheritdoc />
    public bool IsHealthy { get; private set; }

    /// <inheritdoc />
    public string State { get; private set; } = "installing";

    /// <inheritdoc />
    public string? Reason { get; private set; }

    /// <inheritdoc />
    public int JobsDone => _earlierJobs + (_miner?.JobsDone ?? 0);

    /// <inheritdoc />
    public string? Url => null;

    /// <summary>Unsent heartbeats; null when the container names no control plane.</summary>
    public HeartbeatOutbox? Outbox { get; } = container.Spec.Env.TryGetValue("AGENT_CONTROL_URL", out var url)
        && container.Spec.Env.TryGetValue("AGENT_TOKEN", out var token)
        ? new HeartbeatOutbox(url, token)
        : null;

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        IsHealthy = true;
        if (Unfit() is { } why)
        {
            (State, Reason) = ("failed", why);
            Print("stderr", $"agent: {why}");
        }
        else { await StartMinerAsync(cancellationToken); }
        Beat();
    }

    /// <summary>Runs the miner on to now and queues a heartbeat. Ticks are made one container after the other, so that one seed gives one history.</summary>
    public async Task TickAsync(CancellationToken cancellationToken)
    {
        if (!IsHealthy) { return; }
        var now = clock.GetUtcNow();
        if (_restartAt <= now)
        {
            _restartAt = null;
            await StartMinerAsync(cancellationToken);
        }
        if (_miner is { } miner)
        {
            foreach (var line in await miner.TickAsync(now, cancellationToken)) { Read(line); }
            _lastJobAt = miner.LastJobAt ?? _lastJobAt;
            if (State == "failed")
            {
                // The agent kills a miner that its rules call failed, and starts it again after a pause.
                (_earlierJobs, _miner, _restartAt) = (JobsDone, null, now + s_restartAfter);
            }
        }
        Beat();
    }

    /// <inheritdoc />
    public Task EndAsync(bool atOnce)
    {
        if (IsHealthy && !atOnce)
        {
            State = "stopped";
            Beat();
        }
        (IsHealthy, _miner) = (false, null);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<string?> PromptAsync(string body, CancellationToken cancellationToken) =>
        IsHealthy && _miner is { } miner ? miner.PromptAsync(body, cancellationToken) : Task.FromResult<string?>(null);

    private async Task StartMinerAsync(CancellationToken cancellationToken)
    {
        if (play is null)
        {
            (State, Reason) = ("serving", "no simulated miner plays this image");
            return;
        }
        (State, Reason) = ("installing", null);
        _miner = play.Create(container.Spec);
        await _miner.StartAsync(cancellationToken);
    }

    private string? Unfit()
    {
        if (_template is null) { return container.Spec.Env.ContainsKey("AGENT_TEMPLATE") ? "AGENT_TEMPLATE is no template" : null; }
        var (gpu, spec) = (container.Gpu, container.Spec);
        if (_template.Gpus > spec.GpuCount) { return $"the template needs {_template.Gpus} GPUs, the machine has {spec.GpuCount}"; }
        if (_template.MinVramGb > gpu.VramGb) { return $"the template needs {_template.MinVramGb} GB of GPU memory, {gpu.Name} has {gpu.VramGb} GB"; }
        return spec.Env.TryGetValue("AGENT_EXPECTED_GPU", out var expected) && expected.Length > 0 && expected != gpu.Id
            && !gpu.Name.Contains(expected, StringComparison.OrdinalIgnoreCase)
            ? $"expected GPU {expected}, found {gpu.Name}"
            : null;
    }

    private void Read(string line)
    {
        Print("stdout", line);
        if (_template?.Tell(line) is not { } told) { return; }
        if (told.State is { Length: > 0 } state) { (State, Reason) = (state, told.Reason); }
    }

    private void Beat()
    {
        if (Outbox is null) { return; }
        var now = clock.GetUtcNow();
        var (gpu, busy) = (container.Gpu, _miner?.Utilisation ?? 0);
        var cards = Enumerable.Range(0, container.Spec.GpuCount).Select(index => new JsonObject
        {
            ["index"] = index,
            ["name"] = gpu.Name,
            ["utilisation"] = Math.Round(100 * busy, 1),
            ["temperatureC"] = Math.Round(34 + 42 * busy),
            ["memoryUsedMb"] = State is "serving" or "working" or "idle" ? (int)(gpu.MemoryMb * 0.62) : 3,
            ["powerW"] = Math.Round(gpu.Watts * (0.08 + 0.84 * busy), 1),
        });
        Outbox.Add(new JsonObject
        {
            ["bootId"] = _bootId.ToString(),
            ["sequence"] = ++_sequence,
            ["sentAt"] = Wire.Zoned(now),
            ["state"] = State,
            ["gpus"] = new JsonArray([.. cards]),
            ["jobsDone"] = JobsDone,
            ["lastJobAt"] = _lastJobAt is { } last ? Wire.Zoned(last) : null,
            ["payouts"] = _miner is null ? null : new JsonArray([.. AgentTemplate.PayoutsOf(container.Spec.Env).Select(p => new JsonObject { ["source"] = $"environment {p.Key}", ["value"] = p.Value })]),
        });
    }

    private void Print(string stream, string line) => container.Log.Add(clock.GetUtcNow(), stream, line);

    private static Guid NewBootId(Seed seed, Container container, DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        seed.For($"boot:{container.Id}:{now.ToUnixTimeMilliseconds()}").NextBytes(bytes);
        return new Guid(bytes);
    }
}
