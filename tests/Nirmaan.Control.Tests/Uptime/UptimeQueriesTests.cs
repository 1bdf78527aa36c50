using Nirmaan.Control.Tests.Testing;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Tests.Uptime;

public sealed class UptimeQueriesTests(ControlPostgres postgres) : ControlTest(postgres)
{
    private UptimeQueries Queries() => new(Contexts);

    private async Task<(Domain.Fleet.Miner Heurist, Domain.Fleet.Miner Morpheus)> TwoHoursAsync()
    {
        var (heurist, morpheus) = (await MineAsync(Heurist), await MineAsync(Morpheus));
        await WriteAsync(db => db.UptimeWindows.AddRange(
            new UptimeWindow(heurist.Id, Noon, 3600, 3600, 0, 0, 0, 60, 5), new UptimeWindow(heurist.Id, Noon.AddHours(1), 3600, 1800, 600, 300, 900, 45, 2),
            new UptimeWindow(morpheus.Id, Noon, 1800, 900, 900, 0, 0, 30, 1)));
        return (heurist, morpheus);
    }

    [Fact]
    public async Task The_fleet_is_summed_hour_by_hour()
    {
        await TwoHoursAsync();
        (await Queries().HoursAsync(Noon, Noon.AddHours(2), null, Token)).ShouldBe([
            new FleetHour(Noon, 2, new UptimeSum(5400, 4500, 900, 0, 0, 6)), new FleetHour(Noon.AddHours(1), 1, new UptimeSum(3600, 1800, 600, 300, 900, 2))]);
    }

    [Fact]
    public async Task One_network_can_be_asked_for()
    {
        await TwoHoursAsync();
        (await Queries().HoursAsync(Noon, Noon.AddHours(2), Morpheus, Token)).ShouldHaveSingleItem().Sum.UpShare.ShouldBe(0.5m);
    }

    [Fact]
    public async Task A_miner_is_summed_over_the_period()
    {
        var (heurist, _) = await TwoHoursAsync();
        (await Queries().MinersAsync(Noon, Noon.AddHours(2), Token)).Single(m => m.MinerId == heurist.Id).Sum.ShouldBe(new UptimeSum(7200, 5400, 600, 300, 900, 7));
    }

    [Fact]
    public async Task The_whole_fleet_has_one_share()
    {
        await TwoHoursAsync();
        (await Queries().SumAsync(Noon, Noon.AddHours(2), Token)).UpShare.ShouldBe(6300m / 9000m);
    }

    [Fact]
    public async Task Where_nothing_is_scored_the_share_is_unknown() => (await Queries().SumAsync(Noon, Noon.AddHours(1), Token)).UpShare.ShouldBeNull();

    [Fact]
    public async Task A_period_leaves_other_hours_out()
    {
        var (heurist, _) = await TwoHoursAsync();
        (await Queries().WindowsAsync(heurist.Id, Noon.AddHours(1), Noon.AddHours(2), Token)).ShouldHaveSingleItem().UpSeconds.ShouldBe(1800);
    }

    [Fact]
    public async Task The_newest_reports_come_first_with_their_readings()
    {
        var miner = await MineAsync();
        await BeatAsync(miner.Id, Report(Noon.AddMinutes(-1), 1), Report(Noon, 2, gpus: 2));
        var rows = await Queries().HeartbeatsAsync(miner.Id, 1, Token);
        rows.ShouldHaveSingleItem().ShouldSatisfyAllConditions(r => r.Sequence.ShouldBe(2), r => r.Gpus.Count.ShouldBe(2), r => r.Gpus[1].MemoryUsedMb.ShouldBe(40_000));
    }
}
