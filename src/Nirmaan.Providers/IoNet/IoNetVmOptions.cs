using System.Net;

namespace Nirmaan.Providers.IoNet;

/// <summary>What is on a VM's disk when it starts.</summary>
public enum IoNetVmImage
{
    /// <summary>Ubuntu with CUDA.</summary>
    General,

    /// <summary>The same with tools for data science.</summary>
    DataScience,
}

/// <summary>Section <c>Providers:IoNetVm</c>: virtual machines, ordered with the account's key and entered by ssh.</summary>
public sealed class IoNetVmOptions : IoNetProductOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Providers:IoNetVm";

    /// <summary>Private key with which VMs are entered. Its public half goes along with every order.</summary>
    public string IdentityFile { get; set; } = "";

    /// <summary>The public half; unset = the private key's file with <c>.pub</c>.</summary>
    public string? PublicKeyFile { get; set; }

    /// <summary>Folder with one file per VM, named by the deployment, that holds its host key. Workers of one house share it.</summary>
    public string KnownHostsFolder { get; set; } = "";

    /// <summary>
    /// True = the host key that a VM shows first is believed and kept: io.net names none, and no other way to it is known. Whoever stands
    /// between at that moment would get the miner's secrets. False = a VM is not entered until somebody has put its key into the folder.
    /// </summary>
    public bool TrustFirstHostKey { get; set; }

    /// <summary>What is on the disk at first.</summary>
    public IoNetVmImage Image { get; set; }

    /// <summary>Networks from which the agent's port is let in; unset = none, and its lines are read by ssh.</summary>
    public IReadOnlyList<string> AgentNetworks { get; set; } = [];

    /// <summary>The ssh program.</summary>
    public string Program { get; set; } = "ssh";

    /// <summary>Longest wait for an ssh connection.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for a VM to be set to work; a new container waits for its image.</summary>
    public TimeSpan SetUpTimeout { get; set; } = TimeSpan.FromMinutes(10);

    internal string PublicKeyPath => PublicKeyFile ?? IdentityFile + ".pub";
}

/// <summary>Checks the section.</summary>
internal sealed class IoNetVmOptionsCheck() : IoNetProductOptionsCheck<IoNetVmOptions>(IoNetVmOptions.Section)
{
    protected override IEnumerable<string> Own(IoNetVmOptions options)
    {
        foreach (var wrong in base.Own(options)) { yield return wrong; }
        if (!File.Exists(options.IdentityFile)) { yield return $"IdentityFile '{options.IdentityFile}' must be a private key's file."; }
        else if (!File.Exists(options.PublicKeyPath) || !IoNetVmKey.IsOne(File.ReadAllText(options.PublicKeyPath)))
        {
            yield return $"PublicKeyFile '{options.PublicKeyPath}' must be the public half of IdentityFile, as ssh-keygen writes it.";
        }
        if (string.IsNullOrWhiteSpace(options.KnownHostsFolder)) { yield return "KnownHostsFolder must name a folder for the VMs' host keys."; }
        if (!Enum.IsDefined(options.Image)) { yield return $"Image '{options.Image}' must be General or DataScience."; }
        if (options.AgentNetworks.FirstOrDefault(n => !IPNetwork.TryParse(n, out _)) is { } network)
        {
            yield return $"AgentNetworks '{network}' must be a network such as 203.0.113.7/32.";
        }
        if (options.ConnectTimeout < TimeSpan.FromSeconds(1)) { yield return $"ConnectTimeout {options.ConnectTimeout} must be at least 1 second."; }
        if (options.SetUpTimeout <= TimeSpan.Zero) { yield return $"SetUpTimeout {options.SetUpTimeout} must be greater than zero."; }
    }
}

/// <summary>Public keys of ssh.</summary>
internal static class IoNetVmKey
{
    /// <summary>True for one line of type and key, with or without a comment.</summary>
    public static bool IsOne(string text) => text.Trim() is var line && !line.Contains('\n', StringComparison.Ordinal) && Bare(line).Split(' ') is [_, { Length: > 40 }];

    /// <summary>Type and key without the comment.</summary>
    public static string Bare(string text) => string.Join(' ', text.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Take(2));
}
