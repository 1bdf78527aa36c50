using System.Text.Json;
using Refit;

namespace Nirmaan.Networks.Heurist;

/// <summary>Heurist's stats service, open to all, as its own airdrop script called it (heurist-network/token-airdrop, miner_data_fetch.py).</summary>
internal interface IHeuristApi
{
    /// <summary>Counters of an address, over all its miners. The body is JSON, or a JSON text that holds JSON: read as found.</summary>
    [Get("/stats")]
    Task<JsonDocument?> ReadStatsAsync([Query] string minerId, CancellationToken cancellationToken);
}

/// <summary>What the whole network earns. Only the sandbox knows; the base address is the figure's own.</summary>
internal interface IHeuristTotalsApi
{
    [Get("")]
    Task<HeuristTotalsWire?> ReadAsync(CancellationToken cancellationToken);
}
