using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nirmaan.Control;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Api;

/// <summary>A closed epoch of one asset, in base units. Gross = cost + fee + pool + carriedOut.</summary>
/// <param name="Cost">Sold to cover rent; 0 while the treasury pays it.</param>
/// <param name="RentUsd">Rent of the day over all networks, whoever pays it.</param>
/// <param name="Method">Of the cut.</param>
/// <param name="FeePolicy">Version of the policy; null = it was not kept then, nor the next two.</param>
/// <param name="BorneUsd">Rent that the policy puts on these receipts.</param>
/// <param name="CoveredUsd">What sales paid of it.</param>
/// <param name="Leaves">Accounts in the tree.</param>
internal sealed record DistributionWire(
    int Epoch, DateTimeOffset From, DateTimeOffset To, string Asset, int Decimals, string Gross, string Cost, string Fee, int FeeBasisPoints, string Pool, string CarriedIn, string CarriedOut, decimal RentUsd, string Root, int Leaves, DateTimeOffset ClosedAt,
    string Method, int? FeePolicy, decimal? BorneUsd, decimal? CoveredUsd)
{
    public static DistributionWire Of(DistributionRow d) => new(
        d.Epoch, d.From, d.To, d.Asset.Id, d.Asset.Decimals, d.Gross.ToWire(), d.Cost.ToWire(), d.Fee.ToWire(), d.FeeBasisPoints, d.Pool.ToWire(), d.CarriedIn.ToWire(), d.CarriedOut.ToWire(), d.RentUsd, d.Root, d.Leaves, d.ClosedAt,
        d.Method, d.Terms?.PolicyVersion, d.Terms?.BorneUsd, d.Terms?.CoveredUsd);
}

/// <summary>A reward that the distribution shares out.</summary>
internal sealed record DistributedRewardWire(string Network, string ExternalId, string Amount, DateTimeOffset At, string Evidence);

/// <summary>Everything needed to recompute a distribution: save the three files beside each other and run the commands.</summary>
/// <param name="StakesCsv">stakes.csv.</param>
/// <param name="Previous">distribution.json of the epoch before; null = there is none.</param>
/// <param name="File">distribution.json of this epoch.</param>
internal sealed record DistributionInputsWire(DistributionWire Distribution, IReadOnlyList<DistributedRewardWire> Rewards, string StakesCsv, JsonElement? Previous, JsonElement File, IReadOnlyList<string> Commands);

/// <summary>A person's consent.</summary>
internal sealed record ConsentWire(string By, DateTimeOffset At);

/// <summary>The next epoch of an asset. Amounts as closing it now would write them; null = it cannot be computed yet.</summary>
/// <param name="Digest">What a consent is for; another amount, account or root has another.</param>
/// <param name="WaitsFor">What must come before it is closed; null = nothing.</param>
/// <param name="RentBorneUsd">Rent that the policy puts on its receipts; null = the epoch is not over.</param>
/// <param name="Sales">Of its receipts, as recorded so far.</param>
internal sealed record NextDistributionWire(
    int Epoch, DateTimeOffset From, DateTimeOffset To, string Asset, int Decimals, string? Gross, string? Cost, string? Fee, string? Pool, string? CarriedOut, string? Root, int? Leaves, int FeePolicy, string? Digest,
    IReadOnlyList<ConsentWire> Consents, int Needed, string? WaitsFor, decimal? RentBorneUsd, decimal? RentCoveredUsd, IReadOnlyList<SaleWire> Sales);

/// <summary>Consent to the next epoch of an asset as it was shown.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record SignOffBody(int? Epoch, string? Asset, string? Digest);

/// <summary>What became of a consent.</summary>
internal sealed record SignOffWire(int Consents, int Needed, bool IsClosed);

/// <summary>Who pays the rent of an asset's receipts, of a network, or of both; null = of any.</summary>
internal sealed record RentRuleWire(string? Asset, string? Network, bool? TreasuryFunded);

/// <summary>Fee and who pays the rent, from a date on; rents are the exceptions from rentTreasuryFunded, of which the narrowest holds.</summary>
/// <param name="By">Who announced it; null = not told to strangers, to whom it would be a name to sign in with.</param>
internal sealed record FeePolicyWire(int Version, DateTimeOffset From, int FeeBasisPoints, bool RentTreasuryFunded, IReadOnlyList<RentRuleWire> Rents, DateTimeOffset AnnouncedAt, string? By, string Why)
{
    public static FeePolicyWire Of(FeePolicy p) => new(p.Version, p.From, p.FeeBasisPoints, p.RentTreasuryFunded, [.. p.Rents.Select(r => new RentRuleWire(r.AssetId, r.Network?.Value, r.TreasuryFunded))], p.AnnouncedAt, p.By, p.Why);
}

/// <summary>A policy to announce.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record FeePolicyBody(DateTimeOffset? From, int? FeeBasisPoints, bool? RentTreasuryFunded, IReadOnlyList<RentRuleWire>? Rents, string? Why);

internal static class DistributionCalls
{
    public static void Map(RouteGroupBuilder open, RouteGroupBuilder read, RouteGroupBuilder approve)
    {
        open.MapGet("/fee-policies", async (AnnounceFeePolicy policies, CancellationToken cancellationToken) => (await policies.ListAsync(cancellationToken)).ToList(p => FeePolicyWire.Of(p) with { By = null }))
            .WithName("listFeePolicies").WithSummary("What is taken, from when on, in the order of announcement.");
        approve.MapPost("/fee-policies", async (FeePolicyBody body, AnnounceFeePolicy policies, ClaimsPrincipal user, CancellationToken cancellationToken) => Results.Created("/api/v1/fee-policies", FeePolicyWire.Of(await policies.RunAsync(
            body.From ?? throw new InvalidInputException("from", null, "a midnight of UTC"), body.FeeBasisPoints ?? throw new InvalidInputException("feeBasisPoints", null, "0 to 10000"),
            body.RentTreasuryFunded ?? throw new InvalidInputException("rentTreasuryFunded", null, "true or false"), [.. (body.Rents ?? []).Select(Rule)], user.Actor(), body.Why ?? "", cancellationToken))))
            .WithName("announceFeePolicy").WithSummary("Announces a fee policy.").Produces<FeePolicyWire>(201).ProducesProblem(400).ProducesProblem(422);
        read.MapGet("/distributions/next", async (CloseEpoch epochs, CancellationToken cancellationToken) => (await epochs.PreviewAsync(cancellationToken)).ToList(Next))
            .WithName("previewDistributions").WithSummary("The next epoch of every asset, as closing it now would write it, and who consented.");
        approve.MapPost("/distributions/next/sign-off", SignOffAsync).WithName("signOffDistribution").WithSummary("Consents to an epoch as it was shown; the last consent that it needs closes it.")
            .Produces<SignOffWire>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        open.MapGet("/distributions", async (string? asset, int? limit, string? after, DistributionQueries distributions, CancellationToken cancellationToken) =>
            (await distributions.ListAsync(asset, limit, after, cancellationToken)).ToWire(DistributionWire.Of)).WithName("listDistributions").WithSummary("Closed epochs, newest first.").ProducesProblem(400);
        open.MapGet("/distributions/{epoch:int}", async (int epoch, DistributionQueries distributions, CancellationToken cancellationToken) =>
            await distributions.FindAsync(epoch, cancellationToken) is { Count: > 0 } rows ? Results.Ok(rows.ToList(DistributionWire.Of)) : Problems.NotFound("closed epoch", epoch))
            .WithName("getDistribution").WithSummary("One epoch, a row per asset.").Produces<ListWire<DistributionWire>>().ProducesProblem(404);
        open.MapGet("/distributions/{epoch:int}/inputs", InputsAsync).RequireRateLimiting(SignInServices.DownloadLimit).WithName("getDistributionInputs").WithSummary("Every input needed to recompute an epoch of one asset.").Produces<DistributionInputsWire>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(429);
    }

    private static RentRule Rule(RentRuleWire rule) => new(
        rule.Asset, rule.Network is { } network ? new Domain.Amounts.NetworkName(network) : null, rule.TreasuryFunded ?? throw new InvalidInputException("rents.treasuryFunded", null, "true or false"));

    private static async Task<IResult> SignOffAsync(SignOffBody body, CloseEpoch epochs, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var epoch = body.Epoch ?? throw new InvalidInputException("epoch", null, "the number of the next epoch");
        var asset = body.Asset ?? throw new InvalidInputException("asset", null, "an asset, such as MOR");
        return await epochs.SignOffAsync(epoch, asset, body.Digest ?? throw new InvalidInputException("digest", null, "that of the preview which was looked at"), user.Actor(), cancellationToken) switch
        {
            SignOffOutcome.Noted noted => Results.Ok(new SignOffWire(noted.Count, noted.Needed, noted.Closed is not null)),
            SignOffOutcome.Changed changed => Problems.Of(409, "epoch_changed", $"The epoch is another than what was shown; its digest is {changed.Digest}. Look at it again."),
            SignOffOutcome.SamePerson same => Problems.Of(409, "same_person", $"{same.Who} consented already; another person must."),
            SignOffOutcome.TooEarly early => Problems.Of(409, "epoch_not_ready", $"It waits for {early.WaitsFor}."),
            SignOffOutcome.TooLate => Problems.Of(409, "epoch_closed", "It is closed."),
            _ => Problems.NotFound($"next epoch {epoch} of", asset),
        };
    }

    private static NextDistributionWire Next(EpochPreview n) => new(
        n.Epoch, n.From, n.To, n.Asset.Id, n.Asset.Decimals, n.Draft?.Gross.ToWire(), n.Draft?.Cost.ToWire(), n.Draft?.Fee.ToWire(), n.Draft?.Pool.ToWire(), n.Draft?.CarriedOut.ToWire(), n.Draft?.Root, n.Draft?.Leaves.Count,
        n.Policy.Version, n.Digest, [.. n.Consents.Select(c => new ConsentWire(c.By, c.At))], n.Needed, n.WaitsFor, n.Rent?.BorneUsd, n.Rent?.CoveredUsd, [.. n.Sales.Select(SaleWire.Of)]);

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
