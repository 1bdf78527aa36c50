using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Nirmaan.Control;
using Nirmaan.Control.Data;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Networks;
using Nirmaan.Testing;

namespace Nirmaan.Web.Tests.Staking;

/// <summary>The whole reading of stakes: real contracts on real chains, the real database, as the host wires them.</summary>
public sealed class IndexerOnChainTests(ControlPostgres postgres, LocalChain chain) : IClassFixture<LocalChain>, IAsyncLifetime
{
    [Function("approve(address spender, uint256 value)")]
    private sealed record Approve(EvmAddress Spender, BigInteger Value) : IFunction;

    [Function("stake(uint256 amount)")]
    private sealed record Stake(BigInteger Amount) : IFunction;

    [Function("unstake(uint256 amount)")]
    private sealed record Unstake(BigInteger Amount) : IFunction;

    [Function("cancelUnbonding(uint256 id)")]
    private sealed record Cancel(BigInteger Id) : IFunction;

    [Function("delegateRewards(address recipient)")]
    private sealed record Delegate(EvmAddress Recipient) : IFunction;

    [Function("balanceOf(address account) returns (uint256)")]
    private sealed record BalanceOf(EvmAddress Account) : IFunction<BigInteger>;

    private readonly LocalChain _other = new();
    private TestDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await postgres.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        await _database.DisposeAsync();
    }

    private ServiceProvider Host(params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Control:MinerTokenKey"] = "0123456789abcdef0123456789abcdef", ["Chain:Rpc"] = chain.Url.ToString(), ["Chain:Staking"] = chain.Contracts.Staking.ToString(),
            ["Chain:Distributor"] = chain.Contracts.MorDistributor.ToString(), ["Chain:FinalityDepth"] = "1", ["Chain:QuickRetries"] = "0",
        };
        foreach (var (key, value) in more) { settings[key] = value; }
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        return new ServiceCollection().AddLogging(l => l.ClearProviders()).AddNirmaanControl(configuration, _database.ConnectionString).AddNirmaanNetworks(configuration).BuildServiceProvider();
    }

    private static Task<string> SyncAsync(ServiceProvider host) => host.GetRequiredService<SyncStakes>().RunAsync(Token);

    private static async Task<T> ReadAsync<T>(ServiceProvider host, Func<NirmaanDbContext, Task<T>> read)
    {
        await using var db = await host.GetRequiredService<IDbContextFactory<NirmaanDbContext>>().CreateDbContextAsync(Token);
        return await read(db);
    }

    private Task<Evm.JsonRpc.EvmReceipt> SendAsync(int account, IFunction call) => chain.SendAsync(chain.Accounts[account], chain.Contracts.Staking, call, Token);

    private async Task StakeAsync(int account, long units)
    {
        await chain.SendAsync(chain.Accounts[account], chain.Contracts.Nrm, new Approve(chain.Contracts.Staking, units), Token);
        await SendAsync(account, new Stake(units));
    }

    private WalletAddress Wallet(int account) => WalletAddress.Parse(chain.Accounts[account].ToLowerHex());

    [Fact]
    public async Task What_the_index_says_of_any_block_is_what_the_contract_said_then()
    {
        await using var host = Host();
        List<(long Block, BigInteger Units)> said = [];
        foreach (var units in new[] { 100, 7, -30, 5, -82 })
        {
            if (units > 0) { await StakeAsync(1, units); } else { await SendAsync(1, new Unstake(-units)); }
            var block = await chain.Rpc.GetBlockNumberAsync(Token);
            said.Add((block, await chain.Rpc.CallAsync(chain.Contracts.Staking, new BalanceOf(chain.Accounts[1]), Evm.JsonRpc.BlockTag.At(block), Token)));
        }
        await chain.MineAsync(1, Token);
        await SyncAsync(host);
        var stakers = host.GetRequiredService<StakerQueries>();
        foreach (var (block, units) in said) { (await stakers.ReadStakesAtAsync(block, Token)).FirstOrDefault(s => s.Account == Wallet(1)).Units.ShouldBe(units); }
        said[^1].Units.ShouldBe(0);
    }

    [Fact]
    public async Task Ways_out_and_back_and_delegations_are_read_with_the_stakes()
    {
        await using var host = Host();
        await StakeAsync(2, 50);
        await SendAsync(2, new Unstake(20));
        await SendAsync(2, new Cancel(0));
        await SendAsync(2, new Delegate(chain.Accounts[3]));
        await chain.MineAsync(1, Token);
        await SyncAsync(host);
        var records = await host.GetRequiredService<StakerQueries>().ReadRecordsAsync(Wallet(2), null, Token);
        records.Select(r => (r.Kind, r.Amount, r.Number)).ShouldBe([(ChainRecordKind.RewardsDelegated, 0, null), (ChainRecordKind.UnbondingCancelled, 20, 0L), (ChainRecordKind.UnbondingStarted, 20, 0L)]);
        records[2].AvailableAt.ShouldBe(records[2].At + TimeSpan.FromDays(7));
        records[0].Recipient.ShouldBe(Wallet(3));
    }

    [Fact]
    public async Task A_real_reorganisation_takes_the_stake_back_and_the_staker_is_told()
    {
        await using var host = Host();
        await StakeAsync(4, 11);
        await chain.MineAsync(1, Token);
        await SyncAsync(host);
        await StakeAsync(4, 22);
        await chain.MineAsync(1, Token);
        await SyncAsync(host);
        (await ReadAsync(host, db => db.StakeEvents.CountAsync(e => e.Account == Wallet(4), Token))).ShouldBe(2);

        // The newest three blocks are mined anew, without their transactions.
        await chain.Rpc.RequestAsync("anvil_reorg", [3, Array.Empty<object>()], Token);
        await chain.MineAsync(2, Token);
        (await SyncAsync(host)).ShouldContain("1 taken back after a reorganisation");

        var stakers = host.GetRequiredService<StakerQueries>();
        var lost = (await stakers.ReadLostAsync(Wallet(4), Token)).ShouldHaveSingleItem();
        (lost.Delta, lost.NowInBlock).ShouldBe((22, null));
        (await stakers.ReadMovesAsync(Wallet(4), null, Token)).ShouldHaveSingleItem().Balance.ShouldBe(11);
    }

    [Fact]
    public async Task A_witness_that_says_the_same_lets_the_reading_go_on()
    {
        await using var host = Host(("Chain:Witnesses:0", chain.Url.ToString().Replace("127.0.0.1", "localhost", StringComparison.Ordinal)));
        await StakeAsync(5, 3);
        await chain.MineAsync(1, Token);
        await SyncAsync(host);
        (await ReadAsync(host, db => db.StakeEvents.CountAsync(e => e.Account == Wallet(5), Token))).ShouldBe(1);
    }

    [Fact]
    public async Task A_witness_of_another_chain_stops_it_and_both_are_named()
    {
        await _other.InitializeAsync();
        await StakeAsync(6, 3);
        await chain.MineAsync(1, Token);
        await _other.MineAsync(100, Token);
        await using var host = Host(("Chain:Witnesses:0", _other.Url.ToString()));
        (await SyncAsync(host)).ShouldStartWith("STOPPED");
        var alert = (await host.GetRequiredService<StakerQueries>().ReadTotalsAsync(Token)).Chain!.Alert.ShouldNotBeNull();
        alert.Words.Select(w => w.Endpoint).ShouldBe([chain.Url.Authority, _other.Url.Authority]);
        (await ReadAsync(host, db => db.StakeEvents.AnyAsync(Token))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_witness_that_is_away_is_waited_for()
    {
        await chain.MineAsync(2, Token);
        await using var host = Host(("Chain:Witnesses:0", "http://127.0.0.1:9"));
        (await SyncAsync(host)).ShouldStartWith("Not readable: chain: the witness 127.0.0.1:9");
    }

    private (string, string)[] OneOfTwoAway => [("Chain:Witnesses:0", "http://127.0.0.1:9"), ("Chain:Witnesses:1", chain.Url.ToString().Replace("127.0.0.1", "localhost", StringComparison.Ordinal))];

    [Fact]
    public async Task Where_one_witness_is_enough_another_that_is_away_stops_nothing_and_is_named()
    {
        await StakeAsync(7, 3);
        await chain.MineAsync(1, Token);
        await using var host = Host([.. OneOfTwoAway, ("Chain:WitnessesNeeded", "1")]);
        await SyncAsync(host);
        (await ReadAsync(host, db => db.StakeEvents.CountAsync(e => e.Account == Wallet(7), Token))).ShouldBe(1);
        var reading = (await host.GetRequiredService<StakerQueries>().ReadTotalsAsync(Token)).Chain!;
        (reading.Alert, reading.Absent!.Words.ShouldHaveSingleItem().Endpoint).ShouldBe((null, "127.0.0.1:9"));
    }

    [Fact]
    public async Task Where_both_must_answer_the_one_that_is_away_is_waited_for()
    {
        await chain.MineAsync(2, Token);
        await using var host = Host([.. OneOfTwoAway]);
        (await SyncAsync(host)).ShouldStartWith("Not readable: chain: the witness 127.0.0.1:9");
        (await ReadAsync(host, db => db.StakeEvents.AnyAsync(Token))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_contradiction_stops_the_reading_however_few_witnesses_are_needed()
    {
        await _other.InitializeAsync();
        await StakeAsync(6, 3);
        await chain.MineAsync(1, Token);
        await _other.MineAsync(100, Token);
        await using var host = Host(("Chain:Witnesses:0", _other.Url.ToString()), ("Chain:Witnesses:1", chain.Url.ToString()), ("Chain:WitnessesNeeded", "1"));
        (await SyncAsync(host)).ShouldStartWith("STOPPED");
    }
}
