using Nirmaan.Domain.Uptime;

namespace Nirmaan.Domain.Tests.Uptime;

public sealed class HeartbeatRulesTests
{
    private static readonly HeartbeatReport s_good = new(Some.Boot, 0, Some.Noon, "working", [new GpuReading(0, "RTX A6000", null, null, null, null)], 0, null);

    private static string[] Fields(params HeartbeatReport[] batch) => [.. HeartbeatRules.Check(batch, Some.Noon).Select(e => e.Field)];

    [Fact]
    public void A_sound_report_has_no_faults() => Fields(s_good).ShouldBeEmpty();

    public static TheoryData<string, HeartbeatReport> Faulty => new()
    {
        { "bootId", s_good with { BootId = Guid.Empty } },
        { "sequence", s_good with { Sequence = -1 } },
        { "sentAt", s_good with { SentAt = Some.Noon.AddMinutes(5).AddTicks(1) } },
        { "sentAt", s_good with { SentAt = DateTimeOffset.UnixEpoch } },
        { "state", s_good with { State = "earning" } },
        { "jobsDone", s_good with { JobsDone = -1 } },
        { "lastJobAt", s_good with { LastJobAt = Some.Noon.AddHours(1) } },
        { "gpus", s_good with { Gpus = null! } },
        { "gpus", s_good with { Gpus = [.. Enumerable.Repeat(s_good.Gpus[0], 17)] } },
        { "gpus[0].name", s_good with { Gpus = [s_good.Gpus[0] with { Name = "RTX\0" }] } },
        { "gpus[0].name", s_good with { Gpus = [s_good.Gpus[0] with { Name = null! }] } },
    };

    [Theory, MemberData(nameof(Faulty))]
    public void A_fault_names_its_field(string field, HeartbeatReport report) => Fields(report).ShouldBe([field]);

    [Fact]
    public void A_fault_in_a_batch_names_the_report_too() => Fields(s_good, s_good with { State = "?" }).ShouldBe(["batch[1].state"]);

    [Fact]
    public void Clocks_may_be_five_minutes_ahead() => Fields(s_good with { SentAt = Some.Noon.AddMinutes(5) }).ShouldBeEmpty();

    [Fact]
    public void A_batch_holds_at_most_500() => Fields([.. Enumerable.Repeat(s_good, 501)]).ShouldBe(["batch"]);

    [Fact]
    public void An_empty_batch_is_a_fault() => Fields().ShouldBe(["batch"]);
}
