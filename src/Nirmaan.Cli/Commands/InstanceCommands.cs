using System.Text.Json.Nodes;
using Nirmaan.Cli.Rest;

namespace Nirmaan.Cli.Commands;

internal static class InstanceCommands
{
    public static readonly Command Launch = new(
        "launch", "launch WORKLOAD COUNT --max-usd-per-gpu-hour X --reason TEXT [--gpu ID] [--provider P] [--region R] [--offer ID] [--vcpu N] [--ram-gb N] [--disk-gb N] [--idempotency-key K] [--dry-run]",
        """
        Launches miners on the cheapest eligible machines, or with --offer on that one, and prints an operation's id for each.
        --vcpu, --ram-gb and --disk-gb ask for other machines than the template does, where the supplier builds them to order (Akash; RunPod the disk).
        --dry-run shows the plan and its price and launches nothing (exit 1 when it would not be allowed). A command that is repeated with the
        same --idempotency-key launches nothing twice; without one each command is a launch of its own.
        """,
        [.. ApiClient.Valued, "max-usd-per-gpu-hour", "reason", "gpu", "provider", "region", "offer", "vcpu", "ram-gb", "disk-gb", "idempotency-key"], ["dry-run", "json"], LaunchAsync);

    public static readonly Command Instances = new("instances", "instances [ID] [--all]", """
        Lists live machines, or shows one with its timeline.
        --all lists ended ones too.
        """, ApiClient.Valued, ["all", "json"], InstancesAsync);

    public static readonly Command Close = new("close", "close ID.. [--reason TEXT]", "Drains machines and gives them back. Safe to repeat.", [.. ApiClient.Valued, "reason"], ["json"], CloseAsync);

    public static readonly Command Cordon = new("cordon", "cordon ID.. --reason TEXT [--end]", """
        Keeps plans, rolls and idle stops away from machines; nothing takes their place when they are lost. Safe to repeat.
        --end lets all of that deal with them again.
        """, [.. ApiClient.Valued, "reason"], ["end", "json"], CordonAsync);

    private static async Task<int> LaunchAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        if (arguments.Positions is not [var workload, var count]) { throw FailureException.BadInput("launch", $"{arguments.Positions.Count} words", "a workload and a count, such as heurist-llm 20"); }
        var body = new JsonObject
        {
            ["workload"] = workload,
            ["count"] = Arguments.Whole("count", count),
            ["maxUsdPerGpuHour"] = arguments.Number("max-usd-per-gpu-hour") ?? throw FailureException.BadInput("--max-usd-per-gpu-hour", "missing", "the ceiling in USD per GPU and hour"),
            ["dryRun"] = arguments.Has("dry-run"),
        };
        foreach (var (option, field) in new[] { ("reason", "reason"), ("gpu", "gpu"), ("provider", "provider"), ("region", "region"), ("offer", "offerId") })
        {
            if (arguments.Find(option) is { } value) { body[field] = value; }
        }
        if (arguments.Number("vcpu") is { } vcpu) { body["vcpu"] = vcpu; }
        if (arguments.Whole("ram-gb") is { } ram) { body["ramGb"] = ram; }
        if (arguments.Whole("disk-gb") is { } disk) { body["diskGb"] = disk; }
        if (!arguments.Has("dry-run")) { arguments.Need("reason", "why the machines are rented, for the books"); }
        if (arguments.Find("offer") is { } offer && !Guid.TryParse(offer, out _)) { throw FailureException.BadInput("--offer", $"'{offer}'", "an offer's id, as nirmaan offers lists it"); }
        var key = arguments.Find("idempotency-key") ?? Guid.NewGuid().ToString();
        using var api = ApiClient.Of(arguments, terminal);
        JsonNode answer;
        try { answer = await api.SendAsync(HttpMethod.Post, "instances", body, key, cancellationToken); }
        catch (FailureException e) when (e.Code == Exit.Wrong) { throw FailureException.Wrong($"{e.Message} (--dry-run shows which offers dropped out, and why)"); }
        // The host may have taken the order before it went silent: only the key makes it safe to ask again.
        catch (FailureException e) when (e.Code == Exit.Outside && !arguments.Has("dry-run")) { throw FailureException.Outside($"{e.Message}; it may have launched: repeat with --idempotency-key {key}", e); }
        if (arguments.Has("json")) { terminal.WriteJson(answer); return Exit.Done; }
        if (arguments.Has("dry-run")) { ShowPlan(answer, terminal); return answer.Text("blocked") is null ? Exit.Done : Exit.Wrong; }
        var operations = answer.List("operations");
        foreach (var operation in operations) { terminal.Out.WriteLine(operation.ToString()); }
        terminal.Error.WriteLine($"{operations.Count} machines asked for; key {key}");
        return Exit.Done;
    }

    private static void ShowPlan(JsonNode plan, Terminal terminal)
    {
        terminal.Table(["provider", "from", "gpu", "usd/gpu-h", "machines"], plan.List("chosen").Select(o => (IReadOnlyList<string?>)
            [o.Text("provider"), o.Text("providerName"), o.Text("gpu"), o.Number("usdPerGpuHour", 4), o.Text("machines")]));
        terminal.Error.WriteLine($"{plan.Text("found")} of {plan.Text("wanted")} found for ${plan.Number("usdPerHour", 4)} an hour{(plan.Text("usdUpFront") is { } paid ? $", ${paid} of it up front" : "")}; {plan.List("rejected").Count} offers rejected");
        OfferCommands.ShowFunnel(plan, terminal);
        foreach (var warning in plan.List("warnings")) { terminal.Error.WriteLine($"beyond the admin's limits: {warning}"); }
        if (plan.Text("blocked") is { } why) { terminal.Error.WriteLine($"not allowed: {why}"); }
    }

    private static async Task<int> InstancesAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        using var api = ApiClient.Of(arguments, terminal);
        if (arguments.Positions.Count > 0)
        {
            var one = await api.GetAsync($"instances/{Arguments.Id("instance", arguments.Only("instance"))}", cancellationToken);
            if (arguments.Has("json")) { terminal.WriteJson(one); return Exit.Done; }
            Show([one.Member("instance")], terminal);
            foreach (var line in one.List("timeline")) { terminal.Out.WriteLine($"{line.Text("at")}  {line.Text("actor")}  {line.Text("what")}: {line.Text("why")}"); }
            return Exit.Done;
        }
        var found = await api.ListAsync(ApiClient.Query("instances", ("all", arguments.Has("all") ? "true" : null), ("limit", "200")), cancellationToken);
        if (arguments.Has("json")) { terminal.WriteJson(found); } else { Show(found.List("items"), terminal); }
        return Exit.Done;
    }

    private static void Show(IReadOnlyList<JsonNode> instances, Terminal terminal) =>
        terminal.Table(["id", "provider", "workload", "gpu", "state", "miner", "usd/h", "cost usd", "runway h"], instances.Select(i => (IReadOnlyList<string?>)
            [i.Text("id"), i.Text("provider"), i.Text("workload"), i.Text("gpu"), i.Text("state"), i.Text("miner", "state"), i.Number("usdPerHour", 4), i.Number("costUsd", 2), i.Number("runwayHours", 1)]));

    private static async Task<int> CordonAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        if (arguments.Positions.Count == 0) { throw FailureException.BadInput("cordon", "no instance", "one id or more"); }
        // All are read before any is touched.
        foreach (var id in arguments.Positions) { Arguments.Id("instance", id); }
        var reason = arguments.Need("reason", "why, for the history");
        using var api = ApiClient.Of(arguments, terminal);
        foreach (var id in arguments.Positions)
        {
            var answer = arguments.Has("end")
                ? await api.SendAsync(HttpMethod.Delete, ApiClient.Query($"instances/{id}/cordon", ("reason", reason)), null, null, cancellationToken)
                : await api.SendAsync(HttpMethod.Put, $"instances/{id}/cordon", new JsonObject { ["reason"] = reason }, null, cancellationToken);
            if (arguments.Has("json")) { terminal.WriteJson(answer); } else { terminal.Out.WriteLine($"{id}  {answer.Text("outcome")}"); }
        }
        return Exit.Done;
    }

    private static async Task<int> CloseAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        if (arguments.Positions.Count == 0) { throw FailureException.BadInput("close", "no instance", "one id or more"); }
        // All are read before any is given back.
        foreach (var id in arguments.Positions) { Arguments.Id("instance", id); }
        using var api = ApiClient.Of(arguments, terminal);
        foreach (var id in arguments.Positions)
        {
            var answer = await api.SendAsync(HttpMethod.Delete, ApiClient.Query($"instances/{id}", ("reason", arguments.Find("reason"))), null, null, cancellationToken);
            if (arguments.Has("json")) { terminal.WriteJson(answer); } else { terminal.Out.WriteLine($"{id}  {answer.Text("outcome")}"); }
        }
        return Exit.Done;
    }
}
