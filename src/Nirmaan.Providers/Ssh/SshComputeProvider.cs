using System.Globalization;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;
using Nirmaan.Providers.Logs;

namespace Nirmaan.Providers.Ssh;

/// <summary>
/// Machines of ours and of partners, with docker, over the system's ssh. An offer is a machine and a number of its GPUs; a container's name is
/// the operation's, and a name is taken once over all machines.
/// </summary>
internal sealed class SshComputeProvider : IComputeProvider, IDisposable
{
    private const string NoBalance = "Own machines are paid by agreement with their owners; there is no credit that could run out.";

    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);

    private readonly SshOptions _options;
    private readonly SshDocker _docker;
    private readonly SshPrices _prices;
    private readonly SshInventory _inventory;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _creating = new(1, 1);

    /// <param name="shell">Null = the system's ssh.</param>
    public SshComputeProvider(IOptions<SshOptions> options, TimeProvider clock, ISshShell? shell = null)
    {
        (_options, _clock) = (options.Value, clock);
        _docker = new SshDocker(SupplierName.Own, shell ?? new SshShell(_options.Program, _options.ConnectTimeout), _options.ReadTimeout, _options.WriteTimeout, clock);
        _prices = new SshPrices(_options, clock);
        _inventory = new SshInventory(_options, _docker, _prices, clock);
    }

    /// <inheritdoc />
    public SupplierName Supplier => SupplierName.Own;

    /// <inheritdoc />
    public SupplierTraits Traits => new(
        HasBids: false, ListsNames: true, Prepaid: false, ChangesInPlace: true,
        new SupplierAbilities(OffersVms: false, OffersInboundPorts: _options.Machines.All(m => m.PublicHost is not null), _options.Machines.Max(m => m.GpuCount), _options.MiningPermission), SendsBill: false, StreamsLogs: true, HasShell: true);

    /// <inheritdoc />
    public async Task<IReadOnlyList<OfferQuote>> ListOffersAsync(CancellationToken cancellationToken) =>
        [.. (await Task.WhenAll(_options.Machines.Select(m => OffersAsync(m, cancellationToken)))).SelectMany(o => o).OrderBy(o => o.Key, StringComparer.Ordinal)];

    /// <inheritdoc />
    public async Task<Effect> CreateAsync(RentRequest request, CancellationToken cancellationToken)
    {
        // One create at a time: the look over all machines for the name, and the act, must not be divided. Between processes the machine's own lock holds.
        await _creating.WaitAsync(cancellationToken);
        try { return RentEnv.Scrub(await SshDocker.ActAsync(() => PlaceAsync(request, cancellationToken), cancellationToken), request); }
        finally { _creating.Release(); }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken) => _inventory.ListAsync(cancellationToken);

    /// <inheritdoc />
    public async Task<SupplierInstance?> FindAsync(string externalId, CancellationToken cancellationToken) =>
        SshId.Parse(externalId) is { } id ? await _inventory.FindAsync(id, cancellationToken) : null;

    /// <inheritdoc />
    public Task<IReadOnlyList<Bid>> ListBidsAsync(string externalId, InstanceWish wish, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Bid>>([]);

    /// <inheritdoc />
    public Task<Effect> AcceptBidAsync(string externalId, string bidRef, string? createAnswer, CancellationToken cancellationToken) =>
        Task.FromResult<Effect>(new Effect.Refused("unsupported", "own machines have no bids", RetryElsewhere: false));

    /// <inheritdoc />
    public async Task<Effect> ChangeAsync(string externalId, RentRequest request, CancellationToken cancellationToken) =>
        RentEnv.Scrub(await SshDocker.ActAsync(() => ReplaceAsync(externalId, request, cancellationToken), cancellationToken), request);

    /// <inheritdoc />
    public Task<Effect> ExtendAsync(string externalId, int hours, CancellationToken cancellationToken) =>
        Task.FromResult<Effect>(new Effect.Refused("unsupported", "own machines are not paid by the hour ahead", RetryElsewhere: false));

    /// <inheritdoc />
    public Task<Effect> CloseAsync(string externalId, CancellationToken cancellationToken) => SshDocker.ActAsync(
        async () =>
        {
            if (SshId.Parse(externalId) is not { } id) { return new Effect.Done(externalId); }
            var answer = await _docker.CloseAsync(_options.DoorOf(_inventory.MachineOf(id)), id.Container, cancellationToken);
            return answer.Exit is 0 or SshScripts.NoSuch ? new Effect.Done(externalId) : SshDocker.Judge(answer);
        },
        cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<LogLine>?> ReadLogTailAsync(string externalId, int lines, CancellationToken cancellationToken)
    {
        if (SshId.Parse(externalId) is not { } id) { return null; }
        return await _docker.ReadTailAsync(_options.DoorOf(_inventory.MachineOf(id)), id.Container, lines, cancellationToken);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<LogBatch> FollowLogAsync(string externalId, string? cursor, CancellationToken cancellationToken) => new LogFollower(Supplier, externalId, s_retryDelay).FollowAsync(
        [_docker.FollowSource(_ => Task.FromResult<(SshDoor, string)?>(SshId.Parse(externalId) is { } id ? (_options.DoorOf(_inventory.MachineOf(id)), id.Container) : null))],
        cursor, cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<ShellPart> RunCommandAsync(string externalId, string command, CancellationToken cancellationToken) => SshId.Parse(externalId) is { } id
        ? _docker.RunCommandAsync(_options.DoorOf(_inventory.MachineOf(id)), id.Container, command, cancellationToken)
        : throw new SupplierUnavailableException(Supplier.Value, $"shell of {externalId}: there is no such container");

    /// <inheritdoc />
    public Task<SupplierBalance> ReadBalanceAsync(CancellationToken cancellationToken) => Task.FromResult(new SupplierBalance(null, null, _clock.GetUtcNow(), NoBalance));

    /// <inheritdoc />
    public void Dispose() => _creating.Dispose();

    private async Task<IEnumerable<OfferQuote>> OffersAsync(SshMachine machine, CancellationToken cancellationToken)
    {
        var free = 0;
        // A machine that cannot be reached is still an offer, with nothing free: somebody wants to see that it is gone.
        try { free = SshInventory.Free(machine, await _inventory.ReadAsync(machine, cancellationToken)).Count; }
        catch (SupplierUnavailableException) { }
        return _options.Sizes.Where(n => n <= machine.GpuCount).Select(n => new OfferQuote(
            $"{machine.Name}x{n.ToString(CultureInfo.InvariantCulture)}", machine.Name, _prices.Label(machine), new GpuModel(machine.Gpu), n, GpuCatalogue.Find(new GpuModel(machine.Gpu))?.VramGb,
            _prices.UsdPerGpuHour(machine), PriceKind.Quoted, machine.Region, free / n, Reliability: null, machine.CudaMax));
    }

    private async Task<Effect> PlaceAsync(RentRequest request, CancellationToken cancellationToken)
    {
        var wish = request.Wish;
        var seen = await Task.WhenAll(_options.Machines.Select(m => LookAsync(m, wish, cancellationToken)));
        foreach (var (machine, containers, _) in seen)
        {
            // The same operation's container is there already: that is what was wanted.
            if (containers?.FirstOrDefault(c => SshDocker.NameOf(c) == request.Name || c.Label(SshInventory.NameLabel) == request.Name) is { } there)
            {
                return new Effect.Done(new SshId(machine.Name, SshDocker.NameOf(there)).ToString());
            }
        }
        var machines = seen.Where(m => m.Containers is not null).Select(m => (m.Machine, Free: SshInventory.Free(m.Machine, m.Containers!))).ToList();
        var unseen = string.Concat(seen.Where(m => m.Why is not null).Select(m => $"; {m.Why}"));
        bool Fits(SshMachine machine, int free) => (wish.OfferKey is { } key ? MachineOf(key) == machine.Name : machine.Gpu == wish.Gpu.Id
            && (string.IsNullOrEmpty(wish.Region) || wish.Region.Equals(machine.Region, StringComparison.OrdinalIgnoreCase))) && free >= wish.GpuCount;
        var fitting = machines.Where(m => Fits(m.Machine, m.Free.Count)).OrderBy(m => _prices.UsdPerGpuHour(m.Machine) ?? decimal.MaxValue).ToList();
        if (fitting.Count == 0) { return SupplierCalls.Refuse("no-capacity", $"no machine has {wish.GpuCount} free GPUs of that kind{unseen}", retryElsewhere: true); }
        var (chosen, free) = fitting[0];
        if (_prices.UsdPerGpuHour(chosen) is not { } price) { return SupplierCalls.Refuse("price-unknown", $"{_prices.Label(chosen)}: no price", retryElsewhere: true); }
        if (price > wish.MaxUsdPerGpuHour)
        {
            return SupplierCalls.Refuse("price", $"{price:0.####} USD per GPU-hour is above the ceiling of {wish.MaxUsdPerGpuHour:0.####}", retryElsewhere: true);
        }
        List<int> gpus = [.. free.Take(wish.GpuCount)];
        var run = SshRun.Of(request, chosen.Name, PortsOf(chosen), request.Name, gpus, _options.AgentCommand);
        _inventory.Forget(chosen);
        var answer = await _docker.CreateAsync(_options.DoorOf(chosen), request.Name, gpus, run, cancellationToken);
        // Another process of ours was there first: it is the same operation's container.
        return answer.Exit is 0 or SshScripts.Exists ? new Effect.Done(new SshId(chosen.Name, request.Name).ToString()) : SshDocker.Judge(answer);
    }

    /// <summary>
    /// What is on a machine. A wish that names its offer can only ever have been granted there, so other machines may be out of reach; one that
    /// names none may have been granted anywhere, so every machine must be seen, or have shown what it had since something was last changed on it.
    /// </summary>
    private async Task<(SshMachine Machine, IReadOnlyList<DockerContainerWire>? Containers, string? Why)> LookAsync(SshMachine machine, InstanceWish wish, CancellationToken cancellationToken)
    {
        try { return (machine, await _inventory.ReadAsync(machine, cancellationToken), null); }
        catch (SupplierUnavailableException e) when (wish.OfferKey is { } key ? MachineOf(key) != machine.Name : _inventory.IsKnown(machine)) { return (machine, null, e.Message); }
    }

    private async Task<Effect> ReplaceAsync(string externalId, RentRequest request, CancellationToken cancellationToken)
    {
        if (SshId.Parse(externalId) is not { } id) { return Gone(externalId); }
        var machine = _inventory.MachineOf(id);
        if ((await _inventory.ReadAsync(machine, cancellationToken)).FirstOrDefault(c => SshDocker.NameOf(c) == id.Container) is not { } there) { return Gone(externalId); }
        List<int> gpus = [.. (there.Label(SshInventory.GpusLabel) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(g => int.Parse(g, CultureInfo.InvariantCulture))];
        if (gpus.Count != request.Wish.GpuCount)
        {
            return SupplierCalls.Refuse("resources-changed", $"gpus: {request.Wish.GpuCount}; expected the {gpus.Count} it was created with", retryElsewhere: true);
        }
        var run = SshRun.Of(request, machine.Name, PortsOf(machine), id.Container, gpus, _options.AgentCommand);
        var answer = await _docker.ChangeAsync(_options.DoorOf(machine), id.Container, run, cancellationToken);
        return answer.Exit switch { 0 => new Effect.Done(externalId), SshScripts.NoSuch => Gone(externalId), _ => SshDocker.Judge(answer) };
    }

    private static string MachineOf(string offerKey) => offerKey.LastIndexOf('x') is > 0 and var at ? offerKey[..at] : offerKey;

    private static SshPorts PortsOf(SshMachine machine) => machine.PublicHost is null ? SshPorts.None : SshPorts.Any;

    private static Effect.Refused Gone(string id) => SupplierCalls.Refuse("gone", $"no container {id}", retryElsewhere: true);
}
