using Nirmaan.Control.Allocation;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Web.History;

/// <summary>One event of the founding story, at a virtual time.</summary>
internal sealed record StoryEvent(string Id, TimeSpan After, Func<CancellationToken, Task<string>> HappenAsync);

/// <summary>The next event of a story that has begun.</summary>
internal sealed record DueEvent(StoryEvent Event, DateTimeOffset At)
{
    /// <summary>Id of the event.</summary>
    public string Id => Event.Id;
}

/// <summary>
/// What ops and admin did in the virtual days: limits set, miners launched, plans approved, machines given back; and what befell them: machines
/// lost, a supplier that acted and did not answer. All of it goes through the verbs and the sandbox's fault calls.
/// </summary>
internal sealed partial class HistoryStory
{
    private const string Actor = HistoryDriver.Actor;
    private static readonly WorkloadName s_texts = new("heurist-llm"), s_images = new("heurist-sd"), s_sessions = new("morpheus-llm");
    private static readonly GpuModel s_a6000 = new("rtx-a6000"), s_a4000 = new("rtx-a4000");

    private readonly SetConstraints _constraints;
    private readonly LaunchInstance _launch;
    private readonly RetireInstance _retire;
    private readonly IPlanAllocation _plans;
    private readonly ApprovePlan _approve;
    private readonly FleetQueries _fleet;
    private readonly NetworkShelf _networks;
    private readonly SandboxControl _sandbox;
    private readonly ILogger<HistoryStory> _logger;
    private readonly List<StoryEvent> _events;

    public HistoryStory(
        SetConstraints constraints, LaunchInstance launch, RetireInstance retire, IPlanAllocation plans, ApprovePlan approve, FleetQueries fleet, NetworkShelf networks, SandboxControl sandbox, ILogger<HistoryStory> logger)
    {
        (_constraints, _launch, _retire, _plans, _approve, _fleet, _networks, _sandbox, _logger) = (constraints, launch, retire, plans, approve, fleet, networks, sandbox, logger);
        _events =
        [
            new("limits", Minutes(12), c => LimitAsync(16m, 4m, 5m, "first limits of the pool", c)),
            new("first-texts", Minutes(15), c => LaunchAsync("first-texts", new LaunchRequest(s_texts, 8, 0.60m, s_a6000, SupplierName.Akash, Reason: "the article's default: text miners on RTX A6000"), c)),
            new("first-images", Minutes(25), c => LaunchAsync("first-images", new LaunchRequest(s_images, 4, 0.75m, s_a6000, SupplierName.IoNet, Reason: "image miners on RTX A6000"), c)),
            new("eight-a4000", Minutes(65), c => LaunchAsync("eight-a4000", new LaunchRequest(s_images, 8, 0.40m, s_a4000, SupplierName.IoNet, Reason: "the article's io.net order: 8 x RTX A4000"), c)),
            new("first-sessions", Minutes(125), c => LaunchAsync("first-sessions", new LaunchRequest(s_sessions, 3, 0.75m, s_a6000, Reason: "a first foot on Morpheus"), c)),
            new("plan-1", Hours(26), c => PlanAsync(new PlanRequest(MaxMoves: 4), approve: true, c)),
            new("machine-lost", Hours(41), c => LoseAsync(SupplierName.Akash, c)),
            new("no-answer-akash", Hours(62), c => LaunchUnansweredAsync("no-answer-akash", "akash.create-deployment", new LaunchRequest(s_texts, 1, 0.60m, s_a6000, SupplierName.Akash, Reason: "one more text miner"), c)),
            new("no-answer-ionet", Hours(63), c => LaunchUnansweredAsync("no-answer-ionet", "ionet.deploy", new LaunchRequest(s_images, 1, 0.75m, s_a6000, SupplierName.IoNet, Reason: "one more image miner"), c)),
            new("less-heurist", Hours(89), c => LimitAsync(16m, 2.5m, 4m, "less on a season that is over", c)),
            new("plan-2", Hours(90), c => PlanAsync(new PlanRequest(MaxMoves: 6), approve: true, c)),
            new("retired", Hours(112), c => RetireAsync(s_images, s_a4000, 2, "the cheapest cards earn the least", c)),
            new("plan-3", Hours(137), c => PlanAsync(new PlanRequest(MaxMoves: 3), approve: false, c)),
            new("card-lost", Hours(151), c => LoseAsync(SupplierName.IoNet, c)),
        ];
    }

    /// <summary>Ids of all its events.</summary>
    public IReadOnlyList<string> Ids => [.. _events.Select(e => e.Id)];

    /// <summary>The next event that has not happened; null = the story is told.</summary>
    public DueEvent? NextOf(HistoryState state) => _events.Where(e => !state.Told.Contains(e.Id)).MinBy(e => e.After) is { } next ? new DueEvent(next, state.From + next.After) : null;

    /// <summary>Lets an event happen. One that cannot is noted in the log; the story goes on.</summary>
    public async Task TellAsync(DueEvent happening, CancellationToken cancellationToken)
    {
        try
        {
            var what = await happening.Event.HappenAsync(cancellationToken);
            LogTold(happening.Id, what);
        }
        catch (Exception e) when (e is not OperationCanceledException) { LogUntold(e, happening.Id); }
    }

    private async Task<string> LimitAsync(decimal budget, decimal texts, decimal images, string why, CancellationToken cancellationToken)
    {
        var limits = await _constraints.ReadAsync(cancellationToken);
        var exposure = new Dictionary<string, decimal> { ["heurist-llama"] = texts, ["heurist-waifu"] = images };
        return $"limits of version {(await _constraints.RunAsync(limits with { BudgetUsdPerHour = budget, ExposureUsdPerHour = exposure }, Actor, why, cancellationToken)).Version}";
    }

    private async Task<string> LaunchAsync(string id, LaunchRequest request, CancellationToken cancellationToken)
    {
        if (!_networks.Templates.Any(t => t.WorkloadName == request.Workload)) { return $"{request.Workload} is not switched on"; }
        return await _launch.RunAsync(request, $"{Actor}:{id}", Actor, cancellationToken) switch
        {
            LaunchOutcome.Accepted accepted => $"{accepted.Operations.Count} machines asked for",
            LaunchOutcome.Refused refused => $"refused: {refused.Why}",
            _ => "its key was used otherwise",
        };
    }

    private async Task<string> LaunchUnansweredAsync(string id, string endpoint, LaunchRequest request, CancellationToken cancellationToken)
    {
        await _sandbox.BreakCallsAsync(endpoint, "act-then-time-out", 1, cancellationToken);
        return await LaunchAsync(id, request, cancellationToken);
    }

    private async Task<string> PlanAsync(PlanRequest request, bool approve, CancellationToken cancellationToken)
    {
        var plan = await _plans.RunAsync(request, Actor, cancellationToken);
        if (!approve) { return $"plan {plan}, left to itself"; }
        return await _approve.RunAsync(plan, null, Actor, cancellationToken) is ApproveOutcome.Approved approved ? $"plan {plan} with {approved.Moves} moves" : $"plan {plan} could not be approved";
    }

    private async Task<string> LoseAsync(SupplierName supplier, CancellationToken cancellationToken)
    {
        if ((await RunningAsync(i => i.Supplier == supplier, cancellationToken)).FirstOrDefault() is not { ExternalId: { } external }) { return "no machine to lose"; }
        await _sandbox.StrikeAsync("lose-machine", external, cancellationToken);
        return $"the machine of {external} died";
    }

    private async Task<string> RetireAsync(WorkloadName workload, GpuModel gpu, int count, string why, CancellationToken cancellationToken)
    {
        var chosen = (await RunningAsync(i => i.Workload == workload && i.Gpu == gpu, cancellationToken)).Take(count).ToList();
        foreach (var instance in chosen) { await _retire.RunAsync(instance.Id, Actor, why, cancellationToken); }
        return $"{chosen.Count} machines given back";
    }

    private async Task<List<InstanceRow>> RunningAsync(Func<InstanceRow, bool> wanted, CancellationToken cancellationToken) =>
        [.. (await _fleet.TableAsync(null, cancellationToken)).Where(i => i.State == InstanceState.Running && wanted(i)).OrderBy(i => i.CreatedAt).ThenBy(i => i.ExternalId, StringComparer.Ordinal)];

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);
    private static TimeSpan Hours(int hours) => TimeSpan.FromHours(hours);

    [LoggerMessage(Level = LogLevel.Information, Message = "Story, {Event}: {What}")]
    private partial void LogTold(string @event, string what);

    [LoggerMessage(Level = LogLevel.Error, Message = "Story, {Event}: could not happen")]
    private partial void LogUntold(Exception e, string @event);
}
