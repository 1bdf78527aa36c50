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

    /// <summary>What is known of its program's newest release where that is no newer one.</summary>
    public static string Newest(TemplateState state) => state switch
    {
        { Template.Upstream: null } => "not watched",
        { Upstream: null } or { Upstream.ReadAt: null } => "not known yet",
        { Upstream.Tag: null } => "no release",
        _ => "packed",
    };

    /// <summary>Where it is published, and how old a newer one, or our look at it, is.</summary>
    public static string Upstream(TemplateState state, DateTimeOffset now) => state switch
    {
        { Template.Upstream: null } => "",
        { Newer.PublishedAt: { } at } => $"{state.Template.Upstream.Repository}, {Format.Age(at, now)}",
        { Upstream.ReadAt: { } read } => $"{state.Template.Upstream.Repository}, looked at {Format.Age(read, now)}",
        _ => state.Template.Upstream.Repository,
    };

    /// <summary>Who says so, and whether the last look was answered; null = nobody was asked.</summary>
    public static string? Source(TemplateState state) => state.Upstream is { } upstream
        ? $"says {upstream.Source}{(upstream.Fault is null ? "" : "; the last look was not answered")}" : null;

    public static string Runs(DriftedMachine machine, Template template) => machine.RunsVersion == template.Version ? $"{machine.RunsVersion}, of other content" : machine.RunsVersion.ToString(CultureInfo.InvariantCulture);
}
