using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.Control;
using Nirmaan.Sandbox.Networks.Morpheus;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Containers;

/// <summary>
/// Every rented container. Suppliers start and stop them; on the manual clock an agent played in this process runs each one, live the first
/// ones are real processes.
/// </summary>
public sealed partial class ContainerYard(IEnumerable<IMinerPlay> plays, SandboxClock clock, Agenda agenda, Seed seed, Faults faults, SandboxAddress address,
    IHttpClientFactory http, IOptions<SandboxOptions> options, ILogger<ContainerYard> logger, IModelServers? models = null) : IWorldPart, IGoesLive
{
    private const int Senders = 16;
    private static readonly TimeSpan s_manualTick = TimeSpan.FromMinutes(5), s_liveTick = TimeSpan.FromMinutes(1);

    // While it warms up, a container is looked at every minute, so that the moments of its start-up are seen.
    private const int WarmUpTicks = 12;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Container> _containers = new(StringComparer.Ordinal);
    private readonly List<HeartbeatOutbox> _orphans = [];
    private readonly Dictionary<string, string> _modelHosts = [];
    private Task _sending = Task.CompletedTask;
    private bool _ticking;
    private volatile bool _isClosed;

    /// <summary>A container's health, seen from outside, may have changed. Raised outside of the yard's lock.</summary>
    public event Action<Container>? Changed;

    /// <inheritdoc />
    public string Name => "containers";

    /// <summary>All containers ever started, by id.</summary>
    public IReadOnlyList<Container> All { get { lock (_gate) { return [.. _containers.Values]; } } }

    /// <summary>The container of an id, or null.</summary>
    public Container? Find(string id) { lock (_gate) { return _containers.GetValueOrDefault(id); } }

    /// <summary>Pulls the image and then runs it; replaces what ran under this id before.</summary>
    public Container Start(string id, ContainerSpec spec, string site)
    {
        var wrong = faults.Take(spec.Supplier, new HashSet<string> { FaultKinds.WrongGpu }, id, $"{spec.Image} {spec.Gpu}") is not null;
        var env = AgentTemplate.Complete(spec.Env);
        if (faults.Take(spec.Supplier, new HashSet<string> { FaultKinds.OtherPayout }, id, $"{spec.Image} {spec.Gpu}") is not null) { AgentTemplate.PayElsewhere(env); }
        // In the real world the miner's image knows its sequencer; here the sandbox is it.
        if (env.ContainsKey("MINER_ID_0")) { env["HEURIST_BASE_URL"] = $"{address.Url}/heurist"; }
        var gpu = wrong ? Gpu.WrongFor(spec.Gpu) : Gpu.Of(spec.Gpu);
        var container = new Container(id, spec with { Env = env, Gpu = gpu.Id, VramGb = gpu.VramGb }, gpu, site);
        var draw = seed.For($"container:{id}");
        var pulledAt = clock.GetUtcNow().AddSeconds(20 + 60 * draw.NextDouble());
        Stop(id);
        lock (_gate)
        {
            _containers[id] = container;
            if (!_ticking)
            {
                _ticking = true;
                agenda.At(NextTick(), "container tick", TickAllAsync);
            }
        }
        container.Log.Add(clock.GetUtcNow(), "events", $"Pulling image {spec.Image}");
        agenda.At(pulledAt, $"start of container {id}", token => RunAsync(container, token));
        if (options.Value is { LossesPerMachineDay: > 0, IsStrict: false })
        {
            var days = -Math.Log(1 - draw.NextDouble()) / options.Value.LossesPerMachineDay;
            agenda.At(clock.GetUtcNow().AddDays(Math.Min(days, 10_000)), $"loss of the machine of {id}", _ => { Lose(container); return Task.CompletedTask; });
        }
        return container;
    }

    /// <summary>Ends a container with its lease; safe to repeat.</summary>
    public void Stop(string id)
    {
        if (Find(id) is { IsAlive: true } container) { End(container, ContainerPhase.Stopped); }
    }

    /// <summary>The machine under a container dies: nothing is said to anybody, least of all by the agent.</summary>
    public void Lose(Container container)
    {
        if (!container.IsAlive) { return; }
        container.Log.Add(clock.GetUtcNow(), "events", "machine lost");
        End(container, ContainerPhase.Lost);
    }

    /// <inheritdoc />
    public async Task GoLiveAsync(CancellationToken cancellationToken)
    {
        foreach (var container in All.Where(c => c.Phase == ContainerPhase.Running && c.Body is SimulatedAgent))
        {
            if (NewReal(container) is not { } real) { continue; }
            var played = container.Body!;
            await played.EndAsync(atOnce: true);
            Orphan(played);
            container.Body = real;
            await real.StartAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public object Describe() => All.Select(c => new
    {
        id = c.Id, supplier = c.Spec.Supplier, lease = c.Spec.LeaseId, image = c.Spec.Image, site = c.Site, phase = PhaseWord(c.Phase), kind = c.Body?.Kind,
        state = c.Body?.State, reason = c.Body?.Reason,
        healthy = c.IsHealthy, gpu = c.Gpu.Id, gpuCount = c.Spec.GpuCount, operation = c.Spec.Env.GetValueOrDefault("NIRMAAN_OPERATION"),
        startedAt = c.StartedAt, jobsDone = c.Body?.JobsDone ?? 0,
        heartbeatsSent = (c.Body as SimulatedAgent)?.Outbox?.Sent, heartbeatsWaiting = (c.Body as SimulatedAgent)?.Outbox?.Waiting, url = c.Body?.Url,
        lines = c.Log.Last(5).Select(l => l.Text),
    }).ToList();

    /// <summary>The container's address as a supplier publishes it: the same all its life, whatever runs in it.</summary>
    public string PublicUrl(Container container) => $"{address.Url}/sandbox/containers/{container.Id}/";

    /// <summary>Ends every real process; at the sandbox's own end.</summary>
    public Task EndAllAsync()
    {
        _isClosed = true;
        return Task.WhenAll(All.Select(c => c.Body).OfType<RealAgent>().Select(real => real.EndAsync(atOnce: false)));
    }

    private async Task RunAsync(Container container, CancellationToken cancellationToken)
    {
        if (container.Phase != ContainerPhase.Pulling || _isClosed) { return; }
        if (!ImageName.CanPull(container.Spec.Image))
        {
            container.Phase = ContainerPhase.PullFailed;
            container.Log.Add(clock.GetUtcNow(), "events", $"Failed to pull image \"{container.Spec.Image}\": not found");
            Changed?.Invoke(container);
            return;
        }
        container.Body = (IContainerBody?)NewReal(container) ?? new SimulatedAgent(container, plays.FirstOrDefault(p => p.Plays(container.Spec)), clock, seed);
        (container.Phase, container.StartedAt) = (ContainerPhase.Running, clock.GetUtcNow());
        container.Log.Add(clock.GetUtcNow(), "events", "Started container");
        if (ModelId(container) is { } model)
        {
            lock (_gate) { _modelHosts[model] = container.Id; }
            models?.Up(model, (body, token) => container.Body is { } host ? host.PromptAsync(body, token) : Task.FromResult<string?>(null));
        }
        await container.Body.StartAsync(cancellationToken);
        // The yard was closed while it started, and whoever closed it may not have seen it.
        if (_isClosed) { await container.Body.EndAsync(atOnce: true); }
        Changed?.Invoke(container);
        if (container.Body is SimulatedAgent) { WarmUp(container, 1); }
        await SendAsync([container], cancellationToken);
    }

    private void WarmUp(Container container, int tick) => agenda.At(clock.GetUtcNow().AddMinutes(1), $"warm-up of {container.Id}", async token =>
    {
        if (container is not { Phase: ContainerPhase.Running, Body: SimulatedAgent agent }) { return; }
        await agent.TickAsync(token);
        await SendAsync([container], token);
        if (tick < WarmUpTicks && agent.State is "installing" or "loading") { WarmUp(container, tick + 1); }
    });

    private void End(Container container, ContainerPhase phase)
    {
        container.Phase = phase;
        if (ModelId(container) is { } model)
        {
            bool ours;
            lock (_gate) { ours = _modelHosts.GetValueOrDefault(model) == container.Id && _modelHosts.Remove(model); }
            if (ours) { models?.Down(model); }
        }
        if (container.Body is { } body)
        {
            _ = LogFailureAsync(body.EndAsync(atOnce: phase == ContainerPhase.Lost), container.Id);
            if (phase != ContainerPhase.Lost) { Orphan(body); }
        }
        Changed?.Invoke(container);
    }

    private async Task TickAllAsync(CancellationToken cancellationToken)
    {
        agenda.At(NextTick(), "container tick", TickAllAsync);
        var running = All.Where(c => c is { Phase: ContainerPhase.Running, Body: SimulatedAgent }).ToList();
        foreach (var container in running)
        {
            if (container.Body is SimulatedAgent agent) { await agent.TickAsync(cancellationToken); }
        }
        await SendAsync(running, cancellationToken);
    }

    /// <summary>Sends what agents have to say: waited for on the manual clock, beside the world's course when live.</summary>
    private async Task SendAsync(IReadOnlyList<Container> containers, CancellationToken cancellationToken)
    {
        if (!clock.IsManual && !_sending.IsCompleted) { return; }
        List<HeartbeatOutbox> outboxes;
        lock (_gate)
        {
            _orphans.RemoveAll(o => o.Waiting == 0);
            outboxes = [.. containers.Select(c => (c.Body as SimulatedAgent)?.Outbox).OfType<HeartbeatOutbox>(), .. _orphans];
        }
        var client = http.CreateClient(nameof(ContainerYard));
        var sending = Parallel.ForEachAsync(outboxes, new ParallelOptions { MaxDegreeOfParallelism = Senders, CancellationToken = cancellationToken },
            async (outbox, token) => await outbox.SendAsync(client, clock.GetUtcNow(), token));
        if (clock.IsManual) { await sending; } else { _sending = LogFailureAsync(sending, "heartbeats"); }
    }

    private void Orphan(IContainerBody body)
    {
        if (body is SimulatedAgent { Outbox: { Waiting: > 0 } outbox }) { lock (_gate) { _orphans.Add(outbox); } }
    }

    private RealAgent? NewReal(Container container)
    {
        var real = options.Value.AgentPath is { } agent && !clock.IsManual
            && All.Count(c => c is { Phase: ContainerPhase.Running, Body: RealAgent }) < options.Value.RealProcesses
            && container.Spec.Env.ContainsKey("AGENT_CONTROL_URL");
        if (!real) { return null; }
        var body = new RealAgent(container, options.Value, clock, http, logger);
        body.Changed += c => Changed?.Invoke(c);
        return body;
    }

    private DateTimeOffset NextTick()
    {
        var (now, step) = (clock.GetUtcNow(), clock.IsManual ? s_manualTick : s_liveTick);
        return new DateTimeOffset(now.UtcTicks - now.UtcTicks % step.Ticks, TimeSpan.Zero) + step;
    }

    private async Task LogFailureAsync(Task task, string what)
    {
        try { await task; }
        catch (Exception e) { LogFailed(e, what); }
    }

    private static string? ModelId(Container container) => container.Spec.Env.TryGetValue("MODEL_ID", out var id) && id.Length > 0 ? id : null;

    /// <summary>The phase as the world's page words it.</summary>
    internal static string PhaseWord(ContainerPhase phase) => phase switch
    {
        ContainerPhase.Pulling => "pulling",
        ContainerPhase.PullFailed => "pull failed",
        ContainerPhase.Running => "running",
        ContainerPhase.Stopped => "stopped",
        _ => "lost",
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Container work failed: {What}")]
    private partial void LogFailed(Exception e, string what);
}
