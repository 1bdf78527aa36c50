using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.IoNet;

/// <summary>Reads the newest lines of a container's two streams.</summary>
internal sealed class IoNetLogs(IIoNetApi api, IoNetInventory inventory, IoNetOptions options, TimeProvider clock)
{
    /// <summary>At most so many lines, stdout before stderr; a line that both streams carry is given once. Null = no container yet.</summary>
    /// <exception cref="SupplierUnavailableException">Not readable.</exception>
    public async Task<IReadOnlyList<LogLine>?> ReadTailAsync(string id, int lines, CancellationToken cancellationToken)
    {
        if (await inventory.ReadWorkerAsync(id, cancellationToken) is not { ContainerId: { Length: > 0 } container }) { return null; }
        async Task<IReadOnlyCollection<string>> ReadAsync(string stream) => await EventLines.ReadTailAsync(
            SupplierName.IoNet, id, token => api.OpenLogAsync(id, container, stream, token), lines, options.LogReadTime, cancellationToken) ?? [];
        var streams = await Task.WhenAll(ReadAsync("stdout"), ReadAsync("stderr"));
        var output = streams[0].ToHashSet(StringComparer.Ordinal);
        // The stream promises no time with a line.
        var now = clock.GetUtcNow();
        return [.. streams[0].Select(text => new LogLine(now, LogLine.SupplierOutput, text))
            .Concat(streams[1].Where(text => !output.Contains(text)).Select(text => new LogLine(now, LogLine.SupplierErrors, text))).TakeLast(lines)];
    }
}
