using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Nirmaan.Cli.Rest;
using Nirmaan.Domain.Emissions;

namespace Nirmaan.Cli.Commands;

internal static class EmissionsCommand
{
    private const string Network = "morpheus", ATime = "a time such as 2026-11-22T12:00:00Z, or Unix seconds";
    private static readonly string[] s_times = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    public static readonly Command Emissions = new(
        "emissions", "emissions morpheus --at TIME [--claimed WEI]", """
        Prints what Morpheus emits for compute at a time, and what its contract answers then, in wei.
        emissionPerDay is the compute bucket's of the day, 12:00 to 12:00 UTC, that contains the time. The contract counts to the last midnight
        UTC; --claimed is what all providers have been paid until then (getProvidersTotalClaimed), 0 unless told. The time is RFC 3339 or Unix
        seconds.
        """, ["at", "claimed"], [], Run);

    private static Task<int> Run(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        if (arguments.Only("network") is var network && network != Network) { throw FailureException.BadInput("network", $"'{network}'", Network); }
        var at = Time(arguments.Need("at", ATime));
        var claimed = arguments.Find("claimed") is null ? BigInteger.Zero : arguments.Units("claimed");
        try
        {
            var state = MorComputeState.Of(at, claimed);
            terminal.WriteJson(new JsonObject
            {
                ["at"] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["emissionPerDay"] = Text(MorEmission.DayAt(at) is { } day ? MorEmission.OfDay(MorBucket.Compute, day) : BigInteger.Zero),
                ["computeBalance"] = Text(state.ComputeBalance),
                ["todaysBudget"] = Text(state.TodaysBudget),
                ["supplyExCompute"] = Text(state.SupplyExCompute),
            });
            return Task.FromResult(Exit.Done);
        }
        catch (ArgumentOutOfRangeException e) { throw FailureException.BadInput($"--claimed: '{claimed}'; expected no more than was emitted by then. {e.Message.Split('\n')[0]}", e); }
    }

    /// <summary>The whole second that a text names.</summary>
    private static DateTimeOffset Time(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()) { return DateTimeOffset.FromUnixTimeSeconds(seconds); }
        return DateTimeOffset.TryParseExact(text.ToUpperInvariant(), s_times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds())
            : throw FailureException.BadInput("--at", $"'{text}'", ATime);
    }

    private static string Text(BigInteger wei) => wei.ToString(CultureInfo.InvariantCulture);
}
