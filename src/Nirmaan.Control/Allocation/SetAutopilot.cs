using Microsoft.Extensions.Options;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Jobs;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;

namespace Nirmaan.Control.Allocation;

/// <summary>Signs the autopilot, countersigns it, and switches it off. Off until an admin signs.</summary>
public sealed class SetAutopilot(IDbContextFactory<NirmaanDbContext> contexts, SettingBook settings, ControlEvents events, IOptions<AllocationOptions> options, TimeProvider clock)
{
    /// <summary>Kind of its events; their subject is <see cref="Subject"/>.</summary>
    internal const string Kind = "autopilot", Subject = "allocation";

    /// <summary>The longest signature.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private const string Key = "allocation.autopilot";

    /// <summary>Whether a second admin must countersign.</summary>
    public bool NeedsTwo => options.Value.TwoPersons;

    /// <summary>What is signed; null = nothing, or it was switched off.</summary>
    public async Task<AutopilotRails?> ReadAsync(CancellationToken cancellationToken) => (await settings.FindAsync<Signed>(Key, cancellationToken))?.Rails;

    /// <summary>Signs it within rails until a time.</summary>
    /// <exception cref="InvalidInputException">A rail makes no sense.</exception>
    public async Task<AutopilotRails> SignAsync(int maxGpusPerDay, decimal minGainUsdPerDay, int maxDataAgeMinutes, DateTimeOffset until, string by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (maxGpusPerDay is < 1 or > 100_000) { throw new InvalidInputException("maxGpusPerDay", maxGpusPerDay, "1 or more GPUs"); }
        if (minGainUsdPerDay <= 0) { throw new InvalidInputException("minGainUsdPerDay", minGainUsdPerDay, "more than 0 USD a day"); }
        if (maxDataAgeMinutes is < 1 or > 1_440) { throw new InvalidInputException("maxDataAgeMinutes", maxDataAgeMinutes, "1 to 1440 minutes"); }
        if (until <= now || until > now + Longest) { throw new InvalidInputException("until", until, $"a time from now on, within {Longest.TotalDays:0} days"); }
        var rails = new AutopilotRails(maxGpusPerDay, minGainUsdPerDay, maxDataAgeMinutes, by, now, null, until);
        await WriteAsync(rails, by, "signed", FormattableString.Invariant($"at most {maxGpusPerDay} GPUs a day, at least {minGainUsdPerDay:0.00} USD a day of gain, data at most {maxDataAgeMinutes} minutes old, until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC"), cancellationToken);
        return rails;
    }

    /// <summary>The second person's signature. False = there is nothing to countersign, it is one's own, or others were signed since these were shown.</summary>
    /// <param name="rails">As they were shown: nobody countersigns what they did not see.</param>
    public async Task<bool> CountersignAsync(AutopilotRails rails, string by, CancellationToken cancellationToken)
    {
        if (rails.CountersignedBy is not null || await ReadAsync(cancellationToken) != rails) { return false; }
        if (string.Equals(rails.SignedBy, by, StringComparison.OrdinalIgnoreCase) || clock.GetUtcNow() >= rails.Until) { return false; }
        await WriteAsync(rails with { CountersignedBy = by }, by, "countersigned", $"what {rails.SignedBy} signed", cancellationToken);
        return true;
    }

    /// <summary>Switches it off at once; plans that it approved go on until someone stops them. False = it was off.</summary>
    public async Task<bool> SwitchOffAsync(string by, string why, CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is null) { return false; }
        await WriteAsync(null, by, "switched off", why, cancellationToken);
        return true;
    }

    private async Task WriteAsync(AutopilotRails? rails, string by, string what, string why, CancellationToken cancellationToken)
    {
        await settings.WriteAsync(Key, new Signed(rails), by, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Note(clock.GetUtcNow(), Kind, Subject, by, what, why);
        await db.SaveChangesAsync(cancellationToken);
        events.Changed(Topic.Allocation);
    }

    private sealed record Signed(AutopilotRails? Rails);
}
