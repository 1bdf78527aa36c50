using Microsoft.Extensions.Options;

namespace Nirmaan.Control.Uptime;

/// <summary>How long a word of an agent or a network counts. Section <c>Uptime</c>; spans as <c>hh:mm:ss</c>.</summary>
public sealed class UptimeOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Uptime";

    /// <summary>How often agents are asked to report.</summary>
    public TimeSpan HeartbeatEvery { get; set; } = TimeSpan.FromSeconds(60);
    /// <summary>A heartbeat speaks for at most this time: after it nobody knows.</summary>
    public TimeSpan HeartbeatReach { get; set; } = TimeSpan.FromMinutes(6);
    /// <summary>A miner not heard of for longer is Silent.</summary>
    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromMinutes(6);
    /// <summary>Work that the network credited makes a serving miner Earning for this long.</summary>
    public TimeSpan CreditReach { get; set; } = TimeSpan.FromMinutes(30);
    /// <summary>Heartbeats that arrive this late after an hour's end still change its score.</summary>
    public TimeSpan LateBy { get; set; } = TimeSpan.FromHours(2);
}

internal sealed class UptimeOptionsCheck : IValidateOptions<UptimeOptions>
{
    public ValidateOptionsResult Validate(string? name, UptimeOptions options)
    {
        var faults = new (string Key, TimeSpan Value)[]
        {
            (nameof(options.HeartbeatEvery), options.HeartbeatEvery), (nameof(options.HeartbeatReach), options.HeartbeatReach),
            (nameof(options.SilentAfter), options.SilentAfter), (nameof(options.CreditReach), options.CreditReach), (nameof(options.LateBy), options.LateBy),
        }.Where(o => o.Value <= TimeSpan.Zero).Select(o => $"{UptimeOptions.Section}:{o.Key} is {o.Value}; expected a time span (hh:mm:ss) greater than zero.").ToList();
        if (options.HeartbeatReach < options.HeartbeatEvery)
        {
            faults.Add($"{UptimeOptions.Section}:{nameof(options.HeartbeatReach)} is {options.HeartbeatReach}; "
                + $"expected at least {nameof(options.HeartbeatEvery)}, {options.HeartbeatEvery}: else no miner is ever fully up.");
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
