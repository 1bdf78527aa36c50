namespace Nirmaan.Domain.Rewards;

/// <summary>What we do with a network.</summary>
public enum NetworkStanding
{
    /// <summary>Miners of ours run there.</summary>
    Mined,
    /// <summary>Its schedule is computed and shown; nothing of ours runs there.</summary>
    Followed,
    /// <summary>It pays for GPU work, and nothing of it is built.</summary>
    Possible,
    /// <summary>We rent there; it pays those who rent out, which we do not.</summary>
    Supplier,
    /// <summary>It pays for something that a rented GPU cannot do.</summary>
    NotGpuMined,
}

/// <summary>One network of the catalogue.</summary>
/// <param name="PaysFor">What work earns, and in what.</param>
/// <param name="Why">Why it stands where it does: what is there, or what is in the way.</param>
/// <param name="SeenBy">How rewards can be read by a program; null = by none that was found.</param>
/// <param name="Source">Where this was read; null = common knowledge that was not checked against the network's own documents.</param>
public sealed record CataloguedNetwork(string Name, NetworkStanding Standing, string PaysFor, string Why, string? SeenBy, string? Source);

/// <summary>
/// Networks that are or were called minable, and what Nirmaan makes of each. Read in November 2026; validators, which stake rather than compute, are not
/// built and not listed as such.
/// </summary>
public static class NetworkCatalogue
{
    /// <summary>By standing, then as they are named in our own history.</summary>
    public static IReadOnlyList<CataloguedNetwork> All { get; } =
    [
        new("Heurist", NetworkStanding.Mined, "points for images and text made, converted at a season's end", "Templates for images and text, its statistics read, seasons as dated configuration. No season is open: points counted now convert to nothing.", "statistics of an address, no key", "docs.heurist.ai, heurist-network/miner-release"),
        new("Morpheus", NetworkStanding.Mined, "MOR per second of an open session, at the provider's own bid", "A model server beside a provider node of ours; payments are read from the chain and each is followed to the miner that earned it.", "logs of its contract, no key", "MorpheusAIs/Morpheus-Lumerin-Node and SmartContracts"),
        new("Bittensor", NetworkStanding.Followed, "TAO and alpha, by what validators of a subnet think of a miner", "Its emission is computed and shown. A miner needs an inbound port, a signing hot key on the machine, often the docker socket, and a slot that is paid for and can be lost.", "contracts of its EVM, no key", "opentensor/subtensor"),
        new("Ritual Infernet", NetworkStanding.Followed, "what a consumer offers per job, less twice the protocol's fee", "Its fee is computed and shown. Last released in 2024; a node needs the docker socket and a hot key with gas, and most jobs offered nothing.", "logs of its coordinator, no key", "ritual-net/infernet-node"),
        new("Akash, as a provider", NetworkStanding.Supplier, "lease income in AKT or USDC, not points", "We rent GPUs there. Renting out GPUs that we rent would pay less than they cost.", "console API and chain, no key", "akash-network/console"),
        new("io.net, as a worker", NetworkStanding.Supplier, "IO per hourly block for an idle, staked, eligible machine", "We rent GPUs there. A worker stakes at least 200 IO per card, needs the whole machine, and its rewards are seen in a portal only.", null, "docs.io.net, support.io.net"),
        new("Render", NetworkStanding.Supplier, "RENDER for rendering and compute jobs, and for being there", "Those who need GPUs can rent there; it names no offers and no prices beforehand, so no adapter is built. Hosts wait on a list.", null, "RNP-019"),
        new("Nosana", NetworkStanding.Possible, "NOS per second of a job in a GPU market", "Market rates can be read. A host needs the whole machine and a Solana key on it.", "markets' rates and the node's own answer, no key", "nosana-ci/nosana-cli, learn.nosana.com"),
        new("Inference.net (Kuzco)", NetworkStanding.Possible, "points of an epoch for text made", "Several miners of one owner are restricted, and points are seen in a portal only.", null, "accounts of others"),
        new("Gensyn", NetworkStanding.Possible, "points of a testnet for taking part in training", "No official swarm was running when it was read.", "contract on its testnet, no key", "README of RL-Swarm, January 2026"),
        new("Spheron Fizz", NetworkStanding.Possible, "points by era and card, and lease income", "Points fall to none under half a day's uptime; seen in an app only.", null, "spheronFdn/docs"),
        new("Aethir", NetworkStanding.Possible, "ATH for capacity that is there and delivered", "Hosts stake per GPU and bring enterprise machines of their own.", null, "docs.aethir.com"),
        new("Allora", NetworkStanding.Possible, "ALLO or points by the score of forecasts", "Forecasts, not GPUs, are scored: a GPU is optional.", "REST of its chain, no key", "allora-network's docs"),
        new("Golem", NetworkStanding.Possible, "GLM per task", "A provider needs the whole machine.", "statistics of a node, no key", "accounts of others"),
        new("Prime Intellect", NetworkStanding.Possible, "nothing now; GPUs were contributed to training runs", "Its protocol's repository is archived.", null, "README of its repository"),
        new("Filecoin", NetworkStanding.NotGpuMined, "FIL for storage that is proved", "Storage earns; a GPU only helps to seal it.", "its chain", null),
        new("Grass", NetworkStanding.NotGpuMined, "points for bandwidth of a home", "A home's connection earns; machines of a data centre are excluded.", null, null),
        new("Worldcoin", NetworkStanding.NotGpuMined, "WLD for people verified by an Orb", "An Orb and people earn.", null, null),
        new("Hivemapper", NetworkStanding.NotGpuMined, "HONEY for streets recorded", "A camera on the road earns.", null, null),
        new("Marlin", NetworkStanding.NotGpuMined, "POND for relays and enclaves", "Bandwidth and trusted processors earn.", "its chain", null),
        new("Zama", NetworkStanding.NotGpuMined, "fees of operators that are chosen", "Operators of encrypted computing are few and chosen; nobody joins by renting a GPU.", null, null),
        new("Autonolas", NetworkStanding.NotGpuMined, "OLAS for staked agent services", "Stakes and code earn.", "its contracts", null),
    ];
}
