using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;
using Nirmaan.Evm.Merkle;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class DistributionFileTests
{
    private static readonly DateTimeOffset s_from = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private const string Account = "0x7431aDa8a591C955a994a21710752EF9b882b8e3";

    private static DistributionFile Small() => DistributionFile.Compute([new StakeDelta(s_from, WalletAddress.Parse(Account), 5)], s_from, s_from.AddDays(1), 7, "MOR", null);

    private static Gen<DistributionFile> Files() =>
        from weights in (from account in Gen.Choose(1, 100_000) from weight in Gen.Choose(1, int.MaxValue) select (account, weight)).NonEmptyListOf()
        from pool in ArbMap.Default.GeneratorFor<ulong>()
        select DistributionFile.Of(1, s_from, s_from.AddDays(1), "MOR", pool,
            [.. weights.DistinctBy(w => w.account).OrderBy(w => w.account).Select(w => new BalanceSeconds(WalletAddress.Parse($"0x{w.account:x40}"), w.weight))], []);

    [Fact]
    public void The_text_is_as_the_format_says() => Small().ToJson().ShouldBe(
        $$"""{"epoch":1,"from":"2026-03-01T00:00:00Z","to":"2026-03-02T00:00:00Z","asset":"MOR","pool":"7","root":"{{Small().Root}}","leaves":[{"account":"{{Account}}","balanceSeconds":"432000","amount":"7","cumulative":"7"}]}""");

    [Fact]
    public void What_is_written_reads_back_the_same() => Prop.ForAll(Files().ToArbitrary(), file =>
    {
        var back = DistributionFile.Parse(file.ToJson());
        return back.ToJson() == file.ToJson() && back.Leaves.SequenceEqual(file.Leaves);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_line_can_be_proven_against_the_root() => Prop.ForAll(Files().ToArbitrary(), file => file.Leaves.All(leaf => StandardMerkleTree.Verify(
        Bytes32.Parse(file.Root), new MerkleLeaf(EvmAddress.Parse(leaf.Account.Value), leaf.Cumulative), file.ProofOf(leaf.Account)!.Select(Bytes32.Parse)))).QuickCheckThrowOnFailure();

    [Fact]
    public void Another_amount_cannot_be_proven() => Prop.ForAll(Files().Where(f => f.Leaves.Count > 0).ToArbitrary(), file => !StandardMerkleTree.Verify(
        Bytes32.Parse(file.Root), new MerkleLeaf(EvmAddress.Parse(file.Leaves[0].Account.Value), file.Leaves[0].Cumulative + 1), file.ProofOf(file.Leaves[0].Account)!.Select(Bytes32.Parse)))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Who_has_no_line_has_no_proof() => Small().ProofOf(default).ShouldBeNull();

    [Fact]
    public void A_period_in_which_nobody_held_stake_cannot_be_computed() =>
        Should.Throw<StakeHistoryException>(() => DistributionFile.Compute([], s_from, s_from.AddDays(1), 7, "MOR", null)).Message.ShouldContain("the total is zero");

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "leaves: expected an array")]
    [InlineData("""{"epoch":0,"leaves":[]}""", "epoch: 0 was given; expected a whole number from 1")]
    [InlineData("""{"epoch":1,"from":"2026-03-01","to":"","asset":"MOR","pool":"1","root":"0x","leaves":[]}""", "from: '2026-03-01' is not a time")]
    [InlineData("""{"epoch":1,"from":"2026-03-01T00:00:00Z","to":"2026-03-02T00:00:00Z","asset":"MOR","pool":"-1","root":"0x","leaves":[]}""", "pool: '-1' was given; expected base units")]
    [InlineData("""{"epoch":1,"from":"2026-03-01T00:00:00Z","to":"2026-03-02T00:00:00Z","asset":"MOR","pool":"1","root":"0x12","leaves":[]}""", "root: ")]
    [InlineData("""{"epoch":1,"leaves":[{"account":"0x1"}]}""", "leaves[0].account: '0x1' is not an address")]
    [InlineData("""{"epoch":1,"leaves":[{"account":"0x7431aDa8a591C955a994a21710752EF9b882b8e3","balanceSeconds":1}]}""", "leaves[0].balanceSeconds: expected a string")]
    public void A_fault_names_its_field(string json, string message) => Should.Throw<FormatException>(() => DistributionFile.Parse(json)).Message.ShouldContain(message);

    [Fact]
    public void Amounts_of_more_than_64_bits_survive()
    {
        var pool = BigInteger.Pow(10, 40);
        DistributionFile.Parse(DistributionFile.Of(1, s_from, s_from.AddDays(1), "MOR", pool, [new(WalletAddress.Parse(Account), 1)], []).ToJson()).Pool.ShouldBe(pool);
    }
}
