using System.Text.Json;
using Nirmaan.Control;
using Nirmaan.Control.Rewards;

namespace Nirmaan.Web.Api;

/// <summary>A closed epoch of one asset, in base units. Gross = fee + pool + carriedOut.</summary>
/// <param name="RentUsd">Rent of the day, paid by the treasury, not deducted.</param>
/// <param name="Leaves">Accounts in the tree.</param>
internal sealed record DistributionWire(
    int Epoch, DateTimeOffset From, DateTimeOffset To, string Asset, int Decimals, string Gross, string Fee, int FeeBasisPoints, string Pool, string CarriedIn, string CarriedOut, decimal RentUsd, string Root, int Leaves, DateTimeOffset ClosedAt)
{
    public static DistributionWire Of(DistributionRow d) => new(
        d.Epoch, d.From, d.To, d.Asset.Id, d.Asset.Decimals, d.Gross.ToWire(), d.Fee.ToWire(), d.FeeBasisPoints, d.Pool.ToWire(), d.CarriedIn.ToWire(), d.CarriedOut.ToWire(), d.RentUsd, d.Root, d.Leaves, d.ClosedAt);
}

/// <summary>A reward that the distribution shares out.</summary>
internal sealed record DistributedRewardWire(string Network, string ExternalId, string Amount, DateTimeOffset At, string Evidence);

/// <summary>Everything needed to recompute a distribution: save the three files beside each other and run the commands.</summary>
/// <param name="StakesCsv">stakes.csv.</param>
/// <param name="Previous">distribution.json of the epoch before; null = there is none.</param>
/// <param name="File">distribution.json of this epoch.</param>
internal sealed record DistributionInputsWire(DistributionWire Distribution, IReadOnlyList<DistributedRewardWire> Rewards, string StakesCsv, JsonElement? Previous, JsonElement File, IReadOnlyList<string> Commands);

internal static class DistributionCalls
{
    public static void Map(RouteGroupBuilder open)
    {
        open.MapGet("/distributions", async (string? asset, int? limit, string? after, DistributionQueries distributions, CancellationToken cancellationToken) =>
            (await distributions.ListAsync(asset, limit, after, cancellationToken)).ToWire(DistributionWire.Of)).WithName("listDistributions").WithSummary("Closed epochs, newest first.").ProducesProblem(400);
        open.MapGet("/distributions/{epoch:int}", async (int epoch, DistributionQueries distributions, CancellationToken cancellationToken) =>
            await distributions.FindAsync(epoch, cancellationToken) is { Count: > 0 } rows ? Results.Ok(rows.ToList(DistributionWire.Of)) : Problems.NotFound("closed epoch", epoch))
            .WithName("getDistribution").WithSummary("One epoch, a row per asset.").Produces<ListWire<DistributionWire>>().ProducesProblem(404);
        open.MapGet("/distributions/{epoch:int}/inputs", InputsAsync).WithName("getDistributionInputs").WithSummary("Every input needed to recompute an epoch of one asset.").Produces<DistributionInputsWire>().ProducesProblem(400).ProducesProblem(404);
    }

    private static async Task<IResult> InputsAsync(int epoch, string? asset, DistributionQueries distributions, CancellationToken cancellationToken)
    {
        var rows = await distributions.FindAsync(epoch, cancellationToken);
        if (rows.Count == 0) { return Problems.NotFound("closed epoch", epoch); }
        // Most epochs pay one asset; with several it must be named.
        var id = asset ?? (rows.Count == 1 ? rows[0].Asset.Id : throw new InvalidInputException("asset", asset, $"one of {string.Join(", ", rows.Select(r => r.Asset.Id))}"));
        return await distributions.FindInputsAsync(epoch, id, cancellationToken) is { } inputs ? Results.Ok(Inputs(inputs)) : Problems.NotFound($"epoch {epoch} of", id);
    }

    private static DistributionInputsWire Inputs(DistributionInputs i) => new(
        DistributionWire.Of(i.Distribution), [.. i.Rewards.Select(r => new DistributedRewardWire(r.Network, r.ExternalId, r.Units.ToWire(), r.At, r.Evidence))], i.StakesCsv,
        i.PreviousJson is null ? null : Element(i.PreviousJson), Element(i.DistributionJson), i.Commands);

    private static JsonElement Element(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
