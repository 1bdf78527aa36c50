using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nirmaan.Control.Data;

/// <summary>A TCP port of this machine, remembered in a file so that tools find the server where it was.</summary>
internal static class LoopbackPort
{
    /// <summary>The remembered port if it is free and wanted, else any free one, remembered.</summary>
    internal static async Task<int> ChooseAsync(string record, bool lastIfFree, CancellationToken cancellationToken)
    {
        if (lastIfFree && File.Exists(record))
        {
            var text = await File.ReadAllTextAsync(record, cancellationToken);
            if (int.TryParse(text, CultureInfo.InvariantCulture, out var last) && IsFree(last)) { return last; }
        }
        using var any = new TcpListener(IPAddress.Loopback, 0);
        any.Start();
        var port = ((IPEndPoint)any.LocalEndpoint).Port;
        await File.WriteAllTextAsync(record, port.ToString(CultureInfo.InvariantCulture), cancellationToken);
        return port;
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException) { return false; }
    }
}
