using Nirmaan.Sandbox.Chain;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Control;
using Nirmaan.Sandbox.Miners;
using Nirmaan.Sandbox.Networks.Heurist;
using Nirmaan.Sandbox.Networks.Morpheus;
using Nirmaan.Sandbox.Networks.Prices;
using Nirmaan.Sandbox.Networks.Releases;
using Nirmaan.Sandbox.Suppliers.Akash;
using Nirmaan.Sandbox.Suppliers.IoNet;
using Nirmaan.Sandbox.Suppliers.RunPod;

namespace Nirmaan.Sandbox.World;

/// <summary>Every part of the sandbox, in the order in which they are registered and mapped. A new part is one line here.</summary>
public static class SandboxModules
{
    /// <summary>The parts.</summary>
    public static IReadOnlyList<ISandboxModule> All { get; } =
    [
        new ControlModule(),
        new ChainModule(),
        new HeuristModule(),
        new MorpheusModule(),
        new PricesModule(),
        new ReleasesModule(),
        new MinersModule(),
        new ContainersModule(),
        new AkashModule(),
        new IoNetModule(),
        new RunPodModule(),
    ];
}
