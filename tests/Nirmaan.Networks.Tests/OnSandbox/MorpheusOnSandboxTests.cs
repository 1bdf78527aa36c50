using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Testing;

namespace Nirmaan.Networks.Tests.OnSandbox;

/// <summary>Enrol, session, payment, reward: the whole way, over the node's own REST and a real chain.</summary>
[Collection(ChainCollection.Name)]
public sealed class MorpheusOnSandboxTests(LocalChain chain)
{
    [Function("balanceOf(address account) view returns (uint256)")]
    private sealed record BalanceOf(EvmAddress Account) : IFunction<BigInteger>;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Rig RigOn(SandboxWorld world) => Rig.Of(
        ("Networks:Morpheus:Enabled", "true"), ("Networks:Morpheus:BaseUrl", new Uri(world.Url, "/morpheus").ToString()), ("Networks:Morpheus:Password", "sandboxsandboxsandboxsandbox0001"),
        ("Networks:Morpheus:ProviderEndpoint", "miner.nirmaan.example:3333"), ("Chain:Rpc", chain.Url.ToString()), ("Chain:Mor", chain.Contracts.Mor.ToString()),
        ("Chain:Diamond", chain.Contracts.Diamond.ToString()), ("Chain:FundingAccount", chain.Contracts.FundingAccount.ToString()), ("Chain:FinalityDepth", "1"));

    [Fact]
    public async Task A_miner_is_enrolled_found_by_users_credited_paid_and_withdrawn()
    {
        var snapshot = await chain.SnapshotAsync(Cancel);
        await using var world = await SandboxWorld.BeginAsync(chain);
        await using var rig = RigOn(world);
        var template = rig.Network.Templates.Single();
        var miners = Enumerable.Range(0, 3).Select(_ => MinerId.New(SandboxWorld.Start)).ToList();
        var keys = miners.Select(m => rig.Network.IdentityOf(m, template, Rig.Provider).Key).ToList();

        foreach (var (miner, key) in miners.Zip(keys))
        {
            world.ServeModel(key);
            (await rig.Network.FindEnrolmentAsync(key, Cancel)).ShouldBeNull();
            var done = (await rig.Network.EnrolAsync(miner, key, template, Cancel)).ShouldBeOfType<Effect.Done>();
            (await rig.Network.FindEnrolmentAsync(key, Cancel)).ShouldBe(done.ExternalId);
            // A repeat after a lost answer neither stakes nor bids again.
            (await rig.Network.EnrolAsync(miner, key, template, Cancel)).ShouldBe(done);
        }

        await world.AdvanceAsync(TimeSpan.FromHours(6));
        var credits = await rig.Network.ReadCreditsAsync(keys, world.Now, Cancel);
        credits.Select(c => c.NetworkKey).ShouldBe(keys);
        credits.ShouldAllBe(c => c.LastCreditAt > world.Now.AddHours(-2) && c.WorkUnits > 0 && c.WorkUnits <= 3600);

        await chain.MineAsync(1, Cancel);
        var paid = await ReadAllAsync(rig, null);
        paid.Rewards.Select(r => r.NetworkKey).Distinct().ShouldBe(keys, ignoreOrder: true);
        paid.Rewards.Select(r => r.ExternalId).ShouldBeUnique();
        paid.Rewards.ShouldAllBe(r => r.PaidTo == Rig.Provider && r.At >= SandboxWorld.Start && r.At <= world.Now.AddMinutes(1));
        var balance = await chain.Rpc.CallAsync(chain.Contracts.Mor, new BalanceOf(EvmAddress.Parse(Rig.Provider)), BlockTag.Latest, Cancel);
        paid.Rewards.Aggregate(BigInteger.Zero, (sum, r) => sum + r.Units).ShouldBe(balance);
        (await rig.Network.ReadRewardsAsync(paid.Cursor, [Rig.Provider], Cancel)).Rewards.ShouldBeEmpty();

        var pool = (await rig.Network.ReadOutlookAsync(world.Now, Cancel)).Single();
        // Three slots at the lowest price are nearly always taken; users want more than that.
        pool.DemandWorkPerHour!.Value.ShouldBeGreaterThan(3 * 3600 * 0.8m);
        pool.TokensPerHour.ShouldBeGreaterThan(0);
        pool.OthersWorkPerHour!.Value.ShouldBeGreaterThan(0);

        foreach (var key in keys)
        {
            (await rig.Network.WithdrawAsync(key, Cancel)).ShouldBeOfType<Effect.Done>().Answer!.ShouldContain("taken off");
            (await rig.Network.FindEnrolmentAsync(key, Cancel)).ShouldBeNull();
            (await rig.Network.WithdrawAsync(key, Cancel)).ShouldBeOfType<Effect.Done>();
        }
        await chain.RevertAsync(snapshot, Cancel);
    }

    private static async Task<RewardPage> ReadAllAsync(Rig rig, string? cursor)
    {
        List<RewardReading> all = [];
        while (true)
        {
            var page = await rig.Network.ReadRewardsAsync(cursor, [Rig.Provider], Cancel);
            if (page.Rewards.Count == 0) { return new RewardPage(all, page.Cursor); }
            all.AddRange(page.Rewards);
            cursor = page.Cursor;
        }
    }
}
