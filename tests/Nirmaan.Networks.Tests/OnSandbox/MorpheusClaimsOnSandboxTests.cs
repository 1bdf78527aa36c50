using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Testing;

namespace Nirmaan.Networks.Tests.OnSandbox;

/// <summary>What sessions owe and how it is claimed, over the node's own REST and the contract on a real chain.</summary>
[Collection(ChainCollection.Name)]
public sealed class MorpheusClaimsOnSandboxTests(LocalChain chain)
{
    private static readonly BigInteger s_mor = Asset.Mor.One;
    private static readonly string[] s_neverClosed = ["--Sandbox:Morpheus:NeverClosedShare=1"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static WalletAddress Owner => WalletAddress.Parse(Rig.Provider.ToLowerInvariant());

    private Rig RigOn(SandboxWorld world) => Rig.Of(
        ("Networks:Morpheus:Enabled", "true"), ("Networks:Morpheus:BaseUrl", new Uri(world.Url, "/morpheus").ToString()), ("Networks:Morpheus:Password", "sandboxsandboxsandboxsandbox0001"),
        ("Networks:Morpheus:ProviderEndpoint", "miner.nirmaan.example:3333"), ("Chain:Rpc", chain.Url.ToString()), ("Chain:Mor", chain.Contracts.Mor.ToString()),
        ("Chain:Nrm", chain.Contracts.Nrm.ToString()), ("Chain:Staking", chain.Contracts.Staking.ToString()), ("Chain:Timelock", chain.Contracts.Timelock.ToString()),
        ("Chain:Diamond", chain.Contracts.Diamond.ToString()), ("Chain:FundingAccount", chain.Contracts.FundingAccount.ToString()), ("Chain:FinalityDepth", "1"));

    private static async Task EnrolAsync(SandboxWorld world, Rig rig)
    {
        var template = rig.Network.Templates.Single();
        var miner = MinerId.New(SandboxWorld.Start);
        var key = rig.Network.IdentityOf(miner, template, Rig.Provider).Key;
        world.ServeModel(key);
        (await rig.Network.EnrolAsync(miner, key, template, Cancel)).ShouldBeOfType<Effect.Done>();
    }

    private static Task<MorAccount> ReadAsync(Rig rig, SandboxWorld world) => rig.Get<IMorpheusAccount>().ReadAsync(world.Now, Cancel);

    private async Task SendAsync(Rig rig, StakeAction action)
    {
        var call = await rig.Get<IStakeWallets>().PrepareAsync(Owner, action, Cancel);
        call.Refusal.ShouldBeNull();
        var transaction = new Dictionary<string, string> { ["from"] = Owner.Value, ["to"] = call.To, ["data"] = call.Data, ["gas"] = Hex.Quantity(2_000_000) };
        var hash = (await chain.Rpc.RequestAsync("eth_sendTransaction", [transaction], Cancel)).Deserialize<Bytes32>();
        await chain.MineAsync(1, Cancel);
        (await chain.Rpc.GetReceiptAsync(hash, Cancel))!.Succeeded.ShouldBeTrue();
    }

    [Fact]
    public async Task What_the_nodes_wallet_has_for_gas_and_fees_is_what_the_chain_says()
    {
        await using var world = await SandboxWorld.BeginAsync(chain, s_neverClosed);
        await using var rig = RigOn(world);
        var key = await rig.Get<IOperatingKey>().ReadAsync(Cancel);
        var owner = EvmAddress.Parse(key.Address);
        key.Funds.Select(f => (f.Asset, f.Held.Units)).ShouldBe(
            [("ETH", await chain.Rpc.GetBalanceAsync(owner, BlockTag.Latest, Cancel)), ("MOR", await chain.Rpc.CallAsync(EvmAddress.Parse(chain.Contracts.Mor.ToString()), new Nirmaan.Networks.Nrm.BalanceOf(owner), BlockTag.Latest, Cancel))]);
        key.Funds[0].Least.ToDecimal().ShouldBe(0.005m);
    }

    [Fact]
    public async Task A_session_that_nobody_closes_is_claimed_by_the_owners_wallet_and_then_owes_nothing()
    {
        var snapshot = await chain.SnapshotAsync(Cancel);
        await using var world = await SandboxWorld.BeginAsync(chain, s_neverClosed);
        await using var rig = RigOn(world);
        await EnrolAsync(world, rig);
        await world.AdvanceAsync(TimeSpan.FromHours(3));

        var account = await ReadAsync(rig, world);
        (account.IsRegistered, account.IsComplete, account.Endpoint, account.Provider).ShouldBe((true, true, "miner.nirmaan.example:3333", Rig.Provider));
        account.Claims.Provider.Stake.ShouldBe(100 * s_mor);
        var due = account.Claims.Lines.Where(l => l.Step == MorClaimStep.Claim).ToList();
        due.ShouldNotBeEmpty();
        due.ShouldAllBe(l => l.Pays == l.Session.Worth && l.Pays > 0);

        // The contract's blocks bear the sandbox's time only where it sends: an empty one brings it there.
        await chain.SetNextBlockTimeAsync(world.Now.AddMinutes(1), Cancel);
        await chain.MineAsync(1, Cancel);
        await SendAsync(rig, new StakeAction.ClaimSession(due[0].Session.Id, due[0].Pays));

        var after = await ReadAsync(rig, world);
        after.Claims.Settled.ShouldBe(1);
        after.Claims.Provider.Earned.ShouldBe(due[0].Pays);
        after.Claims.Pays.ShouldBe(account.Claims.Pays - due[0].Pays);
        await chain.RevertAsync(snapshot, Cancel);
    }

    [Fact]
    public async Task Over_the_limit_a_raise_of_the_stake_by_what_is_advised_lets_all_of_it_be_claimed()
    {
        var snapshot = await chain.SnapshotAsync(Cancel);
        await using var world = await SandboxWorld.BeginAsync(chain, s_neverClosed);
        await using var rig = RigOn(world);
        await EnrolAsync(world, rig);
        await world.AdvanceAsync(TimeSpan.FromHours(4));
        await world.PostAsync("/sandbox/networks/morpheus/limit", new JsonObject { ["leftMor"] = 0.1 });

        var limited = (await ReadAsync(rig, world)).Claims;
        limited.Pays.ShouldBe(s_mor / 10);
        limited.OverLimit.ShouldBeGreaterThan(0);

        // The owner has the MOR that is advised.
        await chain.SendAsync(chain.Accounts[0], chain.Contracts.Mor, new Nirmaan.Networks.Nrm.TransferCall(EvmAddress.Parse(Rig.Provider), limited.OverLimit), Cancel);
        var account = await ReadAsync(rig, world);
        await SendAsync(rig, new StakeAction.AllowProvider(account.Contract, limited.OverLimit));
        await SendAsync(rig, new StakeAction.RaiseProvider(account.Provider, limited.OverLimit, account.Endpoint));

        var raised = (await ReadAsync(rig, world)).Claims;
        (raised.OverLimit, raised.Pays).ShouldBe((BigInteger.Zero, limited.Pays + limited.OverLimit));
        await chain.RevertAsync(snapshot, Cancel);
    }

    [Fact]
    public async Task On_the_day_of_a_close_the_rest_waits_for_midnight_and_a_claim_says_so_before_it_is_signed()
    {
        var snapshot = await chain.SnapshotAsync(Cancel);
        await using var world = await SandboxWorld.BeginAsync(chain);
        await using var rig = RigOn(world);
        await EnrolAsync(world, rig);
        await world.AdvanceAsync(TimeSpan.FromHours(1));
        await world.PostAsync("/sandbox/networks/morpheus/limit", new JsonObject { ["leftMor"] = 0.01 });
        await world.AdvanceAsync(TimeSpan.FromHours(3));
        await world.PostAsync("/sandbox/networks/morpheus/limit", new JsonObject { ["leftMor"] = 50 });

        var claims = (await ReadAsync(rig, world)).Claims;
        var partly = claims.Lines.First(l => l.Session.Withdrawn > 0 && l.Step != MorClaimStep.Runs);
        (partly.Step, partly.Claimable.Reverts, partly.Claimable.HeldUntil).ShouldBe((MorClaimStep.AfterMidnight, true, new DateTimeOffset(world.Now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero)));
        var early = await rig.Get<IStakeWallets>().PrepareAsync(Owner, new StakeAction.ClaimSession(partly.Session.Id, 0), Cancel);
        early.Refusal.ShouldNotBeNull().ShouldContain("panic 0x11");
        (await rig.Get<IStakeWallets>().PrepareAsync(WalletAddress.Parse(chain.Accounts[1].ToLowerHex()), new StakeAction.ClaimSession(partly.Session.Id, 0), Cancel))
            .Refusal.ShouldNotBeNull().ShouldContain("only the provider's own wallet");

        await world.AdvanceAsync(partly.Claimable.HeldUntil!.Value - world.Now + TimeSpan.FromMinutes(5));
        await chain.SetNextBlockTimeAsync(world.Now.AddMinutes(1), Cancel);
        await chain.MineAsync(1, Cancel);
        var line = (await ReadAsync(rig, world)).Claims.Lines.Single(l => l.Session.Id == partly.Session.Id);
        (line.Step, line.Pays).ShouldBe((MorClaimStep.Claim, partly.Session.Worth - partly.Session.Withdrawn));
        await SendAsync(rig, new StakeAction.ClaimSession(line.Session.Id, line.Pays));
        await chain.RevertAsync(snapshot, Cancel);
    }
}
