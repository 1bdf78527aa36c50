using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>What a price is made of, USD for all replicas and the whole time.</summary>
internal sealed record IoNetQuote(decimal Compute, decimal Fee, decimal ConversionFee)
{
    /// <summary>Reservation fee, percent.</summary>
    public const decimal FeePercent = 0.25m;

    /// <summary>Fee for paying in USDC, percent.</summary>
    public const decimal ConversionPercent = 2m;

    public decimal Total => Compute + Fee + ConversionFee;
}

/// <summary>io.net's world: accounts, deployments, and a tenant's verbs. Everything is read and changed under <see cref="Gate"/>.</summary>
internal sealed partial class IoNetWorld
{
    private static readonly TimeSpan s_giveUpAfter = TimeSpan.FromMinutes(10);
    private readonly SortedDictionary<string, IoNetAccount> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, IoNetDeployment> _deployments = [];
    private readonly Dictionary<string, (IoNetDeployment Deployment, IoNetWorker Worker)> _workers = [];
    private readonly IoNetHardware _hardware;
    private readonly ContainerYard _yard;
    private readonly SandboxClock _clock;
    private readonly Agenda _agenda;
    private readonly Seed _seed;
    private readonly IoNetOptions _options;

    public IoNetWorld(IoNetHardware hardware, ContainerYard yard, SandboxClock clock, Agenda agenda, Seed seed, SandboxAddress address, IOptions<SandboxOptions> sandbox,
        IOptions<IoNetOptions> options, ILogger<IoNetVms> logger)
    {
        (_hardware, _yard, _clock, _agenda, _seed, _options) = (hardware, yard, clock, agenda, seed, options.Value);
        yard.Changed += OnContainerChanged;
        Vms = new IoNetVms(this, yard, clock, agenda, seed, address, sandbox.Value, logger);
    }

    /// <summary>The one lock; it may be entered again by its holder.</summary>
    public Lock Gate { get; } = new();

    public IoNetOptions Options => _options;

    /// <summary>The machines of VMs.</summary>
    public IoNetVms Vms { get; }

    public DateTimeOffset Now => _clock.GetUtcNow();

    public IEnumerable<IoNetAccount> Accounts => _accounts.Values;

    /// <summary>All deployments, oldest first.</summary>
    public IEnumerable<IoNetDeployment> Deployments => _deployments.Values.OrderBy(d => d.CreatedAt).ThenBy(d => d.Id);

    /// <summary>The account of a key; opened at first use.</summary>
    public IoNetAccount AccountOf(string? key)
    {
        if (key is not { Length: >= 16 }) { throw new IoNetProblemException(401, key is null ? "Not authenticated" : "Invalid API key"); }
        lock (Gate)
        {
            if (_accounts.TryGetValue(key, out var account)) { return account; }
            return _accounts[key] = new IoNetAccount($"user-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..12].ToLowerInvariant()}",
                _options.CreditUsd);
        }
    }

    /// <summary>A deployment of an account; another's is not found, and VMs are not found among containers.</summary>
    public IoNetDeployment Of(IoNetAccount account, Guid id, bool vms = false) =>
        _deployments.TryGetValue(id, out var deployment) && deployment.Account == account && deployment.Vms is not null == vms ? deployment
            : throw new IoNetProblemException(404, "Deployment not found");

    /// <summary>What so many cards for so many hours cost.</summary>
    public IoNetQuote Quote(IoNetCard card, IoNetLocation location, int perContainer, int replicas, int hours)
    {
        var compute = Math.Round(_hardware.UsdPerHour(card, location.Iso2) * perContainer * replicas * hours, 6);
        return new IoNetQuote(compute, Math.Round(compute * IoNetQuote.FeePercent / 100, 6), Math.Round(compute * IoNetQuote.ConversionPercent / 100, 6));
    }

    /// <summary>Charges a deployment and asks for its machines. Not idempotent, and a name may be taken twice.</summary>
    public IoNetDeployment Deploy(IoNetAccount account, string name, IoNetCard card, IoNetLocation? location, int perContainer, int replicas, int hours,
        IoNetConfig config, IoNetVmConfig? vms = null)
    {
        location ??= IoNetHardware.Locations.FirstOrDefault(l => _hardware.Replicas(card, l.Iso2, perContainer) >= replicas);
        if (location is null || _hardware.Replicas(card, location.Iso2, perContainer) < replicas)
        {
            throw new IoNetProblemException(400, "Requested number of replicas is not available");
        }
        var price = Quote(card, location, perContainer, replicas, hours).Total;
        Charge(account, price);
        var deployment = new IoNetDeployment(account, DrawId($"ionet:deployment:{_deployments.Count}"), name, card, location, perContainer, replicas,
            Now) { Config = config, Vms = vms, Hours = hours, Paid = price };
        _deployments.Add(deployment.Id, deployment);
        account.Deployments.Add(deployment);
        _hardware.Take(card, location.Iso2, perContainer * replicas);
        _agenda.At(Now.AddSeconds(30 + 60 * _seed.For($"ionet:start:{deployment.Id}").NextDouble()), $"start of {deployment.Id}", _ =>
        {
            lock (Gate) { Begin(deployment); }
            return Task.CompletedTask;
        });
        return deployment;
    }

    /// <summary>Buys more hours for a running deployment.</summary>
    public void Extend(IoNetDeployment deployment, int hours)
    {
        if (deployment.Status != IoNetStatus.Running) { throw new IoNetProblemException(400, "Only running deployments can be extended"); }
        var price = Quote(deployment.Card, deployment.Location, deployment.PerContainer, deployment.Replicas, hours).Total;
        Charge(deployment.Account, price);
        (deployment.Hours, deployment.Paid) = (deployment.Hours + hours, deployment.Paid + price);
        PlanEnd(deployment);
    }

    /// <summary>Changes what runs, on the same machines.</summary>
    public void Change(IoNetDeployment deployment, IoNetConfig config)
    {
        if (deployment.Status is not (IoNetStatus.Running or IoNetStatus.Requested))
        {
            throw new IoNetProblemException(400, $"Deployment is {deployment.Status}");
        }
        deployment.Config = config;
        foreach (var worker in deployment.Workers) { Run(deployment, worker); }
    }

    /// <summary>Asks for the end; the machines go a little later.</summary>
    public void Terminate(IoNetDeployment deployment)
    {
        if (deployment.Status is not (IoNetStatus.Running or IoNetStatus.Requested)) { return; }
        deployment.Status = IoNetStatus.Terminating;
        _agenda.At(Now.AddSeconds(20 + 40 * _seed.For($"ionet:end:{deployment.Id}").NextDouble()), $"end of {deployment.Id}", _ =>
        {
            lock (Gate) { Finish(deployment, IoNetStatus.Destroyed); }
            return Task.CompletedTask;
        });
    }

    /// <summary>Ends a deployment in a final status.</summary>
    public void Finish(IoNetDeployment deployment, string status)
    {
        if (!deployment.IsLive) { return; }
        Refund(deployment, status);
        (deployment.Status, deployment.FinishedAt) = (status, Now);
        _hardware.Take(deployment.Card, deployment.Location.Iso2, -deployment.PerContainer * deployment.Replicas);
        foreach (var worker in deployment.Workers)
        {
            worker.Events.Add((Now, $"{(deployment.Vms is null ? "Container" : "VM")} stopped: deployment {status}"));
            worker.Status = status;
            if (deployment.Vms is null) { _yard.Stop(YardId(deployment, worker)); } else { Vms.Halt(worker); }
        }
    }

    /// <summary>The live deployment that a container or deployment id means, or null.</summary>
    public (IoNetDeployment Deployment, IoNetWorker? Worker)? FindLive(string id)
    {
        if (_workers.TryGetValue(id, out var found) || _workers.TryGetValue($"ionet/{id}", out found)) { return found.Deployment.IsLive ? found : null; }
        // A container on a VM: its machine is the deployment's.
        if (id.Split('/') is [IoNetVms.Supplier, var vm, ..]) { id = vm; }
        return Guid.TryParse(id, out var guid) && _deployments.TryGetValue(guid, out var deployment) && deployment.IsLive ? (deployment, null) : null;
    }

    private void Begin(IoNetDeployment deployment)
    {
        if (deployment.Status != IoNetStatus.Requested) { return; }
        // A single $ in the entrypoint is taken for a template's variable by the tool that places the container, and breaks it.
        if (deployment.Config.Entrypoint?.Any(word => SingleDollar().IsMatch(word)) == true) { Finish(deployment, IoNetStatus.Failed); return; }
        (deployment.Status, deployment.StartedAt) = (IoNetStatus.Running, Now);
        for (var i = 0; i < deployment.Replicas; i++)
        {
            var worker = new IoNetWorker($"{deployment.Id.ToString("N")[..12]}-{i}", DrawId($"ionet:device:{deployment.Id}:{i}"), Now);
            deployment.Workers.Add(worker);
            if (deployment.Vms is not null) { Vms.Boot(deployment, worker); continue; }
            _workers[YardId(deployment, worker)] = (deployment, worker);
            Run(deployment, worker);
        }
        PlanEnd(deployment);
    }

    private void Run(IoNetDeployment deployment, IoNetWorker worker)
    {
        if (worker.Container is not null) { worker.Earlier.Add((worker.CreatedAt, "replaced", [.. worker.Events])); worker.Events.Clear(); }
        (worker.CreatedAt, worker.Passed, worker.Status, worker.SilentSince) = (Now, false, "pending", Now);
        worker.Events.Add((Now, "Task received by client"));
        worker.Events.Add((Now, $"Downloading image {deployment.Config.Image}"));
        var config = deployment.Config;
        var env = config.Env.Concat(config.SecretEnv).GroupBy(e => e.Key).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal);
        var spec = new ContainerSpec("ionet", deployment.Id.ToString(), config.Image, env,
            [.. config.Entrypoint?.Select(w => w.Replace("$$", "$", StringComparison.Ordinal)) ?? []],
            deployment.Card.Gpu.Id, deployment.PerContainer, deployment.Card.Gpu.VramGb);
        worker.Container = _yard.Start(YardId(deployment, worker), spec, $"io.net {deployment.Location.Name}");
    }

    private void OnContainerChanged(Container container)
    {
        // Another supplier may hold its own lock here: this one's is not taken for its containers.
        if (container.Spec.Supplier != "ionet") { return; }
        lock (Gate)
        {
            if (!_workers.TryGetValue(container.Id, out var found) || !found.Deployment.IsLive || found.Worker.Container != container) { return; }
            var (deployment, worker) = found;
            // The check goes to the one traffic port: what listens on another one stays unseen.
            var answers = container.IsHealthy && Port(deployment.Config) == deployment.Config.TrafficPort;
            if (answers && worker.SilentSince is { } silent)
            {
                (worker.SilentSeconds, worker.SilentSince) = (worker.SilentSeconds + (Now - silent).TotalSeconds, null);
            }
            else if (!answers) { worker.SilentSince ??= Now; }
            (worker.Passed, worker.Status, var message) = container.Phase switch
            {
                ContainerPhase.PullFailed => (worker.Passed, "pending", $"Failed to pull image {deployment.Config.Image}: not found"),
                ContainerPhase.Lost => (false, "failed", "Device went offline"),
                _ when answers => (true, "running", "Container is running, health check passed"),
                _ => (worker.Passed, worker.Passed ? "running" : "pending", "Health check failing"),
            };
            worker.Events.Add((Now, message));
            GiveUpLater(deployment);
        }
    }

    /// <summary>A deployment without a machine fails after a while.</summary>
    public void GiveUpLater(IoNetDeployment deployment)
    {
        if (!deployment.Workers.TrueForAll(w => w.Status == "failed")) { return; }
        _agenda.At(Now + s_giveUpAfter, $"giving up {deployment.Id}", _ =>
        {
            lock (Gate)
            {
                if (deployment.Workers.TrueForAll(w => w.Status == "failed")) { Finish(deployment, IoNetStatus.Failed); }
            }
            return Task.CompletedTask;
        });
    }

    private void PlanEnd(IoNetDeployment deployment)
    {
        var hours = deployment.Hours;
        _agenda.At(deployment.StartedAt!.Value.AddHours(hours), $"paid time of {deployment.Id}", _ =>
        {
            lock (Gate)
            {
                if (deployment.Hours == hours && deployment.Status == IoNetStatus.Running) { Finish(deployment, IoNetStatus.Completed); }
            }
            return Task.CompletedTask;
        });
    }

    private void Refund(IoNetDeployment deployment, string status)
    {
        if (_options.Refunds == IoNetRefunds.None || status == IoNetStatus.Completed) { return; }
        // At least one hour is charged, of a deployment that never ran too.
        var used = Math.Max(60, deployment.MinutesServed(Now)) / (decimal)(deployment.Hours * 60);
        var back = Math.Round(deployment.Paid * (1 - Math.Min(1, used)), 6);
        (deployment.Paid, deployment.Account.Credit) = (deployment.Paid - back, deployment.Account.Credit + back);
    }

    private static void Charge(IoNetAccount account, decimal usd)
    {
        if (account.Credit < usd)
        {
            throw new IoNetProblemException(402, $"Insufficient credits: {usd:0.######} required, {account.Credit:0.######} available");
        }
        account.Credit -= usd;
    }

    private Guid DrawId(string subject)
    {
        Span<byte> bytes = stackalloc byte[16];
        _seed.For(subject).NextBytes(bytes);
        return new Guid(bytes);
    }

    private static int Port(IoNetConfig config) => config.Env.TryGetValue("AGENT_PORT", out var text) && int.TryParse(text, out var port) ? port
        : config.Env.ContainsKey("AGENT_TEMPLATE") || config.SecretEnv.ContainsKey("AGENT_TEMPLATE") ? 8080 : config.TrafficPort;

    private static string YardId(IoNetDeployment deployment, IoNetWorker worker) => $"ionet/{deployment.Id}/{worker.ContainerId}";

    [GeneratedRegex(@"(?<!\$)\$(?!\$)")]
    private static partial Regex SingleDollar();
}
