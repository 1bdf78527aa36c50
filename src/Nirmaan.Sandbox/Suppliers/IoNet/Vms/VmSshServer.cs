using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>
/// The ssh server of one VM: the system's own, on a free port of 127.0.0.1, with a host key of its own, open for the keys that the VM was
/// ordered with. Whoever enters finds a shell of this machine, in which <c>docker</c> is a script that asks the sandbox.
/// </summary>
internal sealed class VmSshServer : IDisposable
{
    // The server ends with whoever holds its input open, even when that one is killed.
    private const string Held = """ "$0" -D -e -f "$1" </dev/null & server=$!; cat >/dev/null; kill "$server" """;

    private readonly Process _process;

    private VmSshServer(Process process, int port) => (_process, Port) = (process, port);

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>Starts one.</summary>
    /// <param name="server">The program, for example <c>/usr/sbin/sshd</c>.</param>
    /// <param name="folder">The VM's own, empty or not there.</param>
    /// <param name="docker">Where its docker asks.</param>
    /// <exception cref="InvalidOperationException">It does not start.</exception>
    public static async Task<VmSshServer> StartAsync(string server, string folder, string docker, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        // Run by root, it wants this folder for its unprivileged half.
        if (Environment.UserName == "root") { Directory.CreateDirectory("/run/sshd"); }
        string In(string name) => Path.Combine(folder, name);
        Directory.CreateDirectory(In("bin"));
        await File.WriteAllTextAsync(In("bin/docker"), Docker, cancellationToken);
        if (!OperatingSystem.IsWindows()) { File.SetUnixFileMode(In("bin/docker"), (UnixFileMode)0b111_101_101); }
        await File.WriteAllLinesAsync(In("authorized_keys"), keys, cancellationToken);
        using (var maker = Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "vm", "-f", In("host")])) { await maker.WaitForExitAsync(cancellationToken); }
        var port = FreePort();
        await File.WriteAllTextAsync(In("sshd_config"), $"""
            Port {port.ToString(CultureInfo.InvariantCulture)}
            ListenAddress 127.0.0.1
            HostKey {In("host")}
            PidFile none
            AuthorizedKeysFile {In("authorized_keys")}
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin prohibit-password
            SetEnv PATH={In("bin")}:/usr/local/bin:/usr/bin:/bin NIRMAAN_DOCKER={docker} XDG_RUNTIME_DIR={folder}

            """, cancellationToken);
        var process = Process.Start(new ProcessStartInfo("sh", ["-c", Held, server, In("sshd_config")]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        var said = new List<string>();
        while (await process.StandardError.ReadLineAsync(cancellationToken) is { } line)
        {
            said.Add(line);
            if (line.Contains("Server listening", StringComparison.Ordinal))
            {
                // It says a line per connection: unread, they would fill the pipe.
                _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
                return new VmSshServer(process, port);
            }
        }
        process.Dispose();
        throw new InvalidOperationException($"{server} does not start: {string.Join("; ", said)}");
    }

    /// <summary>Nobody listens any more.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) { _process.Kill(entireProcessTree: true); }
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Sends its words, and of the environment what <c>--env NAME</c> asks for; each in base64 on a line, an empty line between.</summary>
    private static string Docker { get; } = """
        #!/bin/sh
        # Plays docker on a simulated VM: the sandbox holds the containers.
        line() { base64 | tr -d "\n"; echo; }
        ask() {
          for word in "$@"; do printf %s "$word" | line; done
          echo
          before=
          for word in "$@"; do
            if [ "$before" = --env ]; then case $word in *=*) ;; *) eval "printf '%s=%s' \"\$word\" \"\${$word-}\"" | line ;; esac; fi
            before=$word
          done
        }
        if [ "$1" = logs ] && [ "$3" = --follow ]; then
          # Lines of one stream each, marked 1 or 2; the last line tells how it ended, and without it it broke off.
          ask "$@" | curl -sSN --fail -H "Content-Type: text/plain" --data-binary @- "$NIRMAAN_DOCKER" | {
            while IFS= read -r line; do
              case $line in
                1*) printf "%s\n" "${line#1}" ;;
                2*) printf "%s\n" "${line#2}" >&2 ;;
                =*) exit "${line#=}" ;;
              esac
            done
            exit 1
          }
          exit
        fi
        answer=$(ask "$@" | curl -sS --fail --max-time 60 -H "Content-Type: text/plain" --data-binary @- "$NIRMAAN_DOCKER") || { echo "Cannot connect to the Docker daemon" >&2; exit 1; }
        { read -r code; read -r out; read -r err; } <<END
        $answer
        END
        printf %s "$out" | base64 -d
        printf %s "$err" | base64 -d >&2
        exit "$code"
        """.ReplaceLineEndings("\n") + "\n";
}
