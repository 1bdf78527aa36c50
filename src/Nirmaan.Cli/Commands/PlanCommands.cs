using System.Globalization;
using System.Text.Json.Nodes;
using Nirmaan.Cli.Rest;

namespace Nirmaan.Cli.Commands;

internal static class PlanCommands
{
    public static readonly Command Plans = new(
        "plans", "plans [ID] | plans make [--budget USD/H] [--risk 0..1] [--max-moves N]", """
        Lists plans, newest first; shows one with its moves; or makes a new one under the limits in force.
        --budget, --risk and --max-moves override a limit for the new plan only.
        """,
        [.. ApiClient.Valued, "budget", "risk", "max-moves"], ["json"], PlansAsync);

    public static readonly Command Approve = new("approve", "approve PLAN [--moves ID,ID..]", """
        Approves all moves of a plan, or some.
        A choice that breaks a cap is refused, with the cap's name (exit 1).
        """, [.. ApiClient.Valued, "moves"], ["json"], ApproveAsync);

    private static async Task<int> PlansAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        using var api = ApiClient.Of(arguments, terminal);
        if (arguments.Positions is not ["make"] && (arguments.Find("budget") ?? arguments.Find("risk") ?? arguments.Find("max-moves")) is not null) { throw FailureException.BadInput("plans", "limits without 'make'", "plans make --budget .."); }
        switch (arguments.Positions)
        {
            case []:
                var found = await api.ListAsync("plans?limit=200", cancellationToken);
                if (arguments.Has("json")) { terminal.WriteJson(found); return Exit.Done; }
                terminal.Table(["id", "at", "state", "after rent usd/day", "now usd/day", "gap", "moves", "done"], found.List("items").Select(p => (IReadOnlyList<string?>)
                    [p.Text("id"), p.Text("at"), p.Text("state"), PerDay(p, "objectiveUsdPerHour"), PerDay(p, "nowUsdPerHour"), p.Number("gap", 6), p.Text("moveCount"), p.Text("movesDone")]));
                return Exit.Done;
            case ["make"]:
                var body = new JsonObject();
                if (arguments.Number("budget") is { } budget) { body["budgetUsdPerHour"] = budget; }
                if (arguments.Number("risk") is { } risk) { body["riskWeight"] = risk; }
                if (arguments.Whole("max-moves") is { } moves) { body["maxMoves"] = moves; }
                Show(await api.SendAsync(HttpMethod.Post, "plans", body, null, cancellationToken), arguments, terminal);
                return Exit.Done;
            default:
                Show(await api.GetAsync($"plans/{Arguments.Id("plan", arguments.Only("plan"))}", cancellationToken), arguments, terminal);
                return Exit.Done;
        }
    }

    private static void Show(JsonNode detail, Arguments arguments, Terminal terminal)
    {
        if (arguments.Has("json")) { terminal.WriteJson(detail); return; }
        var plan = detail.Member("plan");
        terminal.Error.WriteLine($"plan {plan.Text("id")} is {plan.Text("state")}: ${PerDay(plan, "objectiveUsdPerHour")} after rent per day against ${PerDay(plan, "nowUsdPerHour")} now, bound ${PerDay(plan, "boundUsdPerHour")}; rent ${PerDay(plan, "rentUsdPerHour")} per day; open until {plan.Text("expiresAt")}");
        terminal.Table(["rank", "id", "state", "provider", "gpu", "gpus", "from", "to", "gain usd/day", "cost usd", "even after h"], detail.List("moves").Select(m => (IReadOnlyList<string?>)
            [m.Text("rank"), m.Text("id"), m.Text("state"), m.Text("provider"), m.Text("gpu"), m.Text("count"), m.Text("from"), m.Text("to"), PerDay(m, "gainUsdPerHour"), m.Number("costUsd", 2), m.Text("breakEvenHours")]));
    }

    private static string? PerDay(JsonNode figures, string perHour) => figures.Number(perHour, 8) is { } usd ? (decimal.Parse(usd, CultureInfo.InvariantCulture) * 24).ToString("F2", CultureInfo.InvariantCulture) : null;

    private static async Task<int> ApproveAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var body = new JsonObject();
        if (arguments.Find("moves") is { } moves)
        {
            string[] ids = moves.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            // No move at all is a slip, not a wish: without the option all are approved.
            if (ids.Length == 0) { throw FailureException.BadInput("--moves", $"'{moves}'", "ids of moves, separated by commas"); }
            body["moves"] = new JsonArray([.. ids.Select(id => (JsonNode)Arguments.Id("--moves", id))]);
        }
        using var api = ApiClient.Of(arguments, terminal);
        var answer = await api.SendAsync(HttpMethod.Post, $"plans/{Arguments.Id("plan", arguments.Only("plan"))}/approve", body, null, cancellationToken);
        if (arguments.Has("json")) { terminal.WriteJson(answer); } else { terminal.Out.WriteLine($"approved {answer.Text("moves")} moves"); }
        return Exit.Done;
    }
}
