using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Nirmaan.Cli.Rest;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;

namespace Nirmaan.Cli.Commands;

internal static class EmissionsCommand
{
    private const string ATime = "a time such as 2026-11-22T12:00:00Z, or Unix seconds";
    private static readonly string[] s_times = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    private static readonly Dictionary<string, (string[] Options, Func<Arguments, JsonObject> Compute)> s_networks = new(StringComparer.Ordinal)
    {
        ["morpheus"] = (["at", "claimed"], Morpheus), ["heurist"] = (["at"], Heurist), ["bittensor"] = (["issued"], Bittensor), ["ritual"] = (["payment", "fee", "verifier-fee"], Ritual),
    };

    public static readonly Command Emissions = new(
        "emissions", "emissions morpheus --at TIME [--claimed WEI] | heurist --at TIME | bittensor --issued RAO | ritual --payment UNITS [--fee BASIS-POINTS] [--verifier-fee UNITS]", """
        Prints what a network emits, in base units; null = nothing or unknown.
        morpheus: emissionPerDay is the compute bucket's of the day, 12:00 to 12:00 UTC, that contains the time; the rest is what the compute
        contract answers then. It counts to the last midnight UTC; --claimed is what all providers have been paid until then
        (getProvidersTotalClaimed), 0 unless told.
        heurist: the season that is open, its pool and that spread evenly over its days.
        bittensor: TAO by how much has been issued. ritual: how a payment for an Infernet job is divided; the fee is 500 basis points unless told.
        The time is RFC 3339 or Unix seconds.
        """, [.. s_networks.Values.SelectMany(n => n.Options).Distinct()], [], Run);

    private static Task<int> Run(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var name = arguments.Only("network");
        if (!s_networks.TryGetValue(name, out var network)) { throw FailureException.BadInput("network", $"'{name}'", string.Join(", ", s_networks.Keys)); }
        if (Emissions.Valued.FirstOrDefault(o => arguments.Find(o) is not null && !network.Options.Contains(o)) is { } stray)
        {
            throw FailureException.BadInput($"--{stray}", $"not an option of {name}", string.Join(", ", network.Options.Select(o => "--" + o)));
        }
        terminal.WriteJson(network.Compute(arguments));
        return Task.FromResult(Exit.Done);
    }

    private static JsonObject Morpheus(Arguments arguments)
    {
        var at = Time(arguments);
        var claimed = Optional(arguments, "claimed");
        var state = Within("--claimed", claimed, "no more than was emitted by then", () => MorComputeState.Of(at, claimed));
        return new JsonObject
        {
            ["at"] = Text(at),
            ["emissionPerDay"] = Text(MorEmission.DayAt(at) is { } day ? MorEmission.OfDay(MorBucket.Compute, day) : BigInteger.Zero),
            ["computeBalance"] = Text(state.ComputeBalance),
            ["todaysBudget"] = Text(state.TodaysBudget),
            ["supplyExCompute"] = Text(state.SupplyExCompute),
        };
    }

    private static JsonObject Heurist(Arguments arguments)
    {
        var at = Time(arguments);
        var season = HeuristSeason.Known.FirstOrDefault(s => s.IsOpenAt(at));
        BigInteger? pool = season?.Heu is { } heu ? TokenAmount.Of(heu, Asset.Heu).Units : null;
        return new JsonObject
        {
            ["at"] = Text(at), ["season"] = season?.Name, ["from"] = Text(season?.From), ["to"] = Text(season?.To), ["pool"] = Text(pool), ["emissionPerDay"] = Text(pool / season?.Days),
        };
    }

    private static JsonObject Bittensor(Arguments arguments)
    {
        var issued = arguments.Units("issued");
        var halvings = Within("--issued", issued, $"less than all TAO, {TaoEmission.Cap} rao", () => TaoEmission.Halvings(issued));
        return new JsonObject
        {
            ["issued"] = Text(issued), ["emissionPerBlock"] = Text(TaoEmission.PerBlock(issued)), ["emissionPerDay"] = Text(TaoEmission.PerDay(issued)),
            ["halvings"] = halvings, ["blocksToHalving"] = Text(TaoEmission.BlocksToHalving(issued)),
        };
    }

    private static JsonObject Ritual(Arguments arguments)
    {
        var payment = arguments.Units("payment");
        var (fee, verifierFee) = (arguments.Whole("fee") ?? InfernetPayment.DefaultFeeBasisPoints, Optional(arguments, "verifier-fee"));
        var split = Within("--payment", payment, "at least the fees, none of them below 0", () => InfernetPayment.Of(payment, fee, verifierFee));
        return new JsonObject { ["payment"] = Text(payment), ["protocol"] = Text(split.Protocol), ["verifier"] = Text(split.Verifier), ["node"] = Text(split.Node) };
    }

    private static BigInteger Optional(Arguments arguments, string name) => arguments.Find(name) is null ? BigInteger.Zero : arguments.Units(name);

    private static T Within<T>(string option, BigInteger given, string expected, Func<T> compute)
    {
        try { return compute(); }
        catch (ArgumentOutOfRangeException e) { throw FailureException.BadInput($"{option}: '{given}'; expected {expected}. {e.Message.Split('\n')[0]}", e); }
    }

    /// <summary>The whole second that --at names.</summary>
    private static DateTimeOffset Time(Arguments arguments)
    {
        var text = arguments.Need("at", ATime);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()) { return DateTimeOffset.FromUnixTimeSeconds(seconds); }
        return DateTimeOffset.TryParseExact(text.ToUpperInvariant(), s_times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds())
            : throw FailureException.BadInput("--at", $"'{text}'", ATime);
    }

    private static string? Text(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string? Text(BigInteger? units) => units?.ToString(CultureInfo.InvariantCulture);
}
