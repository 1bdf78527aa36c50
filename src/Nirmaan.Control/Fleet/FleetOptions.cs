using Microsoft.Extensions.Options;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>How the fleet is provisioned and what it may spend. Section <c>Fleet</c>.</summary>
public sealed class FleetOptions
{
    /// <summary>Where agents report to, as seen from the rented machines.</summary>
    public Uri ControlUrl { get; set; } = new("http://127.0.0.1:5280");
    /// <summary>Port on which the agent answers HTTP inside the container.</summary>
    public int AgentPort { get; set; } = 8080;
    /// <summary>A worker's hold on a row. It is renewed while the worker lives; the rows of a killed worker are free again after this long.</summary>
    public TimeSpan WorkerLease { get; set; } = TimeSpan.FromSeconds(45);
    /// <summary>How often a hold is renewed; zero = never, then WorkerLease must outlast the longest call to a supplier.</summary>
    public TimeSpan RenewEvery { get; set; } = TimeSpan.FromSeconds(10);
    /// <summary>Rows attended at once.</summary>
    public int Parallel { get; set; } = 8;
    /// <summary>How long bids are collected before the cheapest is accepted.</summary>
    public TimeSpan BidWait { get; set; } = TimeSpan.FromSeconds(15);
    /// <summary>No suitable bid after this long = none will come.</summary>
    public TimeSpan BidPatience { get; set; } = TimeSpan.FromSeconds(90);
    /// <summary>How often an auction or a start is looked at.</summary>
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(5);
    /// <summary>How often a running instance is looked at.</summary>
    public TimeSpan ObserveEvery { get; set; } = TimeSpan.FromSeconds(60);
    /// <summary>How long after sending an effect that is not found is believed never to have happened (suppliers' lists lag their creates).</summary>
    public TimeSpan SettleFor { get; set; } = TimeSpan.FromSeconds(60);
    /// <summary>An unknown thing with our name that is younger is left alone: its create may still be on its way to our books.</summary>
    public TimeSpan OrphanGrace { get; set; } = TimeSpan.FromSeconds(45);
    /// <summary>A machine that is ours but not up after this long is given back.</summary>
    public TimeSpan StartPatience { get; set; } = TimeSpan.FromMinutes(15);
    /// <summary>A machine that bills is given up when its miner is silent for this long and the supplier cannot reach it, or shows its container down.</summary>
    public TimeSpan UnreachablePatience { get; set; } = TimeSpan.FromMinutes(10);
    /// <summary>A machine that its supplier neither finds nor lists is believed gone this long after it was last seen.</summary>
    public TimeSpan GonePatience { get; set; } = TimeSpan.FromSeconds(90);
    /// <summary>The same while the supplier's list shows none of our other machines there either: rather a wrong account or a fault of theirs than the end of them all.</summary>
    public TimeSpan AllGonePatience { get; set; } = TimeSpan.FromMinutes(10);
    /// <summary>How often one instance asks for a machine before it fails.</summary>
    public int MaxAttempts { get; set; } = 4;
    /// <summary>How many machines in a row may replace one that was lost.</summary>
    public int MaxReplacements { get; set; } = 5;
    /// <summary>The same by cause of the loss: so many machines in a row that were lost for it are replaced. No cause allows more than <see cref="MaxReplacements"/>.</summary>
    public Dictionary<LossCause, int> ReplaceBudgets { get; } = new()
    {
        [LossCause.Gone] = 5, [LossCause.TakenBack] = 5, [LossCause.NeverUp] = 3, [LossCause.Silent] = 3, [LossCause.NotSetUp] = 2,
    };
    /// <summary>After the second loss in a row nobody is asked for so long; twice as long after each further one.</summary>
    public TimeSpan ReplaceBackOff { get; set; } = TimeSpan.FromMinutes(1);
    /// <summary>No such wait is longer.</summary>
    public TimeSpan LongestBackOff { get; set; } = TimeSpan.FromMinutes(30);
    /// <summary>A provider that lost so many machines of ours within <see cref="BlockWithin"/> is blocked.</summary>
    public int BlockAfter { get; set; } = 3;
    /// <summary>See <see cref="BlockAfter"/>.</summary>
    public TimeSpan BlockWithin { get; set; } = TimeSpan.FromHours(24);
    /// <summary>How long such a block lasts the first time; it doubles with each further one, up to seven days.</summary>
    public TimeSpan BlockFor { get; set; } = TimeSpan.FromHours(24);
    /// <summary>A supplier that refused a machine because our account is full or out of money is not asked for another one for so long, unless it gave one since.</summary>
    public TimeSpan QuotaPause { get; set; } = TimeSpan.FromMinutes(10);
    /// <summary>Hours bought up front of a prepaid machine.</summary>
    public int PrepaidHours { get; set; } = 4;
    /// <summary>More hours are bought when fewer minutes are left.</summary>
    public int ExtendWhenMinutesLeft { get; set; } = 30;
    /// <summary>Hours bought then.</summary>
    public int ExtendHours { get; set; } = 2;
    /// <summary>Offers with a lower known uptime are not taken (0 to 1).</summary>
    public decimal MinReliability { get; set; } = 0.95m;
    /// <summary>Refuse suppliers and templates without recorded permission to mine. Off only in the sandbox.</summary>
    public bool RequirePermission { get; set; } = true;
    /// <summary>Cap of one launch, USD per hour.</summary>
    public decimal MaxUsdPerHourPerLaunch { get; set; } = 60m;
    /// <summary>Cap of one supplier, USD per hour.</summary>
    public decimal MaxUsdPerHourPerSupplier { get; set; } = 150m;
    /// <summary>Cap of a day, USD: rent entered today plus what was paid up front today.</summary>
    public decimal MaxUsdPerDay { get; set; } = 2_500m;
    /// <summary>An alert is raised when a supplier's money lasts shorter than this, and cleared when it lasts a quarter longer.</summary>
    public TimeSpan LowRunway { get; set; } = TimeSpan.FromHours(48);
    /// <summary>How often a machine's log is read and kept.</summary>
    public TimeSpan KeepLogsEvery { get; set; } = TimeSpan.FromMinutes(2);
    /// <summary>How long kept logs stay.</summary>
    public TimeSpan KeepLogsFor { get; set; } = TimeSpan.FromDays(14);
    /// <summary>How many characters of one machine's log are kept; whole readings that lie further back are forgotten.</summary>
    public long KeepLogsCharacters { get; set; } = 16_000_000;
    /// <summary>How many machines' logs a worker follows as they are written, where their suppliers allow it; those that people look at come first, the others are read now and then.</summary>
    public int LogStreams { get; set; } = 20;
    /// <summary>How long what a followed log gives is gathered before it is kept.</summary>
    public TimeSpan LogStreamPause { get; set; } = TimeSpan.FromSeconds(1);
    /// <summary>Ops may run single commands in containers, each recorded. Off until somebody wants it.</summary>
    public bool Shell { get; set; }
    /// <summary>How long such a command is waited for.</summary>
    public TimeSpan ShellTimeout { get; set; } = TimeSpan.FromSeconds(30);
    /// <summary>How many characters of its output are shown.</summary>
    public int ShellCharacters { get; set; } = 100_000;
    /// <summary>How long a machine that is given back is asked for its last words.</summary>
    public TimeSpan LastWordsPatience { get; set; } = TimeSpan.FromSeconds(3);
    /// <summary>Most miners in one launch.</summary>
    public int MaxMinersPerLaunch { get; set; } = 1_000;
}

internal sealed class FleetOptionsCheck : IValidateOptions<FleetOptions>
{
    public ValidateOptionsResult Validate(string? name, FleetOptions options)
    {
        List<string> faults = [];
        void Need(bool good, string fault) { if (!good) { faults.Add(fault); } }
        Need(options.ControlUrl.IsAbsoluteUri, "Fleet:ControlUrl must be an absolute URL that rented machines can reach.");
        Need(options.WorkerLease >= TimeSpan.FromSeconds(15), "Fleet:WorkerLease must be at least 00:00:15.");
        Need(options.RenewEvery >= TimeSpan.Zero && options.RenewEvery * 3 <= options.WorkerLease, "Fleet:RenewEvery must be zero or at most a third of Fleet:WorkerLease.");
        Need(options.Parallel is > 0 and <= 64, "Fleet:Parallel must be 1 to 64 rows.");
        Need(options.Poll > TimeSpan.Zero, "Fleet:Poll must be greater than zero.");
        Need(options.ObserveEvery > TimeSpan.Zero, "Fleet:ObserveEvery must be greater than zero.");
        Need(options.GonePatience >= TimeSpan.Zero && options.AllGonePatience >= options.GonePatience, "Fleet:GonePatience must not be negative, and Fleet:AllGonePatience not shorter.");
        Need(options.BidPatience >= options.BidWait, "Fleet:BidPatience must not be shorter than Fleet:BidWait.");
        Need(options.MinReliability is >= 0 and <= 1, "Fleet:MinReliability must be 0 to 1.");
        Need(options.MaxReplacements >= 0, "Fleet:MaxReplacements must be 0 or more machines.");
        foreach (var (cause, budget) in options.ReplaceBudgets) { Need(budget >= 0, $"Fleet:ReplaceBudgets:{cause} must be 0 or more machines."); }
        Need(options.ReplaceBackOff >= TimeSpan.Zero && options.LongestBackOff >= options.ReplaceBackOff && options.LongestBackOff <= TimeSpan.FromDays(1), "Fleet:ReplaceBackOff must not be negative, and Fleet:LongestBackOff not shorter and at most 24 hours.");
        Need(options.QuotaPause >= TimeSpan.Zero && options.QuotaPause <= TimeSpan.FromDays(1), "Fleet:QuotaPause must be 0 to 24 hours; 0 = asked again at once.");
        Need(options.BlockAfter > 0, "Fleet:BlockAfter must be at least 1 machine.");
        Need(options.BlockWithin > TimeSpan.Zero && options.BlockFor > TimeSpan.Zero, "Fleet:BlockWithin and Fleet:BlockFor must be greater than zero.");
        Need(options.PrepaidHours is > 0 and <= 8760, "Fleet:PrepaidHours must be 1 to 8760 hours.");
        Need(options.ExtendHours is > 0 and <= 8760, "Fleet:ExtendHours must be 1 to 8760 hours.");
        Need(options.KeepLogsEvery > TimeSpan.Zero, "Fleet:KeepLogsEvery must be greater than zero.");
        Need(options.KeepLogsFor >= options.KeepLogsEvery, "Fleet:KeepLogsFor must not be shorter than Fleet:KeepLogsEvery.");
        Need(options.KeepLogsCharacters >= 100_000, "Fleet:KeepLogsCharacters must be at least 100000 characters.");
        Need(options.LogStreams is >= 0 and <= 500, "Fleet:LogStreams must be 0 to 500 machines; 0 = none is followed.");
        Need(options.LogStreamPause >= TimeSpan.Zero && options.LogStreamPause <= TimeSpan.FromSeconds(10), "Fleet:LogStreamPause must be 0 to 10 seconds.");
        Need(options.ShellTimeout > TimeSpan.Zero && options.ShellTimeout <= TimeSpan.FromMinutes(10), "Fleet:ShellTimeout must be greater than zero and at most 00:10:00.");
        Need(options.ShellCharacters is >= 1_000 and <= 1_000_000, "Fleet:ShellCharacters must be 1000 to 1000000 characters.");
        Need(options.LastWordsPatience > TimeSpan.Zero && options.LastWordsPatience <= TimeSpan.FromSeconds(30), "Fleet:LastWordsPatience must be greater than zero and at most 00:00:30: the machine bills meanwhile.");
        Need(options.MaxUsdPerHourPerLaunch > 0 && options.MaxUsdPerHourPerSupplier > 0 && options.MaxUsdPerDay > 0, "Fleet:MaxUsd... caps must be greater than 0 USD.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
