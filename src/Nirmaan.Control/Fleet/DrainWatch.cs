using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Fleet;

/// <summary>What a machine waits for before it is given back.</summary>
/// <param name="For">In words that follow "it waits for".</param>
/// <param name="Until">At the latest.</param>
internal sealed record DrainWait(string For, DateTimeOffset Until);

/// <summary>
/// Tells what a draining machine still has to finish: its network still sends it work, sessions are open on it, or a job is in hand. None of it
/// is waited for longer than its template's grace.
/// </summary>
internal sealed class DrainWatch(IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, TimeProvider clock)
{
    // A network that goes on sending users to a machine that is gone is worse than a minute's rent.
    private static readonly TimeSpan s_leastForWithdrawal = TimeSpan.FromMinutes(2);

    /// <summary>What it waits for, though its time may be up; null = nothing.</summary>
    public async Task<DrainWait?> LookAsync(Instance instance, CancellationToken cancellationToken)
    {
        List<Miner> miners;
        bool isWithdrawing;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            miners = await db.Miners.AsNoTracking().Where(m => m.InstanceId == instance.Id && m.State != MinerState.Stopped).OrderBy(m => m.CreatedAt).ToListAsync(cancellationToken);
            isWithdrawing = await db.Operations.AnyAsync(
                o => o.InstanceId == instance.Id && o.Kind == OperationKind.Withdraw && (o.State == OperationState.Intended || o.State == OperationState.Sent || o.State == OperationState.Unknown), cancellationToken);
        }
        DrainWait? longest = null;
        foreach (var miner in miners)
        {
            var grace = TimeSpan.FromSeconds(networks.Templates.FirstOrDefault(t => t.WorkloadName == miner.Workload)?.StopGraceSeconds ?? 0);
            // As long as the network may send more, what is open now is not all there will be.
            var what = isWithdrawing ? $"{miner.Network} to take it off" : await OpenAsync(miner, instance.StateSince, cancellationToken);
            if (what is null) { continue; }
            var until = instance.StateSince + (isWithdrawing && grace < s_leastForWithdrawal ? s_leastForWithdrawal : grace);
            if (instance.ReclaimDeadline < until) { until = instance.ReclaimDeadline.Value; }
            if (longest is null || until > longest.Until) { longest = new DrainWait(what, until); }
        }
        return longest;
    }

    private async Task<string?> OpenAsync(Miner miner, DateTimeOffset since, CancellationToken cancellationToken)
    {
        IReadOnlyList<MinerCredit> credits;
        try { credits = networks.Find(miner.Network) is { } network ? await network.ReadCreditsAsync([miner.NetworkKey], clock.GetUtcNow(), cancellationToken) : []; }
        catch (SupplierUnavailableException) { return $"word of its open sessions, as {miner.Network} cannot be read"; }
        // A network that tells of each miner knows best; of another only the agent can tell.
        if (credits.FirstOrDefault(c => c.NetworkKey == miner.NetworkKey) is { } credit) { return credit.Active ? $"its open sessions on {miner.Network}" : null; }
        return miner.ReportedState == "working" && !(miner.LastJobAt >= since) ? "the job in hand" : null;
    }
}
