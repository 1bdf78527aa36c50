using System.Text;
using Microsoft.AspNetCore.Mvc;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Api;

/// <summary>An epoch's line of one asset, in base units: gross - cost - fee = net.</summary>
/// <param name="NetUsd">At the price of the epoch's end; null = unknown.</param>
internal sealed record ReturnLineWire(
    string Asset, int Decimals, string Gross, string Cost, string Fee, string Net, string Cumulative, decimal? PriceUsd, DateTimeOffset? PriceAt, string? PriceSource, decimal? NetUsd, string Root);

/// <summary>One epoch (a UTC day) of an account.</summary>
/// <param name="RentUsd">Its share of the day's rent, whoever paid it.</param>
internal sealed record ReturnEpochWire(int Epoch, DateTimeOffset From, DateTimeOffset To, AmountWire AverageStake, decimal Share, decimal RentUsd, IReadOnlyList<ReturnLineWire> Lines, decimal? NetUsd);

/// <summary>Sums of one asset over the epochs shown, in base units.</summary>
internal sealed record ReturnTotalWire(string Asset, int Decimals, string Gross, string Cost, string Fee, string Net, decimal? NetUsd);

/// <summary>The account's part of points: a network's promise, not money. Converted: of them, those that became tokens which the pool received or will.</summary>
internal sealed record ReturnPointsWire(string Network, string Kind, decimal Points, decimal Converted, NoticeWire? Notice);

/// <summary>Everything an account got in a period. Rates are shares per year, 0.1 = 10 %; null = unknown.</summary>
internal sealed record ReturnsWire(
    string Address, DateTimeOffset From, DateTimeOffset To, AmountWire Stake, AmountWire TotalStake, decimal? Share, IReadOnlyList<ReturnEpochWire> Epochs, IReadOnlyList<ReturnTotalWire> Totals, IReadOnlyList<ReturnPointsWire> Points,
    decimal? Apr7d, decimal? Apr30d, decimal? Roi, decimal? NrmPriceUsd, string MethodVersion);

/// <summary>What an account may claim of an asset: all it ever got, and the proof against the root.</summary>
internal sealed record ClaimWire(string Asset, int Decimals, int Epoch, string Cumulative, string Root, IReadOnlyList<string> Proof);

internal static class StakerCalls
{
    public static void Map(RouteGroupBuilder open)
    {
        open.MapGet("/stakers/{address}/returns", async (string address, DateTimeOffset? from, DateTimeOffset? to, StakerQueries stakers, CancellationToken cancellationToken) =>
            Returns(await stakers.ReadReturnsAsync(Words.Address(address), from, to, cancellationToken))).WithName("getReturns").WithSummary("What an account earned, why that much, and the rates. Public by address.").ProducesProblem(400);
        open.MapGet("/stakers/{address}/returns.csv", async (string address, DateTimeOffset? from, DateTimeOffset? to, StakerQueries stakers, CancellationToken cancellationToken) =>
        {
            var account = Words.Address(address);
            var returns = await stakers.ReadReturnsAsync(account, from, to, cancellationToken);
            return Results.Stream(async body =>
            {
                await using var text = new StreamWriter(body, leaveOpen: true);
                foreach (var line in returns.CsvLines()) { await text.WriteAsync(line.AsMemory(), cancellationToken); }
            }, "text/csv; charset=utf-8", $"returns-{account.Checksummed()}.csv");
        }).WithName("getReturnsCsv").WithSummary("The same lines as CSV; its columns add up to the totals.").Produces(200, contentType: "text/csv").ProducesProblem(400);
        open.MapPost("/stakers/{address}/gains.csv", async (string address, BasisChoice? basis, HttpRequest request, StakerQueries stakers, CancellationToken cancellationToken) =>
        {
            var returns = await stakers.ReadReturnsAsync(Words.Address(address), null, null, cancellationToken);
            using var reader = new StreamReader(request.Body);
            return Results.File(Encoding.UTF8.GetBytes(GainsCsv.Write(returns, await reader.ReadToEndAsync(cancellationToken), basis ?? BasisChoice.Fifo)), "text/csv; charset=utf-8", "gains.csv");
        }).RequireRateLimiting(SignInServices.ComputeLimit).WithMetadata(new RequestSizeLimitAttribute(1024 * 1024)).WithName("computeGains").WithSummary("Gains of sales sent as CSV (time,asset,tokens,usd) by a choice of basis: Fifo, Lifo, Hifo or Average. Nothing is stored.")
            .Accepts<string>("text/csv").Produces(200, contentType: "text/csv").ProducesProblem(400).ProducesProblem(429);
        open.MapGet("/stakers/{address}/claims", async (string address, StakerQueries stakers, CancellationToken cancellationToken) =>
            (await stakers.ReadClaimsAsync(Words.Address(address), cancellationToken)).ToList(c => new ClaimWire(c.Asset.Id, c.Asset.Decimals, c.Epoch, c.Cumulative.ToWire(), c.Root, c.Proof)))
            .WithName("getClaims").WithSummary("Cumulative amount, proof and root per asset.").ProducesProblem(400);
    }

    private static ReturnsWire Returns(StakerReturns r) => new(
        r.Address.Checksummed(), r.From, r.To, new TokenAmount(r.Staked, Asset.Nrm).ToWire(), new TokenAmount(r.TotalStaked, Asset.Nrm).ToWire(), r.Share,
        [.. r.Epochs.Select(e => new ReturnEpochWire(e.Epoch, e.From, e.To, new TokenAmount(e.AverageStake, Asset.Nrm).ToWire(), e.Share, e.RentUsd, [.. e.Lines.Select(Line)], e.NetUsd))],
        [.. r.Totals.Select(t => new ReturnTotalWire(t.Asset.Id, t.Asset.Decimals, t.Gross.ToWire(), t.Cost.ToWire(), t.Fee.ToWire(), t.Net.ToWire(), t.NetUsd))],
        [.. r.Points.Select(p => new ReturnPointsWire(p.Network.Value, p.Kind, p.Points, p.Converted, p.Notice.ToWire()))], r.Apr7d, r.Apr30d, r.Roi, r.NrmPrice?.Usd, r.MethodVersion);

    private static ReturnLineWire Line(ReturnLine l) => new(
        l.Asset.Id, l.Asset.Decimals, l.Gross.ToWire(), l.Cost.ToWire(), l.Fee.ToWire(), l.Net.ToWire(), l.Cumulative.ToWire(), l.Price?.Usd, l.Price?.At, l.Price?.Source, l.NetUsd, l.Root);
}
