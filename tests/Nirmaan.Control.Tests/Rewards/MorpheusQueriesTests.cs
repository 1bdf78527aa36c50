using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Tests.Rewards;

/// <summary>The provider's account with the contract beside the rewards that arrived, and the claims that its owner sent.</summary>
public sealed class MorpheusQueriesTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private static readonly string s_hash = $"0x{new string('7', 64)}", s_session = $"0x{new string('5', 64)}";
    private readonly FakeAccount _account = new(Wallet(99).Value);
    private readonly FakeWallets _wallets = new();

    private MorpheusQueries Queries => new(Contexts, [_account], Clock);
    private ClaimSessions Claims => new(Contexts, _wallets, Events, Clock);

    private async Task<MorBooks> ReadBooksAsync() => (await Queries.ReadAsync(Token)).ShouldNotBeNull();

    private void Served(string model, BigInteger perSecond, int hours, BigInteger withdrawn, DateTimeOffset? opened = null) => _account.Sessions.Add(
        new MorSession($"s{_account.Sessions.Count}", model, opened ?? Midnight, (opened ?? Midnight).AddHours(hours), (opened ?? Midnight).AddHours(hours), perSecond, withdrawn));

    [Fact]
    public async Task What_the_contract_paid_is_held_against_what_arrived_per_miner()
    {
        await MineAsync(Morpheus, key: "model-1");
        Served("model-1", 1, 1, 3600);
        Served("model-2", 1, 1, 3600);
        Pay(Midnight.AddHours(1), 3000);
        Pay(Midnight.AddHours(2), 500, key: "model-2");
        await ReachAsync(Noon.AddHours(3));

        var books = await ReadBooksAsync();
        var all = books.Reconciliation.ShouldNotBeNull();
        (all.Paid, all.Received, all.Difference, all.IsExplained).ShouldBe((7200, 3500, -3700, false));
        // Nobody of ours has the second model: what came for it stands without a miner.
        all.Models.Select(m => (m.ModelId, m.Received)).ShouldBe([("model-2", 0), ("model-1", 3000), (null, 500)], ignoreOrder: true);
        books.Miners.Keys.ShouldBe(["model-1"]);
    }

    [Fact]
    public async Task The_pace_is_what_sessions_of_the_last_week_were_worth_a_day()
    {
        Clock.MoveTo(Midnight.AddDays(14));
        Served("m", 10, 24, 0, Midnight);
        Served("m", 70, 24, 0, Midnight.AddDays(10));
        (await ReadBooksAsync()).PerDay.ShouldBe(70 * 86400 / 7);
    }

    [Fact]
    public async Task When_not_all_sessions_were_read_nothing_is_held_against_them()
    {
        _account.IsComplete = false;
        (await ReadBooksAsync()).Reconciliation.ShouldBeNull();
    }

    [Fact]
    public async Task Without_Morpheus_there_is_nothing_to_read()
    {
        var queries = new MorpheusQueries(Contexts, [], Clock);
        (queries.IsOn, await queries.ReadAsync(Token)).ShouldBe((false, null));
    }

    [Fact]
    public async Task A_claim_that_was_sent_is_watched_until_it_is_final()
    {
        await SendAsync(new StakeAction.ClaimSession(s_session, 5 * Token18));
        await SendAsync(new StakeAction.ClaimSession(s_session, 5 * Token18));
        _wallets.Seen = new Sighting.Mined(new BlockRef(10, s_hash, Noon), 3, null, 50_000, 1, 2, 12);
        (await Claims.WatchAsync(Token)).ShouldBe("1 under way, 1 changed.");
        _wallets.Seen = new Sighting.Mined(new BlockRef(10, s_hash, Noon), 3, null, 50_000, 1, 12, 12);
        await Claims.WatchAsync(Token);
        (await Claims.ListAsync(10, Token)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            c => (c.Step, c.SessionId, c.Wei, c.State, c.BlockNumber).ShouldBe((ProviderStep.Claim, s_session, 5 * Token18, CallState.Final, 10)));
        var told = await ReadAsync(db => db.Timeline.AsNoTracking().Where(e => e.Kind == "morpheus").OrderBy(e => e.Sequence).Select(e => e.What).ToListAsync(Token));
        told.ShouldBe(["claim sent", "claim seen", "claim final"]);
    }

    [Fact]
    public async Task A_transaction_of_a_staker_is_none_of_a_providers()
    {
        (await Should.ThrowAsync<InvalidInputException>(() => SendAsync(new StakeAction.Stake(1)))).Field.ShouldBe("action");
        (await Claims.WatchAsync(Token)).ShouldBe("Nothing is under way.");
    }

    private Task SendAsync(StakeAction action) => Claims.SentAsync(31337, action, new SentCall(Wallet(9), s_hash, $"0x{new string('d', 40)}", "0x01", null, 7), "admin", Token);

    private sealed class FakeAccount(string provider) : IMorpheusAccount
    {
        public List<MorSession> Sessions { get; } = [];
        public bool IsComplete { get; set; } = true;

        public Task<MorAccount> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult(new MorAccount(
            31337, provider, $"0x{new string('d', 40)}", "m:3333", true, MorClaims.Of(Sessions, new MorProvider(100 * Token18, 0, now.AddDays(100)), now), Sessions, IsComplete, new BlockRef(9, s_hash, now)));
    }

    private sealed class FakeWallets : IStakeWallets
    {
        public Sighting Seen { get; set; } = new Sighting.Unseen();
        public Task<WalletState> ReadAsync(WalletAddress account, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task<PermitOrder?> FindPermitAsync(WalletAddress account, BigInteger amount, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task<PreparedCall> PrepareAsync(WalletAddress account, StakeAction action, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task<Sighting> LookAsync(SentCall sent, CancellationToken cancellationToken) => Task.FromResult(Seen);
    }
}
