using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Notifications;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>Alerts in words.</summary>
internal static class AlertWords
{
    /// <summary>Where one goes, and whether the newest arrived. Of an address the host alone: what follows it may be a secret.</summary>
    public static string Target(AlertTarget target)
    {
        var where = Uri.TryCreate(target.Target, UriKind.Absolute, out var url) && url.Host.Length > 0 ? url.Host : target.Target;
        var newest = target.Newest switch
        {
            null => "nothing was sent yet",
            NoticeState.Sent => $"the newest was taken {Format.Utc(target.SentAt!.Value)}",
            NoticeState.Waiting => target.Fault is { } fault ? $"the newest waits to be sent again: {fault}" : "the newest waits to be sent",
            _ => $"the newest was given up: {target.Fault}",
        };
        return $"{target.Channel} {where} ({newest})";
    }
}
