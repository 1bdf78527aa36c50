using System.Text.RegularExpressions;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Fleet;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class PayoutCheckTests : BunitContext
{
    private const string Ours = "0x00000000000000000000000000000000000000aa", Stranger = "0x00000000000000000000000000000000000bad00";
    private static readonly DateTimeOffset s_noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_address_that_differs_is_shown_beside_the_expected_one() =>
        Words(new PayoutReading("environment MINER_ID_0", $"{Stranger}-tag")).ShouldContain($"The running miner is paid to {Stranger} (environment MINER_ID_0), and not to {Ours}.");

    [Fact]
    public void The_same_address_is_said_to_be_read_back_with_where_and_when() =>
        Words(new PayoutReading("environment MINER_ID_0", Ours)).ShouldContain("Read back from the running miner (environment MINER_ID_0) at 2026-03-01 12:00:00 UTC: the same address.");

    [Fact]
    public void What_was_never_read_is_unknown() => Words(null).ShouldContain("What stands in the running miner is unknown");

    private string Words(PayoutReading? reading)
    {
        var miner = new MinerRow(
            MinerId.New(s_noon), InstanceId.New(s_noon), NetworkName.Heurist, new WorkloadName("heurist-sd"), MinerState.Idle, null, s_noon, "serving", s_noon, 0, null, null, null, Ours, "key", new MinerSteps(),
            "heurist-sd", 1, s_noon, null, "nrm-pool") { Payouts = reading is null ? null : [reading], PayoutsAt = reading is null ? null : s_noon };
        var shown = Render<PayoutCheck>(p => p.Add(c => c.Miner, miner).Add(c => c.Allowed, [Ours]));
        return Regex.Replace(string.Join(' ', shown.FindAll("p").Select(p => p.TextContent)), @"\s+", " ");
    }
}
