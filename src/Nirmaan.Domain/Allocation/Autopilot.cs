namespace Nirmaan.Domain.Allocation;

/// <summary>What an admin signs for the autopilot: until a time it makes and approves plans in that person's place, within these rails.</summary>
/// <param name="MaxGpusPerDay">Most GPUs that it switches, rents and gives back within 24 hours.</param>
/// <param name="MinGainUsdPerDay">A plan that gains less a day than this against staying put is not worth the disturbance.</param>
/// <param name="MaxDataAgeMinutes">Older prices, yields or inventories freeze it.</param>
/// <param name="SignedBy">Who answers for what it approves.</param>
/// <param name="CountersignedBy">Another admin, where two persons are asked for; null = nobody yet.</param>
/// <param name="Until">Its signature ends.</param>
public sealed record AutopilotRails(int MaxGpusPerDay, decimal MinGainUsdPerDay, int MaxDataAgeMinutes, string SignedBy, DateTimeOffset SignedAt, string? CountersignedBy, DateTimeOffset Until)
{
    /// <summary>Why it may not act; null = it may.</summary>
    /// <param name="twoPersons">Whoever signs needs another admin beside.</param>
    public string? WhyOff(DateTimeOffset now, bool twoPersons) =>
        now >= Until ? $"the signature of {SignedBy} ended" : twoPersons && CountersignedBy is null ? "another admin must countersign" : null;
}
