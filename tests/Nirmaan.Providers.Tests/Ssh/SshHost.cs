using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nirmaan.Providers.Tests.Ssh;

/// <summary>A machine: an ssh server of this user's own on a free loopback port, with a docker that keeps its containers in a folder.</summary>
internal sealed class SshHost : IAsyncDisposable
{
    private readonly Process _server;

    private SshHost(Process server, string folder, int port) => (_server, Folder, Port) = (server, folder, port);

    /// <summary>Its folder: keys, known_hosts, and below <c>shim</c> what docker holds.</summary>
    public string Folder { get; }

    public int Port { get; }

    public string Shim => Path.Combine(Folder, "shim");

    public string Key => Path.Combine(Folder, "key");

    public string KnownHosts => Path.Combine(Folder, "known_hosts");

    public static async Task<SshHost> StartAsync()
    {
        var sshd = new[] { "/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd" }.FirstOrDefault(File.Exists);
        if (sshd is null) { Assert.Skip("There is no sshd here (Debian: openssh-server)."); }
        // Run by root, it wants this folder for its unprivileged half.
        if (Environment.UserName == "root") { Directory.CreateDirectory("/run/sshd"); }
        var folder = Directory.CreateTempSubdirectory("nirmaan-ssh-").FullName;
        string In(string name) => Path.Combine(folder, name);
        Directory.CreateDirectory(In("bin"));
        Directory.CreateDirectory(Path.Combine(In("shim"), "c"));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Ssh", "docker-shim.sh"), In("bin/docker"));
        if (OperatingSystem.IsLinux()) { File.SetUnixFileMode(In("bin/docker"), (UnixFileMode)0b111_101_101); }
        foreach (var name in new[] { "host", "key" }) { await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", In(name)); }
        File.Copy(In("key.pub"), In("authorized_keys"));
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        var number = port.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(In("known_hosts"), $"[127.0.0.1]:{number} {string.Join(' ', (await File.ReadAllTextAsync(In("host.pub"))).Split(' ')[..2])}\n");
        await File.WriteAllTextAsync(In("sshd_config"), $"""
            Port {number}
            ListenAddress 127.0.0.1
            HostKey {In("host")}
            PidFile none
            AuthorizedKeysFile {In("authorized_keys")}
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin prohibit-password
            SetEnv PATH={In("bin")}:/usr/local/bin:/usr/bin:/bin NIRMAAN_SHIM={In("shim")} XDG_RUNTIME_DIR={folder}

            """);
        var server = Process.Start(new ProcessStartInfo(sshd, ["-D", "-e", "-f", In("sshd_config")]) { RedirectStandardError = true })!;
        var said = new List<string>();
        while (await server.StandardError.ReadLineAsync(Rig.Token) is { } line)
        {
            said.Add(line);
            if (line.Contains("Server listening", StringComparison.Ordinal))
            {
                // It says a line per connection: unread, they would fill the pipe.
                _ = server.StandardError.ReadToEndAsync(CancellationToken.None);
                return new SshHost(server, folder, port);
            }
        }
        throw new InvalidOperationException("sshd does not start: " + string.Join('\n', said));
    }

    public string Read(string name) => File.Exists(Path.Combine(Shim, name)) ? File.ReadAllText(Path.Combine(Shim, name)) : "";

    public void Append(string name, string text) => File.AppendAllText(Path.Combine(Shim, name), text);

    public void Write(string name, string text) => File.WriteAllText(Path.Combine(Shim, name), text);

    /// <summary>Nobody listens any more.</summary>
    public async Task DieAsync()
    {
        if (_server.HasExited) { return; }
        _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        // Whoever hangs goes on when this file is gone.
        File.Delete(Path.Combine(Shim, "hanging"));
        await DieAsync();
        _server.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static async Task RunAsync(string program, params string[] words)
    {
        using var process = Process.Start(program, words);
        await process.WaitForExitAsync(Rig.Token);
        process.ExitCode.ShouldBe(0);
    }
}
