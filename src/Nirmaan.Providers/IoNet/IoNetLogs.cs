using System.Runtime.CompilerServices;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Http;
using Nirmaan.Providers.Logs;

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

    /// <summary>
    /// Both streams as they are written. Nothing is documented of where a stream begins, and nothing times a line: what a new connection repeats is known by its text.
    /// </summary>
    public IAsyncEnumerable<LogBatch> FollowAsync(string id, string? cursor, CancellationToken cancellationToken) => new LogFollower(SupplierName.IoNet, id, options.RetryDelay).FollowAsync(
        [Source(id, "stdout", LogLine.SupplierOutput), Source(id, "stderr", LogLine.SupplierErrors)], cursor, cancellationToken);

    private LogSource Source(string id, string stream, string source)
    {
        async IAsyncEnumerable<WireLine> OpenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (await inventory.ReadWorkerAsync(id, cancellationToken) is not { ContainerId: { Length: > 0 } container })
            {
                throw await inventory.ReadDetailsAsync(id, cancellationToken) is null ? new NoLogException() : new SupplierUnavailableException(SupplierName.IoNet.Value, $"log of {id}: it has no container yet");
            }
            using var answer = await EventLines.OpenAsync(SupplierName.IoNet, id, token => api.OpenLogAsync(id, container, stream, token), cancellationToken);
            await foreach (var text in EventLines.FollowAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), cancellationToken))
            {
                yield return new WireLine(stream, new LogLine(clock.GetUtcNow(), source, text));
            }
        }
        return new LogSource((_, token) => OpenAsync(token), IsTimed: false, MostReplayed: 20_000);
    }
}
