using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Jobs;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Optimiser;
using Nirmaan.Optimiser.Backtest;

namespace Nirmaan.Control.Allocation;

/// <summary>What is walked through: our own recorded history, or made-up markets.</summary>
/// <param name="Markets">How many markets; 0 = our own history.</param>
public sealed record BacktestAsk(int Markets)
{
    /// <summary>Most markets of one run.</summary>
    public const int MostMarkets = 16;
}

/// <summary>One way of deciding. Shares are of 1.</summary>
/// <param name="Regret">Share of the clairvoyant bound that was missed, at most; null = the bound promises nothing.</param>
/// <param name="RentPerTokenUsd">Rent per dollar of tokens received; null = none was received.</param>
/// <param name="BetterBy">By how much of the budget the optimiser did better, mean of the pairs; null for the optimiser itself.</param>
/// <param name="BetterAtLeast">Lower end of the 95 % interval; null = fewer than two pairs.</param>
/// <param name="BetterAtMost">Its upper end.</param>
public sealed record BacktestRow(
    string Policy, decimal ProfitOfBudget, decimal? Regret, decimal MovesPerGpuDay, decimal WorstDayOfBudget, decimal? RentPerTokenUsd, decimal? BetterBy, decimal? BetterAtLeast, decimal? BetterAtMost);

/// <summary>What a finished run found.</summary>
/// <param name="Pairs">What differences are taken over: markets, or days of our own history.</param>
/// <param name="Decisions">Of each policy, in each history.</param>
/// <param name="ClairvoyantOfBudget">More than anyone could have earned, as a share of the budget.</param>
/// <param name="Rows">The optimiser first.</param>
public sealed record BacktestResult(
    BacktestAsk Ask, string By, DateTimeOffset At, DateTimeOffset From, DateTimeOffset To, int Decisions, int Pairs, decimal ClairvoyantOfBudget, IReadOnlyList<BacktestRow> Rows);

/// <summary>A run under way.</summary>
public sealed record BacktestRun(BacktestAsk Ask, string By, DateTimeOffset Since, int Done, int Of);

/// <summary>
/// Takes ways of deciding through history, one run at a time and away from any request: whoever started one may leave the page. The last result
/// of each kind is kept.
/// </summary>
public sealed class Backtests(IDbContextFactory<NirmaanDbContext> contexts, SettingBook settings, ControlEvents events, TimeProvider clock) : IDisposable
{
    private const int MostDecisions = 200, MostOutcomes = 2_000;
    private readonly Lock _gate = new();
    private CancellationTokenSource? _stop;
    private BacktestRun? _run;
    private string? _fault;

    /// <summary>The run under way; null = none.</summary>
    public BacktestRun? Current { get { lock (_gate) { return _run; } } }

    /// <summary>Why the last run came to nothing; null = it did not.</summary>
    public string? Fault { get { lock (_gate) { return _fault; } } }

    /// <summary>Begins a run. False = one is under way.</summary>
    /// <exception cref="InvalidInputException">The number of markets makes no sense.</exception>
    public bool Start(BacktestAsk ask, string by)
    {
        if (ask.Markets is < 0 or > BacktestAsk.MostMarkets) { throw new InvalidInputException("markets", ask.Markets, string.Create(CultureInfo.InvariantCulture, $"0 for our own history, or up to {BacktestAsk.MostMarkets} markets")); }
        CancellationToken token;
        lock (_gate)
        {
            if (_run is not null) { return false; }
            _stop = new CancellationTokenSource();
            (_run, _fault, token) = (new BacktestRun(ask, by, clock.GetUtcNow(), 0, Math.Max(1, ask.Markets)), null, _stop.Token);
        }
        events.Changed(Topic.Allocation);
        _ = Task.Run(() => WalkAsync(ask, by, token), CancellationToken.None);
        return true;
    }

    /// <summary>Ends the run under way; what it found so far is lost.</summary>
    public void Cancel()
    {
        lock (_gate) { _stop?.Cancel(); }
    }

    /// <summary>The last result; null = there was none.</summary>
    /// <param name="ofMarkets">True: of made-up markets; false: of our own history.</param>
    public Task<BacktestResult?> FindAsync(bool ofMarkets, CancellationToken cancellationToken) => settings.FindAsync<BacktestResult>(Key(ofMarkets), cancellationToken);

    /// <summary>Our own history as a zip of the folder that <c>nirmaan backtest DIR</c> reads.</summary>
    /// <exception cref="CannotPlanException">There is not enough of it yet.</exception>
    public async Task<byte[]> ExportAsync(CancellationToken cancellationToken)
    {
        var history = await ReadAsync(cancellationToken);
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in history.Files())
            {
                await using var file = await zip.CreateEntry(name).OpenAsync(cancellationToken);
                await file.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
            }
        }
        return bytes.ToArray();
    }

    /// <inheritdoc />
    public void Dispose() => Cancel();

    private static string Key(bool ofMarkets) => ofMarkets ? "backtest:markets" : "backtest:recorded";

    private async Task WalkAsync(BacktestAsk ask, string by, CancellationToken cancellationToken)
    {
        string? fault = null;
        try
        {
            List<BacktestReport> reports = [];
            if (ask.Markets == 0) { reports.Add(Backtester.Run(await ReadAsync(cancellationToken), cancellationToken: cancellationToken)); }
            for (var i = 0; i < ask.Markets; i++)
            {
                var market = new SimulatedMarket { Seed = i + 1 };
                reports.Add(Backtester.Run(market.Play(), market.Rules, cancellationToken));
                lock (_gate) { _run = _run! with { Done = i + 1 }; }
                events.Changed(Topic.Allocation);
            }
            await settings.WriteAsync(Key(ask.Markets > 0), ResultOf(ask, by, clock.GetUtcNow(), reports), by, cancellationToken);
        }
        catch (OperationCanceledException) { fault = "It was cancelled."; }
        // Nobody awaits this task: whatever ends it is told on the page.
        catch (Exception e) { fault = e.Message; }
        finally
        {
            lock (_gate)
            {
                _stop?.Dispose();
                (_stop, _run, _fault) = (null, null, fault);
            }
            events.Changed(Topic.Allocation);
        }
    }

    private static BacktestResult ResultOf(BacktestAsk ask, string by, DateTimeOffset at, List<BacktestReport> reports)
    {
        var summary = BacktestSummary.Of(reports);
        // Of several markets the pairs are markets, of one history its days.
        var against = (reports.Count > 1 ? summary.Against : reports[0].Against).ToDictionary(a => a.Baseline);
        return new BacktestResult(
            ask, by, at, reports[0].From, reports[0].To, summary.Decisions, against.Values.First().Pairs, Share(summary.ClairvoyantOfBudget),
            [.. summary.Policies.Select((p, i) =>
            {
                var better = against.GetValueOrDefault(p.Policy);
                return new BacktestRow(
                    p.Policy, Share(p.ProfitOfBudget), reports.Any(r => r.Policies[i].Regret is null) ? null : Share(p.Regret), Share(p.MovesPerGpuDay), Share(p.WorstDayOfBudget), Maybe(p.AcquisitionCost),
                    Maybe(better?.Mean), Maybe(better?.Lower95), Maybe(better?.Upper95));
            })]);
    }

    /// <summary>What plans believed, and what every estimate since knew of their pools.</summary>
    private async Task<BacktestHistory> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var plans = await db.Plans.AsNoTracking().OrderByDescending(p => p.At).Take(MostDecisions).Select(p => new { p.At, p.Instance }).ToListAsync(cancellationToken);
        // Plans of one second would be one file.
        List<Decision> decisions = [.. plans.DistinctBy(p => p.At.ToUnixTimeSeconds()).Select(p => new Decision(DateTimeOffset.FromUnixTimeSeconds(p.At.ToUnixTimeSeconds()), AllocationInstance.Parse(p.Instance)))];
        var estimates = await db.Estimates.AsNoTracking().OrderByDescending(e => e.At).Take(MostOutcomes).ToListAsync(cancellationToken);
        List<Outcome> outcomes = [.. estimates.SelectMany(e => e.Pools.Where(p => p is { ValueUsdPerHour: not null, OthersWorkPerHour: not null })
            .Select(p => new Outcome(DateTimeOffset.FromUnixTimeSeconds(e.At.ToUnixTimeSeconds()), p.Pool.Value, (double)p.ValueUsdPerHour!.Value, (double)p.OthersWorkPerHour!.Value))).DistinctBy(o => (o.At, o.Network))];
        var first = outcomes.GroupBy(o => o.Network, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Min(o => o.At), StringComparer.Ordinal);
        List<Decision> judged = [.. decisions.Where(d => d.Instance.Networks.All(n => first.TryGetValue(n.Id, out var from) && from <= d.At))];
        return judged.Count < 2
            ? throw new CannotPlanException($"There is not enough history yet: {judged.Count} of {decisions.Count} plans can be judged, and two at least are needed. Every plan that is made counts, approved or not.")
            : BacktestHistory.Of(judged, outcomes);
    }

    private static decimal Share(double share) => decimal.Round((decimal)share, 6);

    private static decimal? Maybe(double? share) => share is { } s && double.IsFinite(s) ? Share(s) : null;
}
