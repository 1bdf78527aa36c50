using Nirmaan.Domain.Amounts;

namespace Nirmaan.Providers.Preflight;

/// <summary>One thing that a preflight asked for.</summary>
/// <param name="Name">What: <c>offers</c>, <c>machines</c>, <c>machine ID</c>, <c>log</c>, <c>balance</c>, <c>permission</c>.</param>
/// <param name="Ok">False = it could not be read, or stands in the way of renting.</param>
/// <param name="Said">What was found, as a sentence.</param>
public sealed record PreflightStep(string Name, bool Ok, string Said);

/// <summary>A part of an answer that is not as the contract has it.</summary>
/// <param name="Path">Where, such as <c>data.deployments[].state</c>; of a meaning that is unknown, what it is.</param>
public sealed record ContractDifference(string Call, string Path, string Said);

/// <summary>What a supplier answered to reads with the user's key. Nothing was created, changed or paid.</summary>
/// <param name="Compared">Named parts of answers that were held against the contract.</param>
public sealed record PreflightReport(
    SupplierName Supplier, string? Address, DateTimeOffset At, IReadOnlyList<PreflightStep> Steps, IReadOnlyList<WireCall> Calls, int Compared, IReadOnlyList<ContractDifference> Differences)
{
    /// <summary>False = no read was answered.</summary>
    public bool IsReached => Calls.Count > 0 ? Calls.Any(c => c.Status is >= 200 and < 300) : Steps.Any(s => s.Ok && s.Name != SupplierPreflight.Permission);
}
