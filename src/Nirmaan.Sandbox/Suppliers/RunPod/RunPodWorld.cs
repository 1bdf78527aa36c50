using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.RunPod;

/// <summary>RunPod's world: accounts, pods, and a tenant's verbs. Everything is read and changed under <see cref="Gate"/>.</summary>
internal sealed class RunPodWorld
{
    private const int HoursPerMonth = 730;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly TimeSpan s_noticeLoss = TimeSpan.FromMinutes(5);
    private readonly SortedDictionary<string, RunPodAccount> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RunPodPod> _pods = new(StringComparer.Ordinal);
    private readonly RunPodCatalogue _catalogue;
    private readonly ContainerYard _yard;
    private readonly SandboxClock _clock;
    private readonly Agenda _agenda;
    private readonly Seed _seed;

    public RunPodWorld(RunPodCatalogue catalogue, ContainerYard yard, SandboxClock clock, Agenda agenda, Seed seed, IOptions<RunPodOptions> options)
    {
        (_catalogue, _yard, _clock, _agenda, _seed, Options) = (catalogue, yard, clock, agenda, seed, options.Value);
        yard.Changed += OnContainerChanged;
    }

    /// <summary>The one lock; it may be entered again by its holder.</summary>
    public Lock Gate { get; } = new();

    public RunPodOptions Options { get; }

    public DateTimeOffset Now => _clock.GetUtcNow();

    public IEnumerable<RunPodAccount> Accounts => _accounts.Values;

    /// <summary>All pods ever, oldest first.</summary>
    public IEnumerable<RunPodPod> Pods => _pods.Values.OrderBy(p => p.CreatedAt).ThenBy(p => p.Id, StringComparer.Ordinal);

    /// <summary>The account of a bearer key; opened at first use.</summary>
    public RunPodAccount AccountOf(string? authorization)
    {
        const string Scheme = "Bearer ";
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.Ordinal)) { throw new RunPodProblemException(401, "missing bearer token"); }
        var key = authorization[Scheme.Length..];
        if (!key.StartsWith("rpa_", StringComparison.Ordinal) || key.Length < 16) { throw new RunPodProblemException(401, "invalid api key"); }
        lock (Gate)
        {
            if (!_accounts.TryGetValue(key, out var account))
            {
                account = _accounts[key] = new RunPodAccount($"user-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..12].ToLowerInvariant()}", Options.CreditUsd);
            }
            Count(account);
            return account;
        }
    }

    /// <summary>A pod of an account that is still there; another's and a deleted one are not found.</summary>
    public RunPodPod Of(RunPodAccount account, string id) =>
        _pods.TryGetValue(id, out var pod) && pod.Account == account && pod.IsLive ? pod : throw new RunPodProblemException(404, "pod not found");

    /// <summary>Pods that a list shows now.</summary>
    public IEnumerable<RunPodPod> Listed(RunPodAccount account) => account.Pods.Where(p => p.IsLive && Now - p.CreatedAt >= Options.ListLag);

    /// <summary>Places a pod. Not idempotent, and a name may be taken twice.</summary>
    public RunPodPod Create(RunPodAccount account, RunPodConfig config, RunPodType type, int gpus, bool secure, IReadOnlyList<string>? places)
    {
        if (type.Max(secure) < gpus) { throw new RunPodProblemException(400, $"{type.Id} has at most {type.Max(secure)} GPUs on one machine of this cloud"); }
        var rate = type.Price(secure) * gpus;
        if (account.Left(Now) < rate) { throw new RunPodProblemException(402, "insufficient balance: at least one hour must be covered"); }
        var candidates = RunPodCatalogue.PlacesOf(type, secure).Where(p => places is not { Count: > 0 } || places.Contains(p));
        var place = candidates.Where(p => _catalogue.Machines(type, p, gpus) > 0).Cast<string?>().FirstOrDefault()
            ?? throw new RunPodProblemException(400, "There are no longer any instances available with the requested specifications.");
        var pod = new RunPodPod(account, DrawId(), type, gpus, secure, place, rate, Now)
        {
            Config = config, StoppedDiskCost = config.Disk * Options.StoppedDiskUsdPerGbMonth / HoursPerMonth,
        };
        _pods.Add(pod.Id, pod);
        account.Pods.Add(pod);
        _catalogue.Take(type, place, gpus);
        Place(pod);
        return pod;
    }

    /// <summary>Changes the configuration; what runs follows when it is restarted, or at once where the sandbox is set so.</summary>
    public void Change(RunPodPod pod, RunPodConfig config)
    {
        pod.Config = config;
        if (Options.Changes == RunPodChanges.AtOnce && pod.Status is RunPodStatus.Running or RunPodStatus.Starting) { Run(pod); }
    }

    /// <summary>Does what was asked, when the state allows it.</summary>
    public void Act(RunPodPod pod, string action)
    {
        if (!RunPodStatus.Actions(pod.Status).Contains(action)) { throw new RunPodProblemException(409, $"cannot {action} a pod that is {pod.Status}"); }
        switch (action)
        {
            case "terminate": Terminate(pod); break;
            case "stop": Stop(pod); break;
            case "restart": Run(pod); break;
            default:
                if (pod.Status == RunPodStatus.Exited)
                {
                    if (_catalogue.Machines(pod.Type, pod.Place, pod.Gpus) < 1)
                    {
                        throw new RunPodProblemException(400, "There are not enough free GPUs on the host machine to start this pod.");
                    }
                    _catalogue.Take(pod.Type, pod.Place, pod.Gpus);
                }
                pod.Become(RunPodStatus.Provisioning, Now);
                Place(pod);
                break;
        }
    }

    /// <summary>Ends a pod for good.</summary>
    public void Terminate(RunPodPod pod)
    {
        if (!pod.IsLive) { return; }
        if (pod.HoldsGpus) { _catalogue.Take(pod.Type, pod.Place, -pod.Gpus); }
        pod.Become(RunPodStatus.Terminated, Now);
        _yard.Stop(pod.YardId);
        PlanEndOfCredit(pod.Account);
    }

    /// <summary>The live pod that a container or pod id means, or null.</summary>
    public RunPodPod? FindLive(string id)
    {
        var parts = id.Split('/');
        var key = parts is ["runpod", var inner, ..] ? inner : id;
        return _pods.TryGetValue(key, out var pod) && pod.IsLive ? pod : null;
    }

    private void Stop(RunPodPod pod)
    {
        _catalogue.Take(pod.Type, pod.Place, -pod.Gpus);
        pod.Become(RunPodStatus.Exited, Now);
        _yard.Stop(pod.YardId);
        PlanEndOfCredit(pod.Account);
    }

    private void Place(RunPodPod pod)
    {
        PlanEndOfCredit(pod.Account);
        var seconds = 5 + 15 * _seed.For($"runpod:start:{pod.Id}").NextDouble();
        _agenda.At(Now.AddSeconds(seconds), $"start of pod {pod.Id}", _ =>
        {
            lock (Gate) { if (pod.Status == RunPodStatus.Provisioning) { Run(pod); } }
            return Task.CompletedTask;
        });
    }

    private void Run(RunPodPod pod)
    {
        pod.Become(RunPodStatus.Starting, Now);
        (pod.StartedAt, pod.Running) = (Now, pod.Config);
        var spec = new ContainerSpec(
            "runpod", pod.Id, pod.Config.Image, pod.Config.Env, pod.Config.Args.Split(' ', StringSplitOptions.RemoveEmptyEntries), pod.Type.Gpu.Id, pod.Gpus, pod.Type.Gpu.VramGb);
        pod.Container = _yard.Start(pod.YardId, spec, pod.IsSecure ? $"RunPod {pod.Place}" : "RunPod community");
    }

    private void OnContainerChanged(Container container)
    {
        // Another supplier may hold its own lock here: this one's is not taken for its containers.
        if (container.Spec.Supplier != "runpod") { return; }
        lock (Gate)
        {
            if (!_pods.TryGetValue(container.Spec.LeaseId, out var pod) || !pod.HoldsGpus || pod.Container != container) { return; }
            if (container.Phase == ContainerPhase.Lost)
            {
                _agenda.At(Now + s_noticeLoss, $"loss of {pod.Id} is noticed", _ =>
                {
                    lock (Gate) { if (pod.Container == container && pod.HoldsGpus) { pod.Become(RunPodStatus.Error, Now); } }
                    return Task.CompletedTask;
                });
            }
            else if (container.IsHealthy && pod.Status == RunPodStatus.Starting) { pod.Become(RunPodStatus.Running, Now); }
        }
    }

    /// <summary>Without credit every pod is terminated, with all that is on it.</summary>
    private void PlanEndOfCredit(RunPodAccount account)
    {
        var (version, burn) = (++account.Version, account.Pods.Sum(p => p.Burn));
        if (burn <= 0) { return; }
        var hours = Math.Min(account.Left(Now) / burn, 24 * 365 * 10);
        _agenda.At(Now.AddHours((double)hours), $"end of the credit of {account.Id}", _ =>
        {
            lock (Gate)
            {
                if (account.Version == version) { foreach (var pod in account.Pods.Where(p => p.IsLive).ToList()) { Terminate(pod); } }
            }
            return Task.CompletedTask;
        });
    }

    private void Count(RunPodAccount account)
    {
        if (Options.CallsPerMinute == 0) { return; }
        var minute = new DateTimeOffset(Now.UtcTicks - Now.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
        account.Rate = account.Rate.Minute == minute ? (minute, account.Rate.Calls + 1) : (minute, 1);
        if (account.Rate.Calls > Options.CallsPerMinute)
        {
            throw new RunPodProblemException(429, "rate limit exceeded for the minute window", retryAfter: (int)Math.Ceiling((minute.AddMinutes(1) - Now).TotalSeconds));
        }
    }

    private string DrawId()
    {
        var draw = _seed.For($"runpod:pod:{_pods.Count}");
        return string.Concat(Enumerable.Range(0, 14).Select(_ => Letters[draw.Next(Letters.Length)]));
    }
}
