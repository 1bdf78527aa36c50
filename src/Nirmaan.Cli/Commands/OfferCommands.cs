using System.Globalization;
using System.Text.Json.Nodes;
using Nirmaan.Cli.Rest;

namespace Nirmaan.Cli.Commands;

internal static class OfferCommands
{
    public static readonly Command Offers = new(
        "offers", "offers [--gpu ID] [--min-vram-gb N] [--max-usd-per-hour X] [--provider P] [--workload W] [--region R] [--all]", """
        Lists rentable machines, cheapest first.
        --all shows those that drop out too, each with the reason.
        """,
        [.. ApiClient.Valued, "gpu", "min-vram-gb", "max-usd-per-hour", "provider", "workload", "region"], ["all", "json"], RunAsync);

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        using var api = ApiClient.Of(arguments, terminal);
        arguments.None();
        var path = ApiClient.Query("offers", ("gpu", arguments.Find("gpu")), ("minVramGb", Text(arguments.Whole("min-vram-gb"))), ("maxUsdPerHour", Text(arguments.Number("max-usd-per-hour"))), ("provider", arguments.Find("provider")),
            ("workload", arguments.Find("workload")), ("region", arguments.Find("region")), ("all", arguments.Has("all") ? "true" : null), ("limit", "200"));
        var found = await api.ListAsync(path, cancellationToken);
        if (arguments.Has("json")) { terminal.WriteJson(found); return Exit.Done; }
        terminal.Table(["id", "provider", "from", "gpu", "vram gb", "usd/gpu-h", "kind", "free", "region", "why not"], found.List("items").Select(o => (IReadOnlyList<string?>)
            [o.Text("id"), o.Text("provider"), o.Text("providerName"), o.Text("gpu"), o.Text("vramGb"), o.Number("usdPerGpuHour", 4), o.Text("priceKind"), o.Text("available"), o.Text("region"), o.Text("why") ?? ""]));
        ShowFunnel(found, terminal);
        return Exit.Done;
    }

    /// <summary>Why machines dropped out of a search.</summary>
    public static void ShowFunnel(JsonNode found, Terminal terminal)
    {
        foreach (var step in found.List("funnel")) { terminal.Error.WriteLine($"dropped {step.Text("dropped")} for {step.Text("reason")}{(step.Text("cheapestRelaxation") is { } more ? $": {more}" : "")}"); }
    }

    private static string? Text(IFormattable? number) => number?.ToString(null, CultureInfo.InvariantCulture);
}
