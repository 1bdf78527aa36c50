using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet.Effects;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>What a person decides over an unknown operation.</summary>
public enum Resolution
{
    /// <summary>It happened: take over what is found (by name, or the thing named by hand).</summary>
    Adopt,
    /// <summary>Close whatever is found of it.</summary>
    Close,
    /// <summary>Stop looking; the dollars at risk stay on the page.</summary>
    GiveUp,
}

/// <summary>What became of the decision.</summary>
public abstract record ResolveOutcome
{
    private ResolveOutcome() { }

    /// <summary>Carried out.</summary>
    public sealed record Resolved(OperationState State) : ResolveOutcome;
    /// <summary>It is not unknown (any more).</summary>
    public sealed record NotUnknown(OperationState State) : ResolveOutcome;
    /// <summary>There is no such operation.</summary>
    public sealed record NotFound : ResolveOutcome;
    /// <summary>It could not be adopted or closed: nothing was found, or more than one thing.</summary>
    public sealed record NothingFound(string Why) : ResolveOutcome;
    /// <summary>What was named by hand cannot be it.</summary>
    public sealed record NotACandidate(string Why) : ResolveOutcome;
}

/// <summary>Carries out a person's decision over an unknown operation.</summary>
internal sealed class ResolveOperation(IDbContextFactory<NirmaanDbContext> contexts, IEnumerable<IOperationHandler> handlers, OperationQueries operations, ControlEvents events, TimeProvider clock) : IResolveOperation
{
    public async Task<ResolveOutcome> RunAsync(OperationId id, Resolution resolution, string? externalId, string by, CancellationToken cancellationToken)
    {
        Operation? before;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            before = await db.Operations.AsNoTracking().SingleOrDefaultAsync(o => o.Id == id, cancellationToken);
        }
        if (before is null) { return new ResolveOutcome.NotFound(); }
        if (before.State is not (OperationState.Unknown or OperationState.Closing)) { return new ResolveOutcome.NotUnknown(before.State); }
        // A machine that works is given back on its own page; a doubtful change of it is no reason to end it from here.
        if (resolution == Resolution.Close && before.Kind is not (OperationKind.Create or OperationKind.Place)) { return new ResolveOutcome.NothingFound($"a {before.Kind} leaves nothing of its own to close"); }
        if (externalId is not null && await WhyNotAsync(before, externalId, cancellationToken) is { } why) { return new ResolveOutcome.NotACandidate(why); }
        var handler = handlers.Single(h => h.Kinds.Contains(before.Kind));
        var now = clock.GetUtcNow();
        var found = externalId is not null
            ? new LookUp.Happened(new Effect.Done(externalId), $"{by} named {externalId}")
            : resolution == Resolution.GiveUp ? null : await handler.LookUpAsync(before, now, cancellationToken);

        for (var attempt = 1; ; attempt++)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var operation = await db.Operations.SingleAsync(o => o.Id == id, cancellationToken);
            if (operation.State is not (OperationState.Unknown or OperationState.Closing)) { return new ResolveOutcome.NotUnknown(operation.State); }
            switch (resolution, found)
            {
                case (Resolution.Adopt, LookUp.Happened happened):
                    db.Change(operation, now, by, happened.How, o => o.MarkSucceeded(now, happened.Done.ExternalId, happened.Done.Answer));
                    await handler.SucceedAsync(db, operation, happened.Done, now, cancellationToken);
                    break;
                case (Resolution.Adopt, LookUp.NeverHappened never):
                    return new ResolveOutcome.NothingFound(never.Why);
                case (Resolution.Adopt, LookUp.StillUnknown still):
                    return new ResolveOutcome.NothingFound(still.Why);
                case (Resolution.Adopt, _):
                    return new ResolveOutcome.NothingFound("the call is safe to repeat and is repeated by itself");
                case (Resolution.Close, LookUp.StillUnknown still) when operation.Kind == OperationKind.Create && (await operations.CandidatesAsync(id, cancellationToken)).Count > 1:
                    return new ResolveOutcome.NothingFound($"{still.Why}; name the one to close");
                case (Resolution.Close, _):
                    db.Change(operation, now, by, "close whatever is found of it", o => o.MarkClosing(now, (found as LookUp.Happened)?.Done.ExternalId, $"{by} decided to close it"));
                    break;
                case (Resolution.GiveUp, _):
                    db.Change(operation, now, by, "given up", o => o.MarkAbandoned(now, $"given up by {by}"));
                    await handler.RejectAsync(db, operation, new Effect.Refused("given-up", $"given up by {by}", false), now, cancellationToken);
                    break;
            }
            try { await db.SaveChangesAsync(cancellationToken); }
            catch (DbUpdateConcurrencyException) when (attempt < 10) { continue; }
            events.Changed(Topic.Fleet);
            return new ResolveOutcome.Resolved(operation.State);
        }
    }

    /// <summary>Why a thing named by hand cannot be what the operation made; null = it can.</summary>
    private async Task<string?> WhyNotAsync(Operation operation, string externalId, CancellationToken cancellationToken)
    {
        if (operation.ExternalId is { } known) { return known == externalId ? null : $"the operation is about {known}"; }
        var candidates = await operations.CandidatesAsync(operation.Id, cancellationToken);
        return candidates.Any(c => c.ExternalId == externalId) ? null
            : $"{externalId} is not on the account, is older than the operation or belongs to another one; it could be {(candidates.Count == 0 ? "nothing that is there" : string.Join(" or ", candidates.Select(c => c.ExternalId)))}";
    }
}

/// <summary>Carries out a person's decision over an unknown operation.</summary>
public interface IResolveOperation
{
    /// <summary>Resolves.</summary>
    /// <param name="externalId">The outside thing that it is, named by hand after two candidates were found; null = look it up.</param>
    Task<ResolveOutcome> RunAsync(OperationId id, Resolution resolution, string? externalId, string by, CancellationToken cancellationToken);
}
