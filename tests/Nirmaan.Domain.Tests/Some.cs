using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Domain.Tests;

/// <summary>Values that tests take when they do not care which, and generators of those they do.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly MinerId Miner = MinerId.New(Noon);
    public static readonly Guid Boot = Guid.Parse("00000000-0000-0000-0000-00000000b001");
    public static readonly Guid OtherBoot = Guid.Parse("00000000-0000-0000-0000-00000000b002");

    public static WalletAddress Wallet(int n) => WalletAddress.Parse("0x" + n.ToString("x40", System.Globalization.CultureInfo.InvariantCulture));

    public static Heartbeat Beat(DateTimeOffset at, string state = "working", int jobs = 0, long sequence = 0, Guid? boot = null) =>
        new(Miner, boot ?? Boot, sequence, at, at, state, [], jobs, null);

    public static Template Template(string network = "heurist", string workload = "heurist-sd", int readyWithinMinutes = 30) => new(
        workload, 1, network, workload, "image", ["run"], new Dictionary<string, string>(), [], new TemplateNeeds(12, 1, 4, 16, 50, null, [8080], false, false),
        new TemplatePayout("evm-address", "MINER_ID_0"), new TemplateLogs([], []), readyWithinMinutes, 30, "test", null);

    public static Miner NewMiner(DateTimeOffset? at = null) =>
        new(Miner, InstanceId.New(Noon), Template(), Wallet(1).Value, "key", Beneficiary.NrmPool, at ?? Noon);

    /// <summary>Whole numbers far beyond 64 bits.</summary>
    public static Gen<BigInteger> Units(int maxBytes = 12) =>
        Gen.Choose(0, 255).ArrayOf().Select(bytes => new BigInteger([.. bytes.Take(maxBytes).Select(b => (byte)b), 0]));

    /// <summary>1 to 12 accounts with weights above zero, ascending.</summary>
    public static Gen<BalanceSeconds[]> Weights() =>
        from accounts in Gen.Choose(1, 1000).NonEmptyListOf()
        from units in Units().ArrayOf(12)
        select accounts.Distinct().Order().Take(12).Select((a, i) => new BalanceSeconds(Wallet(a), units[i] + 1)).ToArray();

    /// <summary>A life of one miner over three hours: an agent's boots follow one another, its counter only rises.</summary>
    public static Gen<Heartbeat[]> Life() =>
        from steps in (from seconds in Gen.Choose(1, 900)
                       from state in Gen.Elements(ReportedStates.All.ToArray())
                       from jobs in Gen.Choose(0, 5)
                       from reboots in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
                       select (seconds, state, jobs, reboots)).ListOf()
        select Walk(steps);

    private static Heartbeat[] Walk(IEnumerable<(int Seconds, string State, int Jobs, bool Reboots)> steps)
    {
        var (at, boot, sequence, done) = (Noon, 1, 0L, 0);
        var beats = new List<Heartbeat>();
        foreach (var (seconds, state, jobs, reboots) in steps)
        {
            at = at.AddSeconds(seconds);
            (boot, sequence, done) = reboots ? (boot + 1, 0, jobs) : (boot, sequence + 1, done + jobs);
            beats.Add(Beat(at, state, done, sequence, Guid.Parse($"00000000-0000-0000-0000-{boot:x12}")));
        }
        return [.. beats];
    }
}
