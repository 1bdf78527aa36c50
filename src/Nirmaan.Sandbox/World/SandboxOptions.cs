using Microsoft.Extensions.Options;

namespace Nirmaan.Sandbox.World;

/// <summary>How faithful the sandbox's answers are to what was seen of the real services.</summary>
public enum SandboxProfile
{
    /// <summary>As seen: null maps, zone-less times, faults on demand.</summary>
    Normal,

    /// <summary>As the published contracts say: no faults, empty maps, zoned times. For contract checks.</summary>
    Strict,
}

/// <summary>Section "Sandbox": the world as a whole. Suppliers and networks have sections of their own below it.</summary>
public sealed class SandboxOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Sandbox";

    /// <summary>Seed of every random draw. The same seed and the same calls on the manual clock give the same answers.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Where the manual clock starts (RFC 3339). Unset = the sandbox starts live.</summary>
    public DateTimeOffset? Start { get; set; }

    /// <summary>Fidelity of the answers.</summary>
    public SandboxProfile Profile { get; set; } = SandboxProfile.Normal;

    /// <summary>How many leased containers are real processes once the clock is live; further ones are played in this process.</summary>
    public int RealProcesses { get; set; } = 32;

    /// <summary>The agent executable that a real container runs. Unset = every container is played in this process.</summary>
    public string? AgentPath { get; set; }

    /// <summary>Command of the stand-in miner; the workload is appended as its last word. Unset = this executable with <c>miner</c>.</summary>
    public string? MinerPath { get; set; }

    /// <summary>Folder of the real containers' state, shims and logs.</summary>
    public string WorkFolder { get; set; } = ".state/sandbox";

    /// <summary>Base address by which containers reach this sandbox. Unset = the first address it listens on.</summary>
    public Uri? Url { get; set; }

    /// <summary>Machines that die by themselves, per machine and day (0 = none). Draws are seeded.</summary>
    public double LossesPerMachineDay { get; set; }

    /// <summary>True in the strict profile.</summary>
    public bool IsStrict => Profile == SandboxProfile.Strict;
}

/// <summary>Refuses settings that would only show much later.</summary>
internal sealed class SandboxOptionsCheck : IValidateOptions<SandboxOptions>
{
    public ValidateOptionsResult Validate(string? name, SandboxOptions options)
    {
        if (options.RealProcesses < 0) { return ValidateOptionsResult.Fail("Sandbox:RealProcesses must not be negative."); }
        if (options.LossesPerMachineDay is < 0 or > 24)
        {
            return ValidateOptionsResult.Fail("Sandbox:LossesPerMachineDay must lie between 0 and 24 losses per machine and day.");
        }
        if (options.Url is { IsAbsoluteUri: false })
        {
            return ValidateOptionsResult.Fail("Sandbox:Url must be an absolute address such as http://127.0.0.1:5290.");
        }
        if (options.AgentPath is { } agent && !File.Exists(agent)) { return ValidateOptionsResult.Fail($"Sandbox:AgentPath '{agent}' is no file."); }
        return ValidateOptionsResult.Success;
    }
}
