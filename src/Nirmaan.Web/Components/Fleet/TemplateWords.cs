using System.Globalization;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Fleet;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>Templates in words.</summary>
internal static class TemplateWords
{
    public static bool IsRolling(TemplateState state) => state.Roll is { EndedAt: null };

    public static string Needs(Template template) => string.Create(CultureInfo.InvariantCulture,
        $"{template.Needs.Gpus} GPU{(template.Needs.Gpus == 1 ? "" : "s")} of {template.Needs.MinVramGb} GB, {template.Needs.Vcpu:0.#} vCPU, {template.Needs.RamGb} GB memory, {template.Needs.DiskGb} GB disk");

    public static string Drift(TemplateState state) => state.Drifted.Count(d => d.Moves is not null) is var moving and > 0 ? $"{Format.Count(moving)} under way" : state.Starting > 0 ? $"{Format.Count(state.Starting)} start with it" : state.Drifted.Count(d => d.Cordon is not null) is var kept and > 0 ? $"{Format.Count(kept)} cordoned" : "";

    public static string Runs(DriftedMachine machine, Template template) => machine.RunsVersion == template.Version ? $"{machine.RunsVersion}, of other content" : machine.RunsVersion.ToString(CultureInfo.InvariantCulture);
}
