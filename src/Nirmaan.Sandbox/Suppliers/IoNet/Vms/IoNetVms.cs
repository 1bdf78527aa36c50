using System.Text;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Control;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>A VM that has been switched on.</summary>
/// <param name="docker">What runs on it.</param>
/// <param name="port">Where its ssh server listens.</param>
/// <param name="server">The server; null = there is none here, and nobody gets in.</param>
internal sealed class VmMachine(VmDocker docker, int port, VmSshServer? server)
{
    public VmDocker Docker => docker;

    /// <summary>What its owner would type.</summary>
    public string SshAccess { get; } = $"ssh {Environment.UserName}@127.0.0.1 -p {port}";

    /// <summary>Whether anybody can get in.</summary>
    public bool IsOn { get; private set; } = true;

    /// <summary>Switches it off.</summary>
    public void Off()
    {
        if (!IsOn) { return; }
        IsOn = false;
        server?.Dispose();
    }
}

/// <summary>The machines behind VM deployments: they boot, let their owners in, and end. All under the world's gate.</summary>
internal sealed partial class IoNetVms(
    IoNetWorld world, ContainerYard yard, SandboxClock clock, Agenda agenda, Seed seed, SandboxAddress address, SandboxOptions sandbox, ILogger<IoNetVms> logger)
{
    /// <summary>Its name in bills and containers' ids.</summary>
    public const string Supplier = "ionet-vm";

    /// <summary>A port on which nobody listens, for VMs that nobody can enter.</summary>
    private const int Shut = 9;

    private readonly Dictionary<string, IoNetWorker> _byId = new(StringComparer.Ordinal);

    /// <summary>Switches a VM on; it is there a minute or two later.</summary>
    public void Boot(IoNetDeployment deployment, IoNetWorker worker)
    {
        _byId[worker.ContainerId] = worker;
        worker.Events.Add((clock.GetUtcNow(), "VM requested from device"));
        var seconds = 40 + 80 * seed.For($"ionet:boot:{worker.ContainerId}").NextDouble();
        agenda.At(clock.GetUtcNow().AddSeconds(seconds), $"boot of {worker.ContainerId}", token => BootAsync(deployment, worker, token));
    }

    /// <summary>Ends a VM with all that runs on it; safe to repeat.</summary>
    public void Halt(IoNetWorker worker)
    {
        if (worker.Machine is not { } machine) { return; }
        machine.Off();
        foreach (var id in machine.Docker.YardIds.ToList()) { yard.Stop(id); }
    }

    /// <summary>The device under a VM dies.</summary>
    public void Lose(IoNetDeployment deployment, IoNetWorker worker)
    {
        if (worker.Machine is { } machine)
        {
            machine.Off();
            foreach (var container in machine.Docker.YardIds.Select(yard.Find).OfType<Container>().ToList()) { yard.Lose(container); }
        }
        worker.Status = "failed";
        worker.Events.Add((clock.GetUtcNow(), "Device went offline"));
        world.GiveUpLater(deployment);
    }

    /// <summary>Ends every ssh server; at the sandbox's own end.</summary>
    public void EndAll()
    {
        lock (world.Gate)
        {
            foreach (var worker in _byId.Values) { worker.Machine?.Off(); }
        }
    }

    /// <summary>A command of docker on a VM: words and environment come in, exit code and both outputs go back, in base64.</summary>
    public static async Task<IResult> DockerAsync(HttpRequest request, string vm, IoNetWorld world, Faults faults, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        List<string> lines;
        try { lines = [.. (await reader.ReadToEndAsync(cancellationToken)).Split('\n').Select(l => Encoding.UTF8.GetString(Convert.FromBase64String(l)))]; }
        catch (FormatException) { return Results.BadRequest(); }
        // Words may be empty too; the environment's lines never are. The break is the last empty line but the one at the end.
        var end = lines.Count - 1;
        while (end > 0 && lines[end - 1].Length > 0) { end--; }
        var env = lines[end..^1].Select(e => e.Split('=', 2)).ToDictionary(e => e[0], e => e[1], StringComparer.Ordinal);
        Container? container;
        bool isExec;
        string[] command;
        lock (world.Gate)
        {
            if (world.Vms._byId.GetValueOrDefault(vm) is not { Machine: { IsOn: true } machine }) { return Results.NotFound(); }
            string[] words = [.. lines[..Math.Max(0, end - 1)]];
            container = words is ["logs" or "exec", ..] ? machine.Docker.ContainerOf(words) : null;
            if (container is null) { return Answer(machine.Docker.Run(words, env)); }
            (isExec, command) = (words[0] == "exec", words);
        }
        return isExec ? Answer(await VmDocker.ExecAsync(container, command, cancellationToken)) : new VmLogStream(container, command, faults);
    }

    private static IResult Answer(VmAnswer answer)
    {
        static string In64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        return Results.Text($"{answer.Exit}\n{In64(answer.Output)}\n{In64(answer.Errors)}\n");
    }

    private async Task BootAsync(IoNetDeployment deployment, IoNetWorker worker, CancellationToken cancellationToken)
    {
        lock (world.Gate)
        {
            if (deployment.Status != IoNetStatus.Running || worker.Status == "failed") { return; }
        }
        VmSshServer? server = null;
        if (!File.Exists(world.Options.SshServer)) { LogNoServer(world.Options.SshServer, worker.ContainerId); }
        else
        {
            var folder = Path.GetFullPath(Path.Combine(sandbox.WorkFolder, "vms", worker.ContainerId));
            server = await VmSshServer.StartAsync(
                world.Options.SshServer, folder, $"{address.Url}/sandbox/vms/{worker.ContainerId}/docker", deployment.Vms!.SshKeys.Values, cancellationToken);
        }
        var card = deployment.Card.Gpu;
        ContainerSpec Make(string image, IReadOnlyDictionary<string, string> env, IReadOnlyList<string> command) =>
            new(Supplier, deployment.Id.ToString(), image, env, command, card.Id, deployment.PerContainer, card.VramGb);
        var docker = new VmDocker($"{Supplier}/{deployment.Id}/{worker.ContainerId}-", yard, clock, Make, $"io.net {deployment.Location.Name}");
        lock (world.Gate)
        {
            if (deployment.Status != IoNetStatus.Running || worker.Status == "failed") { server?.Dispose(); return; }
            worker.Machine = new VmMachine(docker, server?.Port ?? Shut, server);
            (worker.Status, worker.SilentSince) = ("running", null);
            worker.Events.Add((clock.GetUtcNow(), "VM is running"));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no ssh server {Program}: nobody can enter VM {Vm}")]
    private partial void LogNoServer(string program, string vm);
}

/// <summary>No ssh server outlives the sandbox.</summary>
internal sealed class VmEnds(IoNetWorld world) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        world.Vms.EndAll();
        return Task.CompletedTask;
    }
}
