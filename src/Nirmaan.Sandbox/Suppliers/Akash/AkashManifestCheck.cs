using System.Text.RegularExpressions;
using Nirmaan.Sandbox.Suppliers.Akash.Sdl;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>What a provider refuses in a manifest although the Console's validator let it pass.</summary>
internal static partial class AkashManifestCheck
{
    /// <summary>Why the group is refused, or null.</summary>
    public static string? Wrong(SdlGroup group)
    {
        if (!group.Services.Any(s => s.Exposes.Any(e => e.Global))) { return "zero global services"; }
        foreach (var service in group.Services)
        {
            if (!ServiceName().IsMatch(service.Name)) { return $"service \"{service.Name}\": name is not lower-case letters, digits and dashes"; }
            if (service.Env.FirstOrDefault(e => e.IndexOf('=', StringComparison.Ordinal) <= 0) is { } entry)
            {
                return $"service \"{service.Name}\": environment entry \"{entry}\" has no name and value";
            }
        }
        return null;
    }

    [GeneratedRegex("^[a-z]([-a-z0-9]*[a-z0-9])?$")]
    private static partial Regex ServiceName();
}
