using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>What truly is at Heurist's sequencer: every miner id that ever asked for a job.</summary>
internal sealed class HeuristTruth(Sequencer sequencer, SandboxClock clock) : IWorldPart
{
    /// <inheritdoc />
    public string Name => "heurist";

    /// <inheritdoc />
    public object Describe() => sequencer.Miners().OrderBy(m => m.MinerId, StringComparer.Ordinal).Select(m => new
    {
        minerId = m.MinerId,
        address = m.Address,
        modelId = m.ModelId,
        hardware = m.Hardware,
        seenAt = Wire.Zoned(m.SeenAt),
        inLine = m.SeenAt > clock.GetUtcNow().AddMinutes(-10),
        openJobs = m.OpenJobs
    }).ToArray();
}

/// <summary>A miner id as the sequencer knows it.</summary>
internal sealed record KnownMiner(string MinerId, string Address, string ModelId, string? Hardware, DateTimeOffset SeenAt, int OpenJobs);
