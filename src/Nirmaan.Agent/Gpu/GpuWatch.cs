namespace Nirmaan.Agent.Gpu;

/// <summary>The last known report of the GPUs, with the CUDA version of the first.</summary>
public sealed class GpuWatch(NvidiaSmi smi, Journal journal)
{
    private volatile GpuReport _last = new(null, null, "not read yet", IsBroken: false);

    /// <summary>The last report.</summary>
    public GpuReport Last => _last;

    /// <summary>Reads everything, for the check before a start.</summary>
    public async Task<GpuReport> ReadAsync(CancellationToken cancellationToken) => _last = await smi.ReadWithCudaAsync(cancellationToken);

    /// <summary>Reads what changes. Without the tool it is not asked for again and again.</summary>
    public async Task<GpuReport> RefreshAsync(CancellationToken cancellationToken)
    {
        if (_last is { Gpus: null, IsBroken: false }) { return _last; }
        var report = await smi.ReadAsync(cancellationToken);
        if (report.Problem is { } problem) { journal.Warn(problem); }
        return _last = report with { CudaVersion = _last.CudaVersion };
    }
}
