using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Market;

/// <summary>Bars a provider until a time, by a person or by the rule, and lifts a block.</summary>
public sealed class BlockProvider(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, ControlEvents events, IOptions<FleetOptions> options, TimeProvider clock)
{
    /// <summary>The longest block; who wants it for longer blocks again, and so looks at it again.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    /// <summary>The rule's longest one.</summary>
    public static readonly TimeSpan LongestByRule = TimeSpan.FromDays(7);

    /// <summary>Actor of the blocks that no person gave.</summary>
    public const string Rule = "the rule of lost machines";

    /// <summary>Blocks. No further machine of it is taken; those that run go on.</summary>
    /// <exception cref="InvalidInputException">A field cannot be used.</exception>
    public async Task<ProviderBlockId> RunAsync(ProviderKey provider, DateTimeOffset until, string why, string by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (suppliers.Find(provider.Supplier) is null) { throw new InvalidInputException("supplier", provider.Supplier, $"one of {string.Join(", ", suppliers.All.Select(s => s.Supplier.Value))}"); }
        if (until <= now || until > now + Longest) { throw new InvalidInputException("until", until, $"a time from now on, within {Longest.TotalDays:0} days"); }
        if (why.Trim().Length < 3) { throw new InvalidInputException("why", why, "a reason: whoever reads the history will ask"); }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await LabelAsync(db, provider, cancellationToken) is not { } label)
        {
            throw new InvalidInputException("provider", provider.Provider, $"a provider of {provider.Supplier} that an offer, a bid or a machine of ours names");
        }
        var block = Enter(db, provider, label, by, now, until, why.Trim());
        await db.SaveChangesAsync(cancellationToken);
        events.Changed(Topic.Fleet);
        return block.Id;
    }

    /// <summary>Lifts one before its time. False = it is over already, or there is none.</summary>
    public async Task<bool> LiftAsync(ProviderBlockId id, string why, string by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.ProviderBlocks.SingleOrDefaultAsync(b => b.Id == id, cancellationToken) is not { } block || !block.IsInForce(now)) { return false; }
        block.Lift(by, now);
        db.Note(now, "provider", block.Key, by, "block lifted", why);
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateConcurrencyException) { return false; }
        events.Changed(Topic.Fleet);
        return true;
    }

    /// <summary>
    /// The rule: who lost several machines of ours in a while and at least half of those it rented us is barred for a time that doubles with each earlier such
    /// block. Nobody is barred while machines fail everywhere alike, or run nowhere else to compare with: then the fault may be ours.
    /// </summary>
    public async Task<int> JudgeAsync(CancellationToken cancellationToken)
    {
        var (now, rules) = (clock.GetUtcNow(), options.Value);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var from = now - rules.BlockWithin;
        var machines = await db.Instances.AsNoTracking().Where(i => i.Provider != null && i.BilledFrom != null && (i.ClosedAt == null || i.StateSince > from))
            .Select(i => new { i.Supplier, Provider = i.Provider!, BilledFrom = i.BilledFrom!.Value, IsLost = i.State == InstanceState.Failed && i.StateSince > from, i.StateSince }).ToListAsync(cancellationToken);
        if (machines.Count(i => i.IsLost) < rules.BlockAfter) { return 0; }
        var named = await ProviderBook.NamedAsync(db, cancellationToken);
        var rented = machines.ConvertAll(i => (Key: ProviderKey.Of(i.Supplier, i.Provider, named.Contains), i.BilledFrom, i.IsLost, i.StateSince));
        var suspects = rented.GroupBy(i => i.Key).Where(g => IsOneOfMany(g.Key) && g.Count(i => i.IsLost) >= rules.BlockAfter).ToList();
        if (suspects.Count == 0) { return 0; }

        var since = now - ProviderBook.LooksBack;
        var earlier = (await db.ProviderBlocks.AsNoTracking().Where(b => b.At > since).ToListAsync(cancellationToken)).ToLookup(b => b.Key);
        var blocked = 0;
        foreach (var suspect in suspects)
        {
            // What it lost before the last block was that block's reason.
            var last = earlier[suspect.Key].Max(b => (DateTimeOffset?)b.At) ?? DateTimeOffset.MinValue;
            var (lost, of) = (suspect.Count(i => i.IsLost && i.StateSince > last), suspect.Count(i => !i.IsLost || i.StateSince > last));
            // Machines that only came in place of the lost ones say nothing of how others fared meanwhile.
            var first = suspect.Where(i => i.IsLost).Min(i => i.StateSince);
            var others = rented.Where(i => i.Key != suspect.Key && i.BilledFrom < first).ToList();
            if (lost < rules.BlockAfter || lost * 2 < of || others.Count(i => i.IsLost) * 2 >= others.Count) { continue; }
            var before = earlier[suspect.Key].Count(b => b.By == Rule);
            var time = rules.BlockFor * Math.Pow(2, Math.Min(before, 10)) is var doubled && doubled < LongestByRule ? doubled : LongestByRule;
            Enter(db, suspect.Key, await LabelAsync(db, suspect.Key, cancellationToken) ?? suspect.Key.Provider, Rule, now, now + time, string.Create(CultureInfo.InvariantCulture,
                $"lost {lost} of {of} machines of ours within {rules.BlockWithin.TotalHours:0.#} h{(before > 0 ? $"; blocked {before} times before within {ProviderBook.LooksBack.TotalDays:0} days" : "")}"));
            blocked++;
        }
        await db.SaveChangesAsync(cancellationToken);
        if (blocked > 0) { events.Changed(Topic.Fleet); }
        return blocked;
    }

    // A supplier that is its own only provider is not barred by a rule: that is a decision of a person.
    private static bool IsOneOfMany(ProviderKey key) => key.Provider != key.Supplier.Value;

    private static ProviderBlock Enter(NirmaanDbContext db, ProviderKey provider, string label, string by, DateTimeOffset now, DateTimeOffset until, string why)
    {
        var block = new ProviderBlock(ProviderBlockId.New(now), provider, label, by, now, until, why);
        db.ProviderBlocks.Add(block);
        db.Note(now, "provider", provider, by, "blocked", string.Create(CultureInfo.InvariantCulture, $"until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {why}"));
        return block;
    }

    /// <summary>A name that people know; null = nobody ever heard of it.</summary>
    private static async Task<string?> LabelAsync(NirmaanDbContext db, ProviderKey key, CancellationToken cancellationToken) =>
        await db.Offers.Where(o => o.Supplier == key.Supplier && o.Provider == key.Provider).OrderByDescending(o => o.SeenAt).Select(o => o.ProviderLabel).FirstOrDefaultAsync(cancellationToken)
        ?? await db.Bids.Where(b => b.Provider == key.Provider && db.Instances.Any(i => i.Id == b.InstanceId && i.Supplier == key.Supplier)).Select(b => b.ProviderLabel).FirstOrDefaultAsync(cancellationToken)
        ?? (await db.Instances.AnyAsync(i => i.Supplier == key.Supplier && i.Provider == key.Provider, cancellationToken) ? key.Provider : null);
}
