using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Nirmaan.Sandbox.World;

/// <summary>Where this sandbox is reached: by option, else the first address it listens on (known once it has started).</summary>
public sealed class SandboxAddress(IServer server, IOptions<SandboxOptions> options)
{
    /// <summary>Base address without a trailing slash, for example <c>http://127.0.0.1:5290</c>.</summary>
    /// <exception cref="InvalidOperationException">The server has not started yet and no address is configured.</exception>
    public string Url => (options.Value.Url?.ToString() ?? server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
        ?? throw new InvalidOperationException("The sandbox listens on no address yet; set Sandbox:Url.")).TrimEnd('/');
}
