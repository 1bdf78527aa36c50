using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Tests.Rewards;

/// <summary>Closed epochs of 90 MOR each, and a distributor that a test plays.</summary>
public sealed class PublishRootTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private static readonly string s_hash = $"0x{new string('7', 64)}", s_address = $"0x{new string('d', 40)}";
    private readonly FakeDistributors _distributors = new();
    private readonly FakeWallets _wallets = new();

    private PublicationQueries Queries => new(Contexts, _distributors);
    private PublishRoot Publisher => new(Contexts, _wallets, Events, Clock);

    private async Task RunDaysAsync(int days)
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, 100);
        for (var day = 0; day < days; day++) { Pay(Noon.AddDays(day), 100 * Token18); }
        await ReachAsync(Midnight.AddDays(days));
        await CloseAsync();
    }

    private async Task<Publication> ReadAsync() => (await Queries.ListAsync(Token)).ShouldHaveSingleItem();

    private Task SendAsync(PublicationStep step, int epoch = 1, string? hash = null) =>
        Publisher.SentAsync(31337, Asset.Mor, epoch, step, new SentCall(Wallet(9), hash ?? s_hash, s_address, "0x01", null, 7), "admin", Token);

    private Task<PublicationCall> CallAsync() => ReadAsync(db => db.PublicationCalls.AsNoTracking().SingleAsync(Token));

    private async Task<CallState> WatchAsync(Sighting sighting)
    {
        _wallets.Seen = sighting;
        await Publisher.WatchAsync(Token);
        return (await CallAsync()).State;
    }

    private static Sighting.Mined Mined(int depth, string? reason = null) => new(new BlockRef(10, s_hash, Noon), 3, reason, 50_000, 1, depth, 12);

    [Fact]
    public async Task The_newest_closed_epoch_is_published_by_three_transactions_in_their_order()
    {
        await RunDaysAsync(2);
        var next = await ReadAsync();
        (next.Epoch, next.Total, next.Root).ShouldBe((2, 180 * Token18, (await ClosedAsync())[^1].Root));
        next.Stages[0].Action.ShouldBe(new StakeAction.Fund(Asset.Mor, s_address, 180 * Token18));
        next.Stages[1].Action.ShouldBe(new StakeAction.Announce(Asset.Mor, s_address, 2, next.Root, 180 * Token18, TimeSpan.FromHours(1)));
        (next.Stages[2].Action, next.Stages[2].WaitsFor).ShouldBe((null, "the announcement"));
    }

    [Fact]
    public async Task Publishing_waits_for_the_timelock_and_then_for_the_tokens()
    {
        await RunDaysAsync(1);
        _distributors.Announced[1] = new Announcement.Standing(Noon.AddHours(1));
        (await ReadAsync()).Stages[2].WaitsFor.ShouldBe("the timelock, until 2026-03-01 13:00:00Z");
        _distributors.Announced[1] = new Announcement.Standing(Noon);
        (await ReadAsync()).Stages[2].WaitsFor.ShouldBe("90 MOR in the distributor");
        _distributors.Holds = 90 * Token18;
        (await ReadAsync()).Stages.ShouldSatisfyAllConditions(s => s[0].IsDone.ShouldBeTrue(), s => s[2].Action.ShouldBeOfType<StakeAction.Publish>());
    }

    [Fact]
    public async Task An_announcement_that_stands_is_carried_out_before_a_newer_epoch_is_announced()
    {
        // Whoever announced it: nobody noted a transaction here.
        await RunDaysAsync(2);
        _distributors.Announced[1] = new Announcement.Standing(Noon);
        (await ReadAsync()).Epoch.ShouldBe(1);
        _distributors.Announced.Clear();
        (await ReadAsync()).Epoch.ShouldBe(2);
    }

    [Fact]
    public async Task What_was_sent_is_not_offered_again_until_it_failed()
    {
        await RunDaysAsync(1);
        await SendAsync(PublicationStep.Fund);
        (await ReadAsync()).Stages[0].ShouldSatisfyAllConditions(s => s.Action.ShouldBeNull(), s => s.WaitsFor.ShouldBe("the transaction that was sent"));
        await WatchAsync(Mined(12, "the wallet holds less than that"));
        (await ReadAsync()).Stages[0].ShouldSatisfyAllConditions(s => s.Action.ShouldBeOfType<StakeAction.Fund>(), s => s.Calls.ShouldHaveSingleItem().Reason.ShouldBe("the wallet holds less than that"));
    }

    [Fact]
    public async Task After_the_newest_epoch_nothing_is_left_to_publish()
    {
        await RunDaysAsync(1);
        (_distributors.Epoch, _distributors.Root) = (1, (await ClosedAsync())[0].Root);
        (await ReadAsync()).ShouldSatisfyAllConditions(p => p.Epoch.ShouldBeNull(), p => p.Newest.ShouldBe(1));
    }

    [Fact]
    public async Task A_transaction_is_watched_from_sent_over_seen_to_final()
    {
        await SendAsync(PublicationStep.Fund);
        (await WatchAsync(new Sighting.Unseen())).ShouldBe(CallState.Sent);
        (await WatchAsync(Mined(1))).ShouldBe(CallState.Seen);
        (await WatchAsync(Mined(12))).ShouldBe(CallState.Final);
        (await Publisher.WatchAsync(Token)).ShouldBe("Nothing is under way.");
    }

    [Fact]
    public async Task One_whose_block_the_chain_replaced_is_sent_again_and_not_final()
    {
        await SendAsync(PublicationStep.Fund);
        await WatchAsync(Mined(3));
        (await WatchAsync(new Sighting.Waiting(3))).ShouldBe(CallState.Sent);
        (await CallAsync()).BlockNumber.ShouldBeNull();
    }

    [Fact]
    public async Task One_that_was_sped_up_is_watched_under_its_new_hash()
    {
        await SendAsync(PublicationStep.Fund);
        (await WatchAsync(new Sighting.Replaced($"0x{new string('8', 64)}", DoesTheSame: true))).ShouldBe(CallState.Sent);
        (await CallAsync()).TxHash.ShouldBe($"0x{new string('8', 64)}");
    }

    [Theory]
    [InlineData(true, CallState.Replaced)]
    [InlineData(false, CallState.Reverted)]
    public async Task One_that_was_replaced_or_refused_is_over(bool isReplaced, CallState state)
    {
        await SendAsync(PublicationStep.Fund);
        (await WatchAsync(isReplaced ? new Sighting.Replaced(null, DoesTheSame: false) : Mined(12, "no"))).ShouldBe(state);
        (await CallAsync()).IsOpen.ShouldBeFalse();
    }

    [Fact]
    public async Task A_refusal_in_a_block_that_may_be_replaced_is_not_the_end()
    {
        await SendAsync(PublicationStep.Fund);
        (await WatchAsync(Mined(2, "no"))).ShouldBe(CallState.Seen);
    }

    [Fact]
    public async Task The_same_transaction_is_noted_once_and_a_hash_that_is_none_not_at_all()
    {
        await SendAsync(PublicationStep.Fund);
        await SendAsync(PublicationStep.Fund);
        (await Should.ThrowAsync<InvalidInputException>(() => SendAsync(PublicationStep.Fund, hash: "0x12"))).Field.ShouldBe("hash");
        (await CallAsync()).TxHash.ShouldBe(s_hash);
    }

    private sealed class FakeDistributors : IDistributors
    {
        public int Epoch { get; set; }
        public string Root { get; set; } = DistributionFile.NoRoot;
        public BigInteger Holds { get; set; }
        public Dictionary<int, Announcement> Announced { get; } = [];

        public Task<IReadOnlyList<DistributorState>> ReadAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<DistributorState>>(
            [new DistributorState(Asset.Mor, 31337, s_address, s_address, Epoch, Root, true, 0, 0, Holds, false, TimeSpan.FromHours(1), new BlockRef(9, s_hash, Noon))]);

        public Task<Announcement> FindAnnouncementAsync(Asset asset, int epoch, string root, BigInteger total, CancellationToken cancellationToken) =>
            Task.FromResult(Announced.GetValueOrDefault(epoch) ?? new Announcement.None());
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
