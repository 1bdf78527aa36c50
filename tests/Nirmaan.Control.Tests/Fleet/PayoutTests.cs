using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Testing;

namespace Nirmaan.Control.Tests.Fleet;

public sealed class PayoutTests(ControlPostgres postgres) : ControlTest(postgres)
{
    private Task<PayoutReport> ReadAsync() => new PayoutQueries(
        Contexts, new PayoutPolicy(With<PayoutOptions>(o => o["heurist"] = [Wallet(1).Value, Wallet(2).Value]), With<PayoutListOptions>()), new NetworkShelf([new FakeMiningNetwork(Heurist), new FakeMiningNetwork(Morpheus)]), Clock).ReadAsync(Token);

    [Fact]
    public async Task Miners_are_counted_at_the_address_they_pay_to()
    {
        await MineAsync(Heurist, payout: 1);
        await MineAsync(Heurist, payout: 1);
        await MineAsync(Heurist, payout: 2);
        var report = await ReadAsync();
        report.Addresses.ShouldBe([new PayoutAddress(Heurist, Wallet(1).Value, true, 2), new PayoutAddress(Heurist, Wallet(2).Value, false, 1)]);
        report.Strays.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_network_without_an_address_is_named() => (await ReadAsync()).Without.ShouldBe([Morpheus]);

    [Fact]
    public async Task A_miner_that_pays_elsewhere_is_named_live_ones_first()
    {
        var stopped = await MineAsync(Heurist, payout: 8);
        await WriteAsync(db => db.Miners.Single(m => m.Id == stopped.Id).Become(MinerState.Stopped, Clock.GetUtcNow(), "pays elsewhere"));
        var live = await MineAsync(Heurist, payout: 9);
        var strays = (await ReadAsync()).Strays;
        strays.Select(s => (s.MinerId, s.State)).ShouldBe([(live.Id, MinerState.Installing), (stopped.Id, MinerState.Stopped)]);
        strays[1].Reason.ShouldBe("pays elsewhere");
    }

    [Fact]
    public async Task A_miner_that_was_stopped_long_ago_is_not_named_any_more()
    {
        var stopped = await MineAsync(Heurist, payout: 8);
        await WriteAsync(db => db.Miners.Single(m => m.Id == stopped.Id).Become(MinerState.Stopped, Clock.GetUtcNow(), "pays elsewhere"));
        Clock.Advance(TimeSpan.FromDays(31));
        (await ReadAsync()).Strays.ShouldBeEmpty();
    }
}
