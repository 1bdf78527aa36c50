using Nirmaan.Domain.Amounts;
using Nirmaan.Evm;
using Nirmaan.Networks.Morpheus;
using Nirmaan.Testing;

namespace Nirmaan.Networks.Tests.Morpheus;

public sealed class MorpheusIdsTests
{
    private static readonly MinerId s_miner = new(new Guid("019a0000-0000-7000-8000-0000000000ab"));

    [Fact]
    public async Task A_models_id_is_the_hash_of_owner_and_base_id_packed()
    {
        var owner = EvmAddress.Parse(Rig.Provider);
        var baseId = MorpheusIds.BaseId(s_miner);
        var packed = owner.ToLowerHex() + baseId.ToString()[2..];
        // cast is the oracle.
        var expected = await NpmTools.RunAsync(NpmTools.Cast, ["keccak", packed], "", TestContext.Current.CancellationToken);
        MorpheusIds.ModelId(owner, baseId).ToString().ShouldBe(expected.Trim());
    }

    [Fact]
    public async Task A_base_id_is_the_hash_of_the_miners_id_as_text()
    {
        var expected = await NpmTools.RunAsync(NpmTools.Cast, ["keccak", "019a0000-0000-7000-8000-0000000000ab"], "", TestContext.Current.CancellationToken);
        MorpheusIds.BaseId(s_miner).ToString().ShouldBe(expected.Trim());
    }
}
