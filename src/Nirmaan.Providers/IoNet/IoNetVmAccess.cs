using System.Globalization;
using System.Text.RegularExpressions;
using Nirmaan.Providers.Ssh;

namespace Nirmaan.Providers.IoNet;

/// <summary>
/// The way into a VM, out of the one text <c>ssh_access</c> in which io.net gives it. Its form is not documented: what a shell would take
/// (<c>ssh -p 2222 user@host</c>), <c>user@host:port</c> and <c>ssh://user@host:port</c> are read, and nothing else is guessed.
/// </summary>
internal static partial class IoNetVmAccess
{
    /// <summary>The door; null = the text is none of the known forms.</summary>
    /// <param name="id">The deployment, under which the VM's host key is kept.</param>
    public static SshDoor? Door(string id, string? access, IoNetVmOptions options)
    {
        // The id becomes the name of a file.
        if (!Guid.TryParse(id, out var deployment) || Form().Match(access?.Trim() ?? "") is not { Success: true } match) { return null; }
        var (user, host) = (match.Groups["user"].Value, match.Groups["host"].Value.Trim('[', ']'));
        if (!SshOptionsCheck.Word().IsMatch(user) || !SshOptionsCheck.Address().IsMatch(host)) { return null; }
        var ports = match.Groups["port"].Captures.Select(c => c.Value).Distinct().ToList();
        var port = 22;
        if (ports.Count > 1 || (ports.Count == 1 && !int.TryParse(ports[0], NumberStyles.None, CultureInfo.InvariantCulture, out port)) || port is < 1 or > 65535) { return null; }
        var name = deployment.ToString("D");
        return new SshDoor(name, host, port, user, options.IdentityFile, Path.Combine(options.KnownHostsFolder, name), name, options.TrustFirstHostKey);
    }

    [GeneratedRegex(@"^(ssh\s+)?(-p\s*(?<port>\d+)\s+)?(ssh://)?(?<user>[^\s@:]+)@(?<host>\[[0-9A-Fa-f:]+\]|[^\s@:]+)(:(?<port>\d+))?(\s+-p\s*(?<port>\d+))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
