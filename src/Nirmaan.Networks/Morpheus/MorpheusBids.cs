using Microsoft.Extensions.Options;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Rewards;
using Nirmaan.Networks.Templates;

namespace Nirmaan.Networks.Morpheus;

/// <summary>The markets that our provider bids on, or would with the shipped template.</summary>
internal sealed class MorpheusBids(IMorpheusApi api, IOptions<MorpheusOptions> options) : IMorpheusBids
{
    private readonly MorpheusNode _node = new(api);
    private readonly string _shipped = TemplateFile.Shipped("morpheus-llm").Env["MODEL_NAME"];

    /// <inheritdoc />
    public async Task<IReadOnlyList<MorBidMarket>> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var own = await _node.ReadProviderAsync(cancellationToken);
        var names = (await _node.ListModelsAsync(cancellationToken)).Where(m => m.Owner == own && !m.IsDeleted).Select(m => m.Name).Append(_shipped).Distinct().Order(StringComparer.Ordinal);
        var market = new MorpheusMarket(_node, options);
        List<MorBidMarket> read = [];
        foreach (var name in names) { read.Add(await market.ReadBidMarketAsync(own, name, now, cancellationToken)); }
        return read;
    }
}
