using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Tests.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Live;

public sealed class NewsQueriesTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private async Task<IReadOnlyList<NewsItem>> NewsAsync(int limit = 20) => await new NewsQueries(Contexts).ReadAsync(Midnight, Midnight.AddDays(10), limit, Token);

    private Task NoteAsync(DateTimeOffset at, string kind, object subject, string what, string why, string? before = null, string? after = null) =>
        WriteAsync(db => db.Timeline.Add(new TimelineEvent(at, kind, subject.ToString()!, "ops@nirmaan.example", what, why, before, after)));

    private Task RunningAsync(Instance instance, DateTimeOffset at) => NoteAsync(at, "instance", instance.Id, "running", "up", nameof(InstanceState.Starting), nameof(InstanceState.Running));

    [Fact]
    public async Task Alike_machines_of_one_hour_are_one_item()
    {
        for (var i = 0; i < 3; i++) { await RunningAsync(await RentAsync(gpus: 2), Noon.AddMinutes(i)); }
        await RunningAsync(await RentAsync(), Noon.AddHours(2));
        var news = await NewsAsync();
        news.Select(n => (n.Kind, n.Count, n.Gpus, n.At)).ShouldBe([(NewsKind.Rented, 1, 1, Noon.AddHours(2)), (NewsKind.Rented, 3, 6, Noon.AddMinutes(2))]);
        (news[0].Supplier, news[0].Workload).ShouldBe((SupplierName.Akash, new WorkloadName("heurist-sd")));
    }

    [Fact]
    public async Task A_machine_is_told_of_with_the_work_it_did_at_the_time()
    {
        var machine = await RentAsync();
        await MineAsync(on: machine, at: Noon);
        await RunningAsync(machine, Noon.AddMinutes(1));
        await MineAsync(Morpheus, workload: "morpheus-llm", on: machine, at: Noon.AddHours(3));
        await NoteAsync(Noon.AddHours(4), "instance", machine.Id, "workload changed", "set to morpheus-llm in place");
        (await NewsAsync()).Select(n => (n.Kind, n.Workload?.Value)).ShouldBe([(NewsKind.Switched, "morpheus-llm"), (NewsKind.Rented, "heurist-sd")]);
    }

    [Fact]
    public async Task A_loss_says_why_and_what_a_person_typed_stays_inside()
    {
        await NoteAsync(Noon, "instance", (await RentAsync()).Id, "lost", "the provider closed the lease", "Running", nameof(InstanceState.Failed));
        await NoteAsync(Noon.AddHours(1), "instance", (await RentAsync()).Id, "closed", "asked for by Anna", "Closing", nameof(InstanceState.Closed));
        (await NewsAsync()).Select(n => (n.Kind, n.Why)).ShouldBe([(NewsKind.Returned, null), (NewsKind.Lost, "the provider closed the lease")]);
    }

    [Fact]
    public async Task First_credits_are_told_under_their_machine()
    {
        var miner = await MineAsync(workload: "heurist-llm");
        await NoteAsync(Noon, "miner", miner.Id, "first credited work", "heurist credits it");
        await NoteAsync(Noon, "miner", miner.Id, "became earning", "heurist credits it", "Idle", "Earning");
        var item = (await NewsAsync()).ShouldHaveSingleItem();
        (item.Kind, item.Workload?.Value, item.Gpu?.Id).ShouldBe((NewsKind.FirstCredit, "heurist-llm", "rtx-a6000"));
    }

    [Fact]
    public async Task Epochs_and_stakes_are_told_newest_first()
    {
        await MineAsync(Morpheus, key: "model-1", at: Midnight);
        Stake(Midnight.AddHours(1), 1, 3 * Token18);
        Stake(Midnight.AddHours(2), 1, -Token18);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        (await NewsAsync()).Select(n => (n.Kind, n.Count, n.Subject, n.Amount?.Units)).ShouldBe([
            (NewsKind.EpochClosed, 1, "1", 900), (NewsKind.Unstaked, 1, Wallet(1).Value, Token18), (NewsKind.Staked, 1, Wallet(1).Value, 3 * Token18)]);
        (await NewsAsync(2)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Plans_are_told_when_approved_and_when_done()
    {
        var id = Guid.CreateVersion7();
        await NoteAsync(Noon, "plan", id, "proposed", "3 moves");
        await NoteAsync(Noon.AddMinutes(1), "plan", id, "approved", "all moves");
        await NoteAsync(Noon.AddMinutes(2), "plan", id, "cancelled", "Bob changed his mind");
        await NoteAsync(Noon.AddMinutes(3), "plan", id, "done", "every approved move was carried out");
        (await NewsAsync()).Select(n => (n.Kind, n.Why)).ShouldBe([(NewsKind.PlanDone, "every approved move was carried out"), (NewsKind.PlanApproved, "all moves")]);
    }

    [Fact]
    public async Task Freshness_is_unknown_until_something_was_read()
    {
        var freshness = new FreshnessQueries(Contexts);
        (await freshness.ReadAsync(Token)).ShouldBe(new Freshness(null, null, null, null, null, null, null, null, null, null));
        Stake(Midnight.AddHours(1), 1, Token18);
        await MineAsync(Morpheus, key: "model-1", at: Midnight);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        await CheckAsync();
        var read = await freshness.ReadAsync(Token);
        (read.Rewards, read.Stakes, read.Epochs, read.Checked).ShouldBe((Midnight.AddDays(1), Midnight.AddDays(1), Midnight.AddDays(1), Midnight.AddDays(1)));
        (read.Points, read.Prices).ShouldBe((null, null));
    }
}
