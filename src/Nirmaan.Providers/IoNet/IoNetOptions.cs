namespace Nirmaan.Providers.IoNet;

/// <summary>How a location goes over the wire; the interface has changed its mind.</summary>
public enum IoNetLocationForm
{
    /// <summary>The id of available-replicas, a number; in a price call <c>[1]</c>.</summary>
    Id,
    /// <summary>The country code; in a price call <c>["US"]</c>.</summary>
    Iso2,
    /// <summary>The country code; in a price call plain <c>US</c>.</summary>
    Iso2Plain,
}

/// <summary>What is believed about hours that were paid and not used. The sources contradict each other.</summary>
public enum IoNetEarlyRefund
{
    /// <summary>They are lost: what was paid is what it cost.</summary>
    None,
    /// <summary>Minutes beyond the first hour come back as credits when a deployment is given back early.</summary>
    UnusedMinutes,
}

/// <summary>What the sections of io.net's containers and VMs have in common.</summary>
public abstract class IoNetProductOptions : SupplierOptions
{
    /// <summary>Starts with the one public address.</summary>
    protected IoNetProductOptions() => BaseUrl = new Uri("https://api.io.solutions");

    /// <summary>How locations are written.</summary>
    public IoNetLocationForm LocationForm { get; set; }

    /// <summary>What a deployment given back early is taken to have cost.</summary>
    public IoNetEarlyRefund EarlyRefund { get; set; }

    /// <summary>Most calls per second; 0 = no limit of ours. io.net publishes none for this interface.</summary>
    public int MaxCallsPerSecond { get; set; } = 5;
}

/// <summary>Section <c>Providers:IoNet</c>: containers as a service, through the key-authenticated interface.</summary>
public sealed class IoNetOptions : IoNetProductOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Providers:IoNet";

    /// <summary>How long a log stream is read; it never ends by itself.</summary>
    public TimeSpan LogReadTime { get; set; } = TimeSpan.FromSeconds(3);
}

/// <summary>Checks what both sections have.</summary>
internal abstract class IoNetProductOptionsCheck<T>(string section) : SupplierOptionsCheck<T>(section) where T : IoNetProductOptions
{
    protected override IEnumerable<string> Own(T options)
    {
        if (!Enum.IsDefined(options.LocationForm)) { yield return $"LocationForm '{options.LocationForm}' must be Id, Iso2 or Iso2Plain."; }
        if (!Enum.IsDefined(options.EarlyRefund)) { yield return $"EarlyRefund '{options.EarlyRefund}' must be None or UnusedMinutes."; }
        if (options.MaxCallsPerSecond is < 0 or > 1000)
        {
            yield return $"MaxCallsPerSecond {options.MaxCallsPerSecond} must lie between 0 (no limit) and 1000.";
        }
    }
}

/// <summary>Checks the section.</summary>
internal sealed class IoNetOptionsCheck() : IoNetProductOptionsCheck<IoNetOptions>(IoNetOptions.Section)
{
    protected override IEnumerable<string> Own(IoNetOptions options)
    {
        foreach (var wrong in base.Own(options)) { yield return wrong; }
        if (options.LogReadTime <= TimeSpan.Zero || options.LogReadTime > TimeSpan.FromMinutes(1))
        {
            yield return $"LogReadTime {options.LogReadTime} must lie between 0 and 60 seconds.";
        }
    }
}
