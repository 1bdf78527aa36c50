using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>What a call does instead of working.</summary>
internal enum Fault
{
    /// <summary>It acts, and the answer never arrives.</summary>
    ActThenTimeOut,
    /// <summary>It does not act, and no answer arrives.</summary>
    TimeOut,
    /// <summary>It refuses.</summary>
    Refuse,
    /// <summary>It never leaves.</summary>
    NotSent,
    /// <summary>It acts, and then the caller's process is gone.</summary>
    ActThenCrash,
}

/// <summary>A supplier in memory: what truly exists is in <see cref="Machines"/>, and each call can be made to go wrong.</summary>
internal sealed class FakeSupplier(SupplierName name, TimeProvider clock) : IComputeProvider
{
    private readonly Lock _gate = new();
    private int _next;

    internal sealed class Machine
    {
        public required string Id { get; init; }
        public string? Name { get; init; }
        public required DateTimeOffset CreatedAt { get; init; }
        public SupplierStatus Status { get; set; }
        public DateTimeOffset? StartedAt { get; set; }
        public DateTimeOffset? PaidUntil { get; set; }
        public decimal Price { get; set; } = 0.4m;
        public string Provider { get; set; } = "prov-a";
        public string? Workload { get; set; }
        public bool ContainerIsDown { get; set; }
        public bool Exists => Status is not (SupplierStatus.Closed or SupplierStatus.Failed);
        public bool Bills => Exists && StartedAt is not null && Status != SupplierStatus.Lost;
    }

    public List<Machine> Machines { get; } = [];
    public Queue<Fault> CreateFaults { get; } = new();
    public Queue<Fault> AcceptFaults { get; } = new();
    public Queue<Fault> CloseFaults { get; } = new();
    public Queue<Fault> ExtendFaults { get; } = new();
    public Queue<Fault> ChangeFaults { get; } = new();
    public bool ChangesInPlace { get; set; } = true;
    public bool ListsNames { get; set; } = true;
    public bool HasBids { get; set; } = true;
    public bool Prepaid { get; set; }
    /// <summary>Machines come up with nothing on them, and a change of work puts the first there.</summary>
    public bool ComesUpBare { get; set; }
    public bool Unreadable { get; set; }
    public bool BidsUnreadable { get; set; }
    /// <summary>Asked for by id, it says that it does not know these, though they are there.</summary>
    public HashSet<string> NotFound { get; } = [];
    public bool ListsFailed { get; set; }
    public List<string> BidProviders { get; } = ["prov-a", "prov-b"];
    public Dictionary<string, decimal> BidPrices { get; } = new() { ["prov-a"] = 0.40m, ["prov-b"] = 0.45m };
    public List<OfferQuote> Offers { get; } = [];
    /// <summary>What it shows of every container's log; null = it has none to give.</summary>
    public List<LogLine>? Log { get; set; }
    /// <summary>What a followed log gives, batch by batch, until it is completed; null = this supplier has no stream.</summary>
    public Channel<LogBatch>? Stream { get; set; }
    /// <summary>Places from which logs were followed, one for each time.</summary>
    public ConcurrentQueue<string?> FollowedFrom { get; } = new();
    /// <summary>What a command says; null = this supplier has no shell.</summary>
    public Func<string, CancellationToken, IAsyncEnumerable<ShellPart>>? Shell { get; set; }
    /// <summary>What ended machines cost in all, by its own figures.</summary>
    public Dictionary<string, decimal> Bills { get; } = [];
    /// <summary>Called when a machine is asked for, before it is made.</summary>
    public Action? OnCreate { get; set; }
    /// <summary>Called when a machine is closed, before it is.</summary>
    public Action? OnClose { get; set; }
    public string RefuseCode { get; set; } = "no-capacity";
    public Func<Task>? DuringCreate { get; set; }
    public int Creates { get; private set; }
    public int MostCreatesInFlight { get; private set; }
    private int _inFlight;

    public SupplierName Supplier => name;
    public SupplierTraits Traits => new(HasBids, ListsNames, Prepaid, ChangesInPlace, new SupplierAbilities(false, true, 8, "test"), StreamsLogs: Stream is not null, HasShell: Shell is not null);

    public static OfferQuote Offer(string key, string gpu, decimal price, int available, string provider = "prov-a", decimal reliability = 0.99m) =>
        new(key, provider, provider, new GpuModel(gpu), 8, GpuCatalogue.Find(new GpuModel(gpu))?.VramGb, price, PriceKind.Quoted, "us", available, reliability);

    public IEnumerable<Machine> Billing => Machines.Where(m => m.Bills);

    /// <summary>What each machine was asked to have.</summary>
    public List<TemplateNeeds> Asked { get; } = [];

    public void Foreign(string id) => Machines.Add(new Machine { Id = id, Name = ListsNames ? "someone-elses" : null, CreatedAt = clock.GetUtcNow().AddDays(-3), Status = SupplierStatus.Running, StartedAt = clock.GetUtcNow().AddDays(-3) });

    public Task<IReadOnlyList<OfferQuote>> ListOffersAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<OfferQuote>>([.. Offers]);

    public async Task<Effect> CreateAsync(RentRequest request, CancellationToken cancellationToken)
    {
        lock (_gate) { Creates++; _inFlight++; MostCreatesInFlight = Math.Max(MostCreatesInFlight, _inFlight); }
        try
        {
            if (DuringCreate is { } during) { DuringCreate = null; await during(); }
            await Task.Yield();
            return Act(CreateFaults, () =>
            {
                OnCreate?.Invoke();
                Asked.Add(request.Template.Needs);
                var now = clock.GetUtcNow();
                var machine = new Machine
                {
                    Id = string.Create(CultureInfo.InvariantCulture, $"{name}-{++_next}"), Name = ListsNames ? request.Name : null, CreatedAt = now, Workload = ComesUpBare ? null : request.Template.Workload,
                    Status = HasBids ? SupplierStatus.AwaitingBid : SupplierStatus.Starting, StartedAt = HasBids ? null : now, PaidUntil = Prepaid ? now.AddHours(request.Wish.Hours) : null,
                };
                Machines.Add(machine);
                return new Effect.Done(machine.Id, "manifest", Prepaid ? 0.4m * request.Wish.Hours * request.Wish.GpuCount : null);
            });
        }
        finally { lock (_gate) { _inFlight--; } }
    }

    private Effect Act(Queue<Fault> faults, Func<Effect> act)
    {
        lock (_gate)
        {
            if (!faults.TryDequeue(out var fault)) { return act(); }
            switch (fault)
            {
                case Fault.ActThenTimeOut: act(); return new Effect.Uncertain("timeout", "no answer");
                case Fault.TimeOut: return new Effect.Uncertain("timeout", "no answer");
                case Fault.Refuse: return new Effect.Refused(RefuseCode, "sold out", true);
                case Fault.NotSent: return new Effect.NotSent("connection refused");
                default: act(); throw new OperationCanceledException("the process is gone");
            }
        }
    }

    public Task<decimal?> ReadBillAsync(string externalId, DateTimeOffset since, CancellationToken cancellationToken) => Task.FromResult<decimal?>(Bills.TryGetValue(externalId, out var usd) ? usd : null);

    public Task<IReadOnlyList<SupplierInstance>> ListAsync(CancellationToken cancellationToken)
    {
        lock (_gate) { Readable(); return Task.FromResult<IReadOnlyList<SupplierInstance>>([.. Machines.Where(m => m.Exists || (ListsFailed && m.Status == SupplierStatus.Failed)).Select(See)]); }
    }

    public Task<SupplierInstance?> FindAsync(string externalId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Readable();
            var machine = NotFound.Contains(externalId) ? null : Machines.SingleOrDefault(m => m.Id == externalId);
            if (machine is { Status: SupplierStatus.Starting, StartedAt: { } started } && clock.GetUtcNow() - started > TimeSpan.FromSeconds(20)) { machine.Status = machine.Workload is null ? SupplierStatus.Bare : SupplierStatus.Running; }
            return Task.FromResult(machine is null ? null : See(machine));
        }
    }

    private SupplierInstance See(Machine m) => new(
        m.Id, m.Name, m is { ContainerIsDown: true, Status: SupplierStatus.Running } ? SupplierStatus.Starting : m.Status, m.Status.ToString(), m.CreatedAt, new GpuModel("rtx-a6000"), 1, m.StartedAt is null ? null : m.Price, PaidUntil: m.PaidUntil, Provider: m.StartedAt is null ? null : m.Provider, Endpoint: m.StartedAt is null ? null : $"http://{m.Id}.example/");

    private void Readable()
    {
        if (Unreadable) { throw new SupplierUnavailableException(name.Value, "no route"); }
    }

    public Task<IReadOnlyList<Bid>> ListBidsAsync(string externalId, InstanceWish wish, CancellationToken cancellationToken) => BidsUnreadable ? throw new SupplierUnavailableException(name.Value, "no bids") : Task.FromResult<IReadOnlyList<Bid>>(
        [.. BidProviders.Select(p => new Bid($"{externalId}/{p}", p, p, wish.Gpu, BidPrices[p], 0.99m, "us", true, BidPrices[p] > wish.MaxUsdPerGpuHour ? "over the ceiling" : null, null))]);

    public Task<Effect> AcceptBidAsync(string externalId, string bidRef, string? createAnswer, CancellationToken cancellationToken) => Task.FromResult(Act(AcceptFaults, () =>
    {
        var machine = Machines.Single(m => m.Id == externalId);
        if (machine.Status == SupplierStatus.AwaitingBid)
        {
            (machine.Status, machine.StartedAt, machine.Provider) = (SupplierStatus.Starting, clock.GetUtcNow(), bidRef.Split('/')[1]);
            machine.Price = BidPrices[machine.Provider];
        }
        return new Effect.Done(externalId);
    }));

    public Task<Effect> ChangeAsync(string externalId, RentRequest request, CancellationToken cancellationToken) => Task.FromResult(Act(ChangeFaults, () =>
    {
        var machine = Machines.Single(m => m.Id == externalId);
        machine.Workload = request.Template.Workload;
        if (machine.Status == SupplierStatus.Bare) { machine.Status = SupplierStatus.Running; }
        return new Effect.Done(externalId);
    }));

    public Task<Effect> ExtendAsync(string externalId, int hours, CancellationToken cancellationToken) => Task.FromResult(Act(ExtendFaults, () =>
    {
        var machine = Machines.Single(m => m.Id == externalId);
        machine.PaidUntil = machine.PaidUntil!.Value.AddHours(hours);
        return new Effect.Done(externalId, UsdPaid: hours * machine.Price);
    }));

    public Task<Effect> CloseAsync(string externalId, CancellationToken cancellationToken) => Task.FromResult(Act(CloseFaults, () =>
    {
        OnClose?.Invoke();
        if (Machines.SingleOrDefault(m => m.Id == externalId) is { Exists: true } machine) { machine.Status = SupplierStatus.Closed; }
        return new Effect.Done(externalId);
    }));

    public IAsyncEnumerable<LogBatch> FollowLogAsync(string externalId, string? cursor, CancellationToken cancellationToken)
    {
        FollowedFrom.Enqueue(cursor);
        return Stream!.Reader.ReadAllAsync(cancellationToken);
    }

    public IAsyncEnumerable<ShellPart> RunCommandAsync(string externalId, string command, CancellationToken cancellationToken) => Shell!(command, cancellationToken);

    public Task<IReadOnlyList<LogLine>?> ReadLogTailAsync(string externalId, int lines, CancellationToken cancellationToken)
    {
        Readable();
        return Task.FromResult<IReadOnlyList<LogLine>?>(Log is { } log ? [.. log.TakeLast(lines)] : null);
    }

    /// <summary>Credit there; null = it does not say.</summary>
    public decimal? Balance { get; set; } = 100;

    public Task<SupplierBalance> ReadBalanceAsync(CancellationToken cancellationToken) => Task.FromResult(new SupplierBalance(Balance, 0, clock.GetUtcNow()));
}
