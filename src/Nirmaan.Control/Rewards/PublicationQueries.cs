using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Rewards;

/// <summary>One step of publishing an epoch.</summary>
/// <param name="Action">What a wallet can send for it now; null = nothing, or not yet.</param>
/// <param name="IsDone">The chain shows it done.</param>
/// <param name="WaitsFor">What must come before; null = nothing.</param>
/// <param name="Calls">What was sent for it, the newest first.</param>
public sealed record PublicationStage(PublicationStep Step, StakeAction? Action, bool IsDone, string? WaitsFor, IReadOnlyList<PublicationCall> Calls);

/// <summary>An asset's distributor, and the epoch that is published next.</summary>
/// <param name="Epoch">Null = nothing newer than what is published is closed.</param>
/// <param name="Newest">Newest closed epoch; null = none.</param>
public sealed record Publication(DistributorState State, int? Epoch, string Root, BigInteger Total, IReadOnlyList<PublicationStage> Stages, int? Newest);

/// <summary>Reads of what stands between a closed epoch and its claims.</summary>
public sealed class PublicationQueries(IDbContextFactory<NirmaanDbContext> contexts, IDistributors distributors)
{
    // Longer than an announcement stands in days; each costs two questions to the node.
    private const int MostAnnounced = 14;

    /// <summary>Every distributor with the epoch that comes next: the one that is announced, else the newest closed one.</summary>
    /// <exception cref="Domain.Fleet.SupplierUnavailableException">The chain cannot be read.</exception>
    public async Task<IReadOnlyList<Publication>> ListAsync(CancellationToken cancellationToken)
    {
        List<Publication> publications = [];
        foreach (var state in await distributors.ReadAsync(cancellationToken)) { publications.Add(await FindAsync(state, cancellationToken)); }
        return publications;
    }

    private async Task<Publication> FindAsync(DistributorState state, CancellationToken cancellationToken)
    {
        var asset = state.Asset;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var newest = await db.Distributions.Where(d => d.AssetId == asset.Id && d.Root != DistributionFile.NoRoot).MaxAsync(d => (int?)d.Epoch, cancellationToken);
        if (newest is not { } last || last <= state.Epoch)
        {
            var past = await CallsAsync(db, asset, state.Epoch, cancellationToken);
            return new Publication(state, null, state.Root, state.Total, [.. Enum.GetValues<PublicationStep>().Where(s => past[s].Any()).Select(s => new PublicationStage(s, null, true, null, [.. past[s]]))], newest);
        }
        // Days go by while an announcement stands: what was announced is carried out before anything newer is announced. The timelock is asked, for it
        // was told from wherever the proposer's wallet lives.
        var older = await db.Distributions.Where(d => d.AssetId == asset.Id && d.Epoch > state.Epoch && d.Epoch != last && d.Root != DistributionFile.NoRoot)
            .OrderByDescending(d => d.Epoch).Select(d => d.Epoch).Take(MostAnnounced).ToListAsync(cancellationToken);
        foreach (var epoch in older.Append(last))
        {
            var (root, total) = await RootAsync(db, asset, epoch, cancellationToken);
            var announcement = state.Delay is null ? new Announcement.None() : await distributors.FindAnnouncementAsync(asset, epoch, root, total, cancellationToken);
            if (announcement is Announcement.None && epoch != last) { continue; }
            return new Publication(state, epoch, root, total, Stages(state, epoch, root, total, announcement, await CallsAsync(db, asset, epoch, cancellationToken)), newest);
        }
        throw new InvalidOperationException("The newest epoch is always among those that are looked at.");
    }

    private static IReadOnlyList<PublicationStage> Stages(DistributorState state, int epoch, string root, BigInteger total, Announcement announcement, ILookup<PublicationStep, PublicationCall> calls)
    {
        var (missing, delay) = (state.MissingFor(total), state.Delay ?? TimeSpan.Zero);
        var isOpen = Enum.GetValues<PublicationStep>().ToDictionary(s => s, s => calls[s].FirstOrDefault() is { IsOpen: true });
        var publishWaits = announcement switch
        {
            Announcement.None => "the announcement",
            Announcement.Standing(var readyAt) when readyAt > state.AsOf.At => $"the timelock, until {readyAt:u}",
            _ when missing.Sign > 0 => $"{new TokenAmount(missing, state.Asset)} in the distributor",
            _ => null,
        };
        return
        [
            Stage(PublicationStep.Fund, new StakeAction.Fund(state.Asset, state.Address, missing), missing.IsZero, null),
            Stage(PublicationStep.Announce, new StakeAction.Announce(state.Asset, state.Address, epoch, root, total, delay), announcement is not Announcement.None, state.Delay is null ? "Chain:Timelock, which is not set" : null),
            Stage(PublicationStep.Publish, new StakeAction.Publish(state.Asset, state.Address, epoch, root, total), announcement is Announcement.Done, publishWaits),
        ];

        PublicationStage Stage(PublicationStep step, StakeAction action, bool isDone, string? waitsFor)
        {
            // What is on its way is not sent twice.
            var waits = isDone ? null : isOpen[step] ? "the transaction that was sent" : waitsFor;
            return new PublicationStage(step, isDone || waits is not null ? null : action, isDone, waits, [.. calls[step]]);
        }
    }

    private static async Task<(string Root, BigInteger Total)> RootAsync(NirmaanDbContext db, Asset asset, int epoch, CancellationToken cancellationToken)
    {
        var row = await db.Database.SqlQuery<RootRow>($"""SELECT root AS "Root", total_cumulative AS "Total" FROM distributions WHERE asset_id = {asset.Id} AND epoch = {epoch}""").SingleAsync(cancellationToken);
        return (row.Root, row.Total);
    }

    private static async Task<ILookup<PublicationStep, PublicationCall>> CallsAsync(NirmaanDbContext db, Asset asset, int epoch, CancellationToken cancellationToken) =>
        (await db.PublicationCalls.AsNoTracking().Where(c => c.AssetId == asset.Id && c.Epoch == epoch).OrderByDescending(c => c.SentAt).ToListAsync(cancellationToken)).ToLookup(c => c.Step);

    private sealed record RootRow(string Root, BigInteger Total);
}
