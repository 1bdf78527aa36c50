using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Tests.Networks;

/// <summary>Miners played in a test's world, ticked every five minutes as the containers' side does.</summary>
internal static class Played
{
    public const string Address = "0x2222222222222222222222222222222222222222";

    public static ContainerSpec Spec(string workload, string lease = "lease-1", string gpu = "rtx-a6000", int vramGb = 48, params (string Name, string Value)[] env) =>
        new(
        "akash", lease, "registry.example/miner:1", env.Append(("AGENT_TEMPLATE", $$"""{"workload":"{{workload}}"}""")).ToDictionary(e => e.Item1, e => e.Item2), [], gpu, 1, vramGb);

    public static ContainerSpec ImageMiner(string lease = "lease-1", string gpu = "rtx-a6000", int vramGb = 48) =>
        Spec("heurist-sd", lease, gpu, vramGb, ("MINER_ID_0", $"{Address}-{lease.Replace('-', '_')}"));

    public static ContainerSpec TextMiner(string model, string lease = "lease-1", string gpu = "rtx-a6000", int vramGb = 48) =>
        Spec("heurist-llm", lease, gpu, vramGb, ("MINER_ID_0", $"{Address}-{lease.Replace('-', '_')}"), ("HEURIST_MODEL_ID", model));

    /// <summary>Starts the miner of a container.</summary>
    public static async Task<ISimulatedMiner> StartAsync(this NetworksWorld world, ContainerSpec spec)
    {
        var play = world.Get<IEnumerable<IMinerPlay>>().Single(p => p.Plays(spec));
        var miner = play.Create(spec);
        await miner.StartAsync(TestContext.Current.CancellationToken);
        return miner;
    }

    /// <summary>Advances the world for <paramref name="time"/> and ticks the miners every five minutes; returns all lines of the first miner.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(this NetworksWorld world, TimeSpan time, params ISimulatedMiner[] miners)
    {
        var lines = new List<string>();
        var agenda = world.Get<Agenda>();
        for (var end = world.Clock.GetUtcNow() + time; world.Clock.GetUtcNow() < end;)
        {
            await agenda.AdvanceToAsync(world.Clock.GetUtcNow().AddMinutes(5), TestContext.Current.CancellationToken);
            foreach (var miner in miners)
            {
                var printed = await miner.TickAsync(world.Clock.GetUtcNow(), TestContext.Current.CancellationToken);
                if (miner == miners[0]) { lines.AddRange(printed); }
            }
        }
        return lines;
    }
}
