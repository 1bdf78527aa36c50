using System.Runtime.CompilerServices;
using System.Globalization;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;
using Nirmaan.Providers.Logs;
using Nirmaan.Providers.Ssh;

namespace Nirmaan.Providers.IoNet;

/// <summary>
/// io.net's virtual machines. One deployment is one VM, paid for hours ahead. It comes up bare: the agent's container is put on it by ssh
/// and docker, as on machines of our own, when the control plane sees it <see cref="SupplierStatus.Bare"/> and sends it its work.
/// </summary>
internal sealed class IoNetVmComputeProvider : IComputeProvider
{
    private static readonly string[] s_everyone = ["0.0.0.0/0"];

    private readonly IIoNetVmApi _api;
    private readonly IoNetVmOptions _options;
    private readonly SshDocker _docker;
    private readonly IoNetOffers _offers;
    private readonly IoNetOrders _orders;
    private readonly IoNetDeployments _deployments;
    private readonly IoNetVmInventory _inventory;
    private readonly TimeProvider _clock;

    public IoNetVmComputeProvider(IIoNetVmApi api, IOptions<IoNetVmOptions> options, TimeProvider clock)
    {
        (_api, _options, _clock) = (api, options.Value, clock);
        var (product, calls) = (new IoNetVms(api), new SupplierCalls(SupplierName.IoNetVm, clock));
        _docker = new SshDocker(SupplierName.IoNetVm, new SshShell(_options.Program, _options.ConnectTimeout), _options.ReadTimeout, _options.SetUpTimeout, clock);
        _deployments = new IoNetDeployments(product, calls, _options, clock);
        _offers = new IoNetOffers(product, calls, _options);
        _orders = new IoNetOrders(product, calls, _offers, _deployments, _options);
        _inventory = new IoNetVmInventory(api, _deployments, calls, _docker, _options);
        Directory.CreateDirectory(_options.KnownHostsFolder);
    }

    /// <inheritdoc />
    public SupplierName Supplier => SupplierName.IoNetVm;

    /// <inheritdoc />
    public SupplierTraits Traits => new(
        HasBids: false, ListsNames: true, Prepaid: true, ChangesInPlace: true,
        new SupplierAbilities(OffersVms: true, OffersInboundPorts: true, Math.Max(8, _options.Sizes.Max()), _options.MiningPermission), StreamsLogs: true, HasShell: true);

    /// <inheritdoc />
    public Task<IReadOnlyList<OfferQuote>> ListOffersAsync(CancellationToken cancellationToken) => _offers.ListAsync(cancellationToken);

    /// <inheritdoc />
    public async Task<Effect> CreateAsync(RentRequest request, CancellationToken cancellationToken) =>
        RentEnv.Scrub(await _orders.CreateAsync(request.Wish, offer => DeployAsync(request, offer, cancellationToken), cancellationToken), request);

    /// <inheritdoc />
    public Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken) => _deployments.ListAsync(cancellationToken);

    /// <inheritdoc />
    public Task<SupplierInstance?> FindAsync(string externalId, CancellationToken cancellationToken) => _inventory.FindAsync(externalId, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<Bid>> ListBidsAsync(string externalId, InstanceWish wish, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Bid>>([]);

    /// <inheritdoc />
    public Task<Effect> AcceptBidAsync(string externalId, string bidRef, string? createAnswer, CancellationToken cancellationToken) =>
        Task.FromResult<Effect>(new Effect.Refused("unsupported", "io.net has no bids", RetryElsewhere: false));

    /// <inheritdoc />
    public async Task<Effect> ChangeAsync(string externalId, RentRequest request, CancellationToken cancellationToken) =>
        RentEnv.Scrub(await SshDocker.ActAsync(() => SetToWorkAsync(externalId, request, cancellationToken), cancellationToken), request);

    /// <inheritdoc />
    public Task<Effect> ExtendAsync(string externalId, int hours, CancellationToken cancellationToken) => _orders.ExtendAsync(externalId, hours, cancellationToken);

    /// <inheritdoc />
    public Task<Effect> CloseAsync(string externalId, CancellationToken cancellationToken) => _orders.CloseAsync(externalId, cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<LogLine>?> ReadLogTailAsync(string externalId, int lines, CancellationToken cancellationToken) =>
        await WorkAsync(externalId, cancellationToken) is var (door, name) ? await _docker.ReadTailAsync(door, name, lines, cancellationToken) : null;

    /// <inheritdoc />
    public IAsyncEnumerable<LogBatch> FollowLogAsync(string externalId, string? cursor, CancellationToken cancellationToken) =>
        new LogFollower(Supplier, externalId, _options.RetryDelay).FollowAsync([_docker.FollowSource(token => WorkAsync(externalId, token))], cursor, cancellationToken);

    /// <inheritdoc />
    public async IAsyncEnumerable<ShellPart> RunCommandAsync(string externalId, string command, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (door, name) = await WorkAsync(externalId, cancellationToken) ?? throw new SupplierUnavailableException(Supplier.Value, $"shell of {externalId}: nothing runs there that we may enter");
        await foreach (var part in _docker.RunCommandAsync(door, name, command, cancellationToken)) { yield return part; }
    }

    /// <inheritdoc />
    public Task<SupplierBalance> ReadBalanceAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new SupplierBalance(null, null, _clock.GetUtcNow(), IoNetComputeProvider.NoBalance));

    /// <summary>The way in and the container of ours; null = there is none.</summary>
    private async Task<(SshDoor Door, string Name)?> WorkAsync(string externalId, CancellationToken cancellationToken) =>
        await _deployments.ReadDetailsAsync(externalId, cancellationToken) is { } details
        && await _inventory.DoorAsync(externalId, details, cancellationToken) is { } door
        && await _inventory.ContainerAsync(door, cancellationToken) is { } container
            ? (door, SshDocker.NameOf(container)) : null;

    private async Task<Effect> DeployAsync(RentRequest request, IoNetOfferKey offer, CancellationToken cancellationToken)
    {
        var wish = request.Wish;
        var body = new IoNetVmDeployBody(
            request.Name, wish.Hours, wish.GpuCount, offer.Hardware, [offer.Location], VmsQty: 1, new Dictionary<string, string> { [request.Name] = _inventory.PublicKey },
            _options.Image == IoNetVmImage.General ? "general" : "datascience", Services(request));
        // No answer is declared, and clients have met none at all: a good status without a body is looked up by its name.
        return await _api.DeployAsync(body, cancellationToken) is { } answer ? IoNetOrders.Accepted(answer, null) : await FindMadeAsync(request.Name, cancellationToken);
    }

    private async Task<Effect> FindMadeAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await _deployments.ListAsync(cancellationToken)).Where(i => i.Name == name).ToList() is [var made]
                ? new Effect.Done(made.ExternalId) : new Effect.Uncertain("bad-answer", "the answer was empty, and the list does not show one VM of that name");
        }
        catch (SupplierUnavailableException e) { return new Effect.Uncertain("bad-answer", $"the answer was empty, and the list cannot be read: {e.Message}"); }
    }

    /// <summary>Ports are chosen once for all: the miner's own for everyone, the agent's for those who are let in.</summary>
    private Dictionary<string, IoNetServiceBody>? Services(RentRequest request)
    {
        var agent = RentEnv.AgentPort(request);
        var services = request.Template.Needs.InboundPorts.Where(p => p != agent)
            .ToDictionary(p => string.Create(CultureInfo.InvariantCulture, $"miner-{p}"), p => new IoNetServiceBody(p, "tcp", s_everyone), StringComparer.Ordinal);
        if (request.Template.Needs.InboundPorts.Contains(agent)) { services[IoNetVmInventory.AgentService] = new IoNetServiceBody(agent, "tcp", s_everyone); }
        else if (_options.AgentNetworks.Count > 0) { services[IoNetVmInventory.AgentService] = new IoNetServiceBody(agent, "tcp", _options.AgentNetworks); }
        return services.Count > 0 ? services : null;
    }

    private async Task<Effect> SetToWorkAsync(string id, RentRequest request, CancellationToken cancellationToken)
    {
        if (await _deployments.ReadDetailsAsync(id, cancellationToken) is not { } details) { return IoNetOrders.Gone(id); }
        if (IoNetOrders.RefuseChange(details, request.Wish) is { } refused) { return refused; }
        if (await _inventory.DoorAsync(id, details, cancellationToken) is not { } door) { return new Effect.NotSent($"VM {id} is not up yet, or its ssh access is not understood"); }
        var there = await _inventory.ContainerAsync(door, cancellationToken);
        var (name, gpus) = (there is null ? request.Name : SshDocker.NameOf(there), Enumerable.Range(0, request.Wish.GpuCount).ToList());
        var run = SshRun.Of(request, door.Label, SshPorts.Same, name, gpus, _options.AgentCommand);
        var answer = there is null ? await _docker.CreateAsync(door, name, gpus, run, cancellationToken) : await _docker.ChangeAsync(door, name, run, cancellationToken);
        return answer.Exit switch
        {
            // Another process of ours was there first: it is the same machine's work.
            0 or SshScripts.Exists => new Effect.Done(id),
            // It went meanwhile: what is there now decides anew.
            SshScripts.NoSuch => new Effect.NotSent($"the container on VM {id} went while it was changed"),
            _ => SshDocker.Judge(answer),
        };
    }
}
