using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Networks.Heurist;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Miners;

/// <summary>Plays the miners of Heurist and Morpheus in this process.</summary>
internal sealed class MinerPlay(Sequencer sequencer, Seed seed, SandboxClock clock) : IMinerPlay
{
    /// <summary>A rented machine's line: about one gigabit a second.</summary>
    private const double GigabytesPerSecond = 0.12;

    /// <inheritdoc />
    public bool Plays(ContainerSpec spec) => MinerWorkload.Of(spec) is not null;

    /// <inheritdoc />
    public ISimulatedMiner Create(ContainerSpec spec)
    {
        var chance = seed.For($"miner:{spec.Supplier}:{spec.LeaseId}");
        var uuid = chance.Next(0x1000000).ToString("x6", System.Globalization.CultureInfo.InvariantCulture);
        var setup = new MinerSetup(spec.Env, spec.Gpu, GpuSpeeds.NameOf(spec.Gpu), spec.GpuCount, spec.VramGb, uuid, GigabytesPerSecond, TimeSpan.FromSeconds(1.5), chance);
        var (log, story) = (new MinerLogTail(), new StoryClock());
        var link = new DirectSequencerLink(sequencer, story);
        MinerProgram program = MinerWorkload.Of(spec) switch
        {
            MinerWorkload.HeuristSd => new HeuristImageMiner(setup, link, log, story),
            MinerWorkload.HeuristLlm => new HeuristTextMiner(setup, link, log, story),
            MinerWorkload.MorpheusLlm => new ModelServer(setup, log, story),
            var other => throw new ArgumentException($"{spec.Image} of lease {spec.LeaseId} runs '{other}', which the sandbox does not play.", nameof(spec))
        };
        return new SimulatedMiner(program, log, story, clock);
    }
}
