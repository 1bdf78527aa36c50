using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Tests.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Staking;

/// <summary>Histories drawn from a seed: what pages sum in the database is what the whole read adds up to.</summary>
public sealed class ReturnSumTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private const int Days = 40, Stakers = 3;
    private static readonly Asset[] s_assets = [Asset.Mor, Asset.Heu];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 4)];

    private StakerQueries Whole => new(Contexts, new PriceBook(Contexts, Clock, With(Options)), new NetworkShelf([Network]), Clock);
    private ReturnSumQueries Lazy => new(Contexts, Whole, With(Options), Clock);

    [Theory, MemberData(nameof(Seeds))]
    public async Task Sums_bars_and_stretches_are_what_the_lines_of_the_csv_add_up_to(int seed)
    {
        await PlayAsync(new Random(seed));
        var now = Clock.GetUtcNow();
        DateTimeOffset?[] starts = [null, now.AddDays(-7), now.AddDays(-30), now.AddDays(1 - Days)];
        foreach (var from in starts)
        {
            for (var account = 1; account <= Stakers + 1; account++) { await ShouldAgreeAsync(account, from); }
        }
        (await Whole.ReadReturnsAsync(Wallet(1), null, null, Token)).Epochs.Count.ShouldBeGreaterThan(ReturnSumQueries.StretchEpochs);
    }

    [Fact]
    public async Task Half_a_unit_of_eight_decimals_goes_to_the_even_side_as_in_the_lines()
    {
        // 0.5 and 1.5 of the last decimal: one rounds down, the other up.
        await MineAsync();
        decimal[] prices = [0.000_000_005m, 0.000_000_015m];
        Stake(Midnight, 1, Token18);
        for (var day = 0; day < prices.Length; day++)
        {
            Pay(Midnight.AddDays(day).AddHours(12), Token18);
            await QuoteAsync(Asset.Mor, prices[day], Midnight.AddDays(day + 1));
        }
        Options = o => o.FeeBasisPoints = 0;
        await ReachAsync(Midnight.AddDays(prices.Length));
        await CloseAsync();
        (await Whole.ReadReturnsAsync(Wallet(1), null, null, Token)).Totals.ShouldHaveSingleItem().NetUsd.ShouldBe(0.000_000_02m);
        await ShouldAgreeAsync(1, null);
    }

    private async Task ShouldAgreeAsync(int account, DateTimeOffset? from)
    {
        var whole = await Whole.ReadReturnsAsync(Wallet(account), from, null, Token);
        var sums = await Lazy.ReadSumsAsync(Wallet(account), from, Token);
        (sums.Epochs, sums.Roi).ShouldBe((whole.Epochs.Count, whole.Roi));
        sums.Totals.ShouldBe(whole.Totals);
        foreach (var total in whole.Totals)
        {
            foreach (var length in Enum.GetValues<BarLength>())
            {
                var bars = await Lazy.ReadBarsAsync(Wallet(account), total.Asset, from, length, Token);
                bars.Aggregate(BigInteger.Zero, (sum, b) => sum + b.Net).ShouldBe(total.Net);
                bars.ShouldBe(bars.OrderBy(b => b.From));
            }
            var days = await Lazy.ReadBarsAsync(Wallet(account), total.Asset, from, BarLength.Day, Token);
            days.Select(b => (b.From, b.Net)).ShouldBe(whole.Epochs.SelectMany(e => e.Lines.Where(l => l.Asset == total.Asset).Select(l => (DateOnly.FromDateTime(e.From.UtcDateTime), l.Net))));
        }
        var newest = await Lazy.ReadNewestAsync(Wallet(account), from, Token);
        newest.Epochs.Select(Shown).ShouldBe(whole.Epochs.TakeLast(ReturnSumQueries.StretchEpochs).Select(Shown));
        List<string> seen = [];
        for (int? before = null; ;)
        {
            var stretch = await Lazy.ReadStretchAsync(Wallet(account), from, before, Token);
            stretch.Epochs.Count.ShouldBeLessThanOrEqualTo(ReturnSumQueries.StretchEpochs);
            seen.InsertRange(0, stretch.Epochs.Select(Shown));
            if (!stretch.HasOlder) { break; }
            before = stretch.Epochs[0].Epoch;
        }
        seen.ShouldBe(whole.Epochs.Select(Shown));
        if (whole.Epochs is [var first, ..]) { Shown((await Lazy.FindEpochAsync(Wallet(account), first.Epoch, Token))!).ShouldBe(Shown(first)); }
    }

    private static string Shown(ReturnEpoch e) => $"{e with { Lines = [] }} {string.Join(' ', e.Lines)}";

    // Days without a payment, without a price, with a price that was rejected and without stake are among them.
    private async Task PlayAsync(Random random)
    {
        await MineAsync();
        Dictionary<int, BigInteger> held = [];
        Stake(Midnight, 1, Token18 * 5 / 3);
        for (var day = 0; day < Days; day++)
        {
            var from = Midnight.AddDays(day);
            foreach (var asset in s_assets)
            {
                if (random.Next(5) > 0) { Pay(from.AddHours(random.Next(1, 23)), Token18 * random.Next(1, 40) / 7 + random.Next(), asset); }
                if (day > 3 && random.Next(30) > 0) { await QuoteAsync(asset, random.Next(1, 1_000_000_000) / 100_000_000m, from.AddDays(1)); }
            }
            if (random.Next(40) > 0) { await QuoteAsync(Asset.Nrm, random.Next(1, 1_000_000) / 1_000_000m, from.AddDays(1)); }
            if (random.Next(3) == 0) { await RejectedAsync(random.Next(2) == 0 ? Asset.Nrm : Asset.Mor, from.AddDays(1)); }
            var who = random.Next(1, Stakers + 1);
            var delta = held.GetValueOrDefault(who) is { Sign: > 0 } some && random.Next(2) == 0 ? -some : Token18 * random.Next(1, 100) / 3;
            held[who] = held.GetValueOrDefault(who) + delta;
            Stake(from.AddHours(random.Next(1, 23)), who, delta);
        }
        await ReachAsync(Midnight.AddDays(Days));
        await CloseAsync();
    }

    private Task QuoteAsync(Asset asset, decimal usd, DateTimeOffset at) => WriteAsync(db => db.Prices.Add(new PriceQuote(asset.Id, usd, at, "feed")));
    // Newest of its moment by its source's name, so that whoever forgets the mark takes it.
    private async Task RejectedAsync(Asset asset, DateTimeOffset at)
    {
        await using var db = await Contexts.CreateDbContextAsync(Token);
        await db.Database.ExecuteSqlAsync($"INSERT INTO prices (asset_id, at, source, usd, rejected) VALUES ({asset.Id}, {at}, 'a pair', 77, true)", Token);
    }

    private async Task MineAsync() => await MineAsync(NetworkName.Morpheus, key: "model-1", on: await RentAsync(usdPerGpuHour: 0.5m, at: Midnight), at: Midnight);
}
