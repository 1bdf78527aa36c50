using System.Net;
using System.Net.Sockets;
using Nirmaan.Domain.Notifications;

namespace Nirmaan.Web.Notifications;

/// <summary>
/// Connects to public addresses only. A receiver's name is looked up here and the very address that was checked is connected to, so that a name
/// which answers otherwise a moment later gains nothing (server-side request forgery by DNS rebinding).
/// </summary>
internal static class PublicDialer
{
    /// <summary>A handler without redirects and proxies.</summary>
    /// <param name="isPrivateAllowed">In the sandbox, whose receivers are on this machine.</param>
    public static SocketsHttpHandler Handler(bool isPrivateAllowed) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, isPrivateAllowed, cancellationToken),
    };

    /// <summary>False for loopback, private, link-local, shared, reserved and multicast addresses, in whatever notation.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) { address = address.MapToIPv4(); }
        var b = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // 2000::/3 is what is routed; in it 6to4, Teredo and documentation carry or mean other things.
            return (b[0] & 0xE0) == 0x20 && !(b[0] == 0x20 && b[1] == 0x02) && !(b[0] == 0x20 && b[1] == 0x01 && (b[2] is 0 or 1 || (b[2] == 0x0D && b[3] == 0xB8)));
        }
        return !(b[0] is 0 or 10 or 127 or >= 224 || (b[0] == 100 && (b[1] & 0xC0) == 64) || (b[0] == 169 && b[1] == 254) || (b[0] == 172 && (b[1] & 0xF0) == 16)
            || (b[0] == 192 && (b[1] == 168 || (b[1] == 0 && b[2] is 0 or 2) || (b[1] == 88 && b[2] == 99))) || (b[0] == 198 && (b[1] is 18 or 19 || (b[1] == 51 && b[2] == 100))) || (b[0] == 203 && b[1] == 0 && b[2] == 113));
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool isPrivateAllowed, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        if (!isPrivateAllowed && addresses.Any(a => !IsPublic(a))) { throw new NoticeRefusedException($"{target.Host} is not a public address"); }
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
