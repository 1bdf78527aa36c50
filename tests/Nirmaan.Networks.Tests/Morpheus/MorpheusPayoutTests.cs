using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Networks.Tests.Morpheus;

public sealed class MorpheusPayoutTests : IAsyncLifetime
{
    private Outside _outside = null!;
    private Rig _rig = null!;

    public async ValueTask InitializeAsync()
    {
        _outside = Node.Answers(await Outside.StartAsync());
        _rig = Rig.Morpheus(_outside.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _outside.DisposeAsync();
    }

    private async Task<IReadOnlyList<PayoutReading>> ReadAsync(params string[] models)
    {
        _outside.Answers("GET /blockchain/models", Node.Models(models));
        return (await _rig.Network.ReadPayoutsAsync([Node.ModelId], TestContext.Current.CancellationToken))[Node.ModelId];
    }

    [Fact]
    public async Task The_nodes_wallet_and_the_models_owner_on_the_chain_are_both_read()
    {
        var read = await ReadAsync(Node.Model(Node.ModelId, Node.Rival), Node.Model(Node.Id(5), Node.Cheaper));
        read.Select(r => r.Source).ShouldBe(["node's wallet", "owner on the chain"]);
        PayoutRules.Differing(Rig.Provider, read).ShouldHaveSingleItem().Is(Node.Rival).ShouldBeTrue();
    }

    [Fact]
    public async Task A_model_that_was_taken_off_has_no_owner_any_more() =>
        (await ReadAsync(Node.Model(Node.ModelId, Node.Rival, deleted: true))).ShouldHaveSingleItem().Source.ShouldBe("node's wallet");

    [Fact]
    public async Task A_node_that_works_with_another_wallet_differs()
    {
        _outside.Answers("GET /wallet", $$"""{"address":"{{Node.Rival}}"}""");
        PayoutRules.Differing(Rig.Provider, await ReadAsync()).ShouldHaveSingleItem().Source.ShouldBe("node's wallet");
    }

    [Fact]
    public async Task A_node_that_does_not_answer_is_not_readable()
    {
        _outside.Answers("GET /wallet", "{}");
        await Should.ThrowAsync<SupplierUnavailableException>(() => ReadAsync());
    }
}
