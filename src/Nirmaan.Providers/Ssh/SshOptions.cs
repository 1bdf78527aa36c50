using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Nirmaan.Providers.Ssh;

/// <summary>What a machine's price is per.</summary>
public enum SshPricePer
{
    /// <summary>An hour.</summary>
    Hour,

    /// <summary>A month of 730 hours.</summary>
    Month,
}

/// <summary>A machine of ours, or of a partner who lets us in.</summary>
public sealed class SshMachine
{
    /// <summary>Name by which it is known here; part of every id on it, so it must not change while anything runs there.</summary>
    public string Name { get; set; } = "";

    /// <summary>Where ssh reaches it.</summary>
    public string Host { get; set; } = "";

    /// <summary>Port of its ssh server.</summary>
    public int Port { get; set; } = 22;

    /// <summary>Who logs in; may use docker.</summary>
    public string User { get; set; } = "";

    /// <summary>Private key for it; unset = the section's.</summary>
    public string? IdentityFile { get; set; }

    /// <summary>Canonical id of its cards, for example <c>rtx-a6000</c>.</summary>
    public string Gpu { get; set; } = "";

    /// <summary>How many cards it has.</summary>
    public int GpuCount { get; set; }

    /// <summary>Where it stands.</summary>
    public string? Region { get; set; }

    /// <summary>Newest CUDA of its driver, such as <c>12.8</c>.</summary>
    public string? CudaMax { get; set; }

    /// <summary>Address at which its published ports are reached from outside; unset = it has none, and nothing is published.</summary>
    public string? PublicHost { get; set; }

    /// <summary>Price of the whole machine in its currency; 0 = it costs nothing more.</summary>
    public decimal? Price { get; set; }

    /// <summary><c>USD</c> or <c>INR</c>.</summary>
    public string Currency { get; set; } = "USD";

    /// <summary>What the price is per.</summary>
    public SshPricePer Per { get; set; }
}

/// <summary>A rate of exchange as somebody published it.</summary>
public sealed class SshFx
{
    /// <summary>Rupees for one US dollar.</summary>
    public decimal InrPerUsd { get; set; }

    /// <summary>The day it is of.</summary>
    public DateOnly? On { get; set; }

    /// <summary>Who published it.</summary>
    public string Source { get; set; } = "";
}

/// <summary>Section <c>Providers:Ssh</c>: machines with docker, reached by the system's ssh.</summary>
public sealed class SshOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Providers:Ssh";

    /// <summary>False = the machines are not there at all; nothing else of the section is then read.</summary>
    public bool Enabled { get; set; }

    /// <summary>The machines.</summary>
    public IReadOnlyList<SshMachine> Machines { get; set; } = [];

    /// <summary>File with the host keys of all machines, as ssh-keyscan prints them and somebody compared them. A machine with another key is not spoken to.</summary>
    public string KnownHostsFile { get; set; } = "";

    /// <summary>Private key for machines that name none of their own.</summary>
    public string? IdentityFile { get; set; }

    /// <summary>The ssh program.</summary>
    public string Program { get; set; } = "ssh";

    /// <summary>Rate for prices in rupees.</summary>
    public SshFx Fx { get; set; } = new();

    /// <summary>Older rates are no rates: prices in rupees are then unknown.</summary>
    public TimeSpan MaxFxAge { get; set; } = TimeSpan.FromDays(35);

    /// <summary>Longest wait for a connection.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for a read.</summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for a call that changes something; a new container waits for its image.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Sizes in which every machine is let, GPUs each; unset = 1.</summary>
    public IReadOnlyList<int>? GpusPerMachine { get; set; }

    /// <summary>Command of the agent inside the image, one word per entry. Unset = the image's own entrypoint is the agent.</summary>
    public IReadOnlyList<string>? AgentCommand { get; set; }

    /// <summary>Who confirmed, and when, that the machines' owners allow mining. Null = nobody did.</summary>
    public string? MiningPermission { get; set; }

    internal SshDoor DoorOf(SshMachine machine) => new(machine.Name, machine.Host, machine.Port, machine.User, machine.IdentityFile ?? IdentityFile, KnownHostsFile);

    internal IReadOnlyList<int> Sizes => GpusPerMachine is { Count: > 0 } sizes ? sizes : [1];
}

/// <summary>Checks the section. Messages name the key, the value and what was expected.</summary>
internal sealed partial class SshOptionsCheck : IValidateOptions<SshOptions>
{
    public ValidateOptionsResult Validate(string? name, SshOptions options)
    {
        var wrong = Whole(options).Concat(options.Machines.SelectMany((m, i) => Of(m, options).Select(w => $"Machines:{i}:{w}"))).Select(w => $"{SshOptions.Section}:{w}").ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static IEnumerable<string> Whole(SshOptions options)
    {
        if (options.Machines.Count == 0) { yield return "Machines must list at least one machine."; }
        if (options.Machines.DistinctBy(m => m.Name, StringComparer.Ordinal).Count() < options.Machines.Count) { yield return "Machines must have different names."; }
        if (!File.Exists(options.KnownHostsFile)) { yield return $"KnownHostsFile '{options.KnownHostsFile}' must be a file with the machines' host keys."; }
        if (options.ConnectTimeout < TimeSpan.FromSeconds(1)) { yield return $"ConnectTimeout {options.ConnectTimeout} must be at least 1 second."; }
        if (options.ReadTimeout <= TimeSpan.Zero) { yield return $"ReadTimeout {options.ReadTimeout} must be greater than zero."; }
        if (options.WriteTimeout < options.ReadTimeout) { yield return $"WriteTimeout {options.WriteTimeout} must not be shorter than ReadTimeout {options.ReadTimeout}."; }
        if (options.Sizes.Any(n => n is < 1 or > 24) || options.Sizes.Distinct().Count() < options.Sizes.Count)
        {
            yield return $"GpusPerMachine '{string.Join(", ", options.Sizes)}' must be different numbers from 1 to 24.";
        }
        if (options.AgentCommand?.Any(string.IsNullOrEmpty) == true) { yield return "AgentCommand must not hold an empty word."; }
        if (options.MiningPermission is { } text && string.IsNullOrWhiteSpace(text)) { yield return "MiningPermission must say who confirmed it and when, or be absent."; }
        if (options.Machines.Any(m => m.Currency == "INR") && (options.Fx.InrPerUsd <= 0 || options.Fx.On is null || string.IsNullOrWhiteSpace(options.Fx.Source)))
        {
            yield return "Fx must name InrPerUsd, On (the day of the rate) and Source, because a machine's price is in INR.";
        }
    }

    private static IEnumerable<string> Of(SshMachine machine, SshOptions options)
    {
        // None of these may begin with a dash or hold a blank: they become words of a command.
        if (!Word().IsMatch(machine.Name)) { yield return $"Name '{machine.Name}' must be letters, digits, dots and dashes."; }
        if (!Address().IsMatch(machine.Host)) { yield return $"Host '{machine.Host}' must be a name or an address."; }
        if (!Word().IsMatch(machine.User)) { yield return $"User '{machine.User}' must be letters, digits, dots and dashes."; }
        if (machine.Port is < 1 or > 65535) { yield return $"Port {machine.Port} must lie between 1 and 65535."; }
        if ((machine.IdentityFile ?? options.IdentityFile) is { } key && !File.Exists(key)) { yield return $"IdentityFile '{key}' must be a private key's file."; }
        if (!Word().IsMatch(machine.Gpu)) { yield return $"Gpu '{machine.Gpu}' must be a canonical id such as rtx-a6000."; }
        if (machine.GpuCount is < 1 or > 24) { yield return $"GpuCount {machine.GpuCount} must lie between 1 and 24."; }
        if (machine.PublicHost is { } outside && !Address().IsMatch(outside)) { yield return $"PublicHost '{outside}' must be a name or an address."; }
        if (machine.Price is < 0) { yield return $"Price {machine.Price} must not be negative."; }
        if (machine.Currency is not ("USD" or "INR")) { yield return $"Currency '{machine.Currency}' must be USD or INR."; }
        if (!Enum.IsDefined(machine.Per)) { yield return $"Per '{machine.Per}' must be Hour or Month."; }
    }

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$")]
    internal static partial Regex Word();

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,253}$")]
    internal static partial Regex Address();
}
