using Nirmaan.Agent.Gpu;
using Nirmaan.Agent.Heartbeats;
using Nirmaan.Agent.Http;
using Nirmaan.Agent.Miner;

namespace Nirmaan.Agent;

/// <summary>All parts together, from the check of the machine to the last heartbeat.</summary>
internal sealed class AgentProcess : IDisposable
{
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(5);

    private readonly Options _options;
    private readonly TimeProvider _clock;
    private readonly Journal _journal;
    private readonly MinerStatus _status;
    private readonly GpuWatch _gpus;
    private readonly Spool _spool;
    private readonly Pulse _pulse;
    private readonly Delivery? _delivery;
    private readonly Surface _surface;
    private Template? _template;
    private string _check = "unknown";

    internal AgentProcess(Options options, Journal journal, TimeProvider clock)
    {
        (_options, _journal, _clock) = (options, journal, clock);
        _status = new MinerStatus(clock);
        _gpus = new GpuWatch(new NvidiaSmi(), journal);
        _surface = new Surface(options.Port, Status, new LogsPage(journal, options.Token));
        _spool = OpenSpool();
        _pulse = new Pulse(options, _status, () => _template?.Payout?.Env, _gpus, _spool, journal, clock);
        _delivery = options.ControlUrl is null ? null : new Delivery(options, _spool, _pulse, journal, clock);
        if (_delivery is null) { journal.Warn("AGENT_CONTROL_URL is not set: heartbeats are only kept on disk"); }
    }

    /// <summary>Runs until asked to stop; the miner has ended then and the last heartbeat has been tried.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        using var end = new CancellationTokenSource();
        var serving = _surface.RunAsync();
        var mining = MineAsync(stop);
        var beating = _pulse.RunAsync(end.Token);
        var sending = _delivery?.RunAsync(end.Token) ?? Task.CompletedTask;

        await mining;
        await end.CancelAsync();
        await Task.WhenAll(beating, sending);
        using var patience = new CancellationTokenSource(s_lastWords, _clock);
        try { await _pulse.BeatAsync(patience.Token); }
        catch (OperationCanceledException) { /* a hung nvidia-smi must not keep us */ }
        if (_delivery is not null) { await _delivery.FlushAsync(patience.Token); }
        _journal.Say("ended");
        _surface.Dispose();
        await serving;
    }

    public void Dispose()
    {
        _surface.Dispose();
        _delivery?.Dispose();
        _spool.Dispose();
    }

    /// <summary>Checks, then mines. What speaks against mining is told by the state, and the agent stays to tell it.</summary>
    private async Task MineAsync(CancellationToken stop)
    {
        try
        {
            _template = Template.Parse(_options.TemplateJson);
            var rules = new LogRules(_template.Logs?.Rules ?? []);
            _journal.Hide(_template.SecretEnv.Select(Environment.GetEnvironmentVariable));
            CheckEnvironment(_template);
            CheckMachine(await _gpus.ReadAsync(stop), _template);
            await new Supervisor(_options, _template, rules, _status, _journal, Environment.ProcessPath!, _clock).RunAsync(stop);
        }
        catch (FormatException e)
        {
            _status.Move(MinerState.Failed, e.Message);
            _journal.Say($"not started: {e.Message}");
            var asked = new TaskCompletionSource();
            await using (stop.Register(asked.SetResult)) { await asked.Task; }
            _status.Move(MinerState.Stopped, "asked to stop");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { _status.Move(MinerState.Stopped, "asked to stop"); }
    }

    private static void CheckEnvironment(Template template)
    {
        bool Missing(string name) => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)) && !template.Env.ContainsKey(name);
        // Without its address a miner would work for nobody.
        if (template.Payout?.Env is { } payout && Missing(payout)) { throw new FormatException($"{payout}: missing, expected the payout address."); }
        if (template.SecretEnv.FirstOrDefault(Missing) is { } secret) { throw new FormatException($"{secret}: missing, expected a secret of the template."); }
    }

    private void CheckMachine(GpuReport report, Template template)
    {
        var check = GpuCheck.Of(report, template.Needs, _options.ExpectedGpu);
        foreach (var warning in check.Warnings) { _journal.Warn(warning); }
        _check = check.Mismatch is not null ? "mismatch" : report.Gpus is null ? "unknown" : "matched";
        if (check.Mismatch is { } mismatch) { throw new FormatException($"wrong machine: {mismatch}."); }
    }

    private Spool OpenSpool()
    {
        try { return new Spool(_options.StateFolder, _options.SpoolBytes); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var instead = Path.Combine(Path.GetTempPath(), $"nirmaan-agent-{_options.Port}");
            _journal.Warn($"AGENT_STATE_DIR '{_options.StateFolder}' cannot be used ({e.Message}); heartbeats are kept in {instead}");
            return new Spool(instead, _options.SpoolBytes);
        }
    }

    private StatusAnswer Status()
    {
        var (now, at, gpus) = (_status.Now, _clock.GetUtcNow(), _gpus.Last);
        return new StatusAnswer(
            _pulse.BootId, at, _template is { } t ? new(t.Name, t.Version, t.Network, t.Workload) : null,
            now.State, now.Reason, now.Since, now.JobsDone, now.LastJobAt,
            new(now.ProcessId, now.StartedAt, now.Restarts, now.NextStartAt, (now.NextStartAt - at)?.TotalSeconds),
            new(_check, gpus.Gpus is [var first, ..] ? first.DriverVersion : null, gpus.CudaVersion, gpus.Gpus),
            new(_pulse.Sequence, _spool.Unsent, _spool.Dropped, _delivery?.Rejected ?? 0, _delivery?.LastAcceptedAt, _delivery?.Problem,
                _pulse.Every.TotalSeconds),
            _journal.Warnings, LastLines: null);
    }
}
