using System.Globalization;
using System.Text;

namespace Nirmaan.Agent.Http;

/// <summary>GET /metrics in Prometheus' text format 0.0.4. What is unknown is left out: an absent sample is not 0.</summary>
internal static class Metrics
{
    internal static string Of(StatusAnswer status)
    {
        var text = new StringBuilder();
        void Family(string name, string type, string help, params IEnumerable<(string Labels, double? Value)> samples)
        {
            var known = samples.Where(s => s.Value is not null).ToList();
            if (known.Count == 0) { return; }
            text.Append(CultureInfo.InvariantCulture, $"# HELP nirmaan_agent_{name} {help}\n# TYPE nirmaan_agent_{name} {type}\n");
            foreach (var (labels, value) in known) { text.Append(CultureInfo.InvariantCulture, $"nirmaan_agent_{name}{labels} {value}\n"); }
        }

        Family("state", "gauge", "1 for the miner's present state.", MinerState.All.Select(s => ($"{{state=\"{s}\"}}", (double?)(s == status.State ? 1 : 0))));
        Family("state_since_seconds", "gauge", "Unix time at which the state began.", ("", Unix(status.Since)));
        Family("miner_running", "gauge", "1 while the miner's process lives.", ("", status.Miner.ProcessId is null ? 0 : 1));
        Family("miner_restarts_total", "counter", "Starts after the first.", ("", status.Miner.Restarts));
        Family("jobs_done_total", "counter", "Jobs since the agent started.", ("", status.JobsDone));
        Family("last_job_seconds", "gauge", "Unix time of the last job.", ("", Unix(status.LastJobAt)));
        Family("heartbeats_made_total", "counter", "Heartbeats made since the agent started.", ("", status.Heartbeats.Made));
        Family("heartbeats_unsent", "gauge", "Heartbeats waiting on disk.", ("", status.Heartbeats.Unsent));
        Family("heartbeats_lost_total", "counter", "Heartbeats given up.",
            ("{why=\"no room\"}", status.Heartbeats.Dropped), ("{why=\"rejected\"}", status.Heartbeats.Rejected));
        Family("heartbeat_accepted_seconds", "gauge", "Unix time of the last heartbeat that was taken.", ("", Unix(status.Heartbeats.LastAcceptedAt)));

        var gpus = (status.Machine.Gpus ?? []).Select(g => (Labels: $"{{index=\"{g.Index}\",name=\"{Escape(g.Name)}\"}}", Gpu: g)).ToList();
        Family("gpu_utilisation_percent", "gauge", "Share of time in which the GPU worked.", gpus.Select(g => (g.Labels, g.Gpu.Utilisation)));
        Family("gpu_temperature_celsius", "gauge", "The GPU's temperature.", gpus.Select(g => (g.Labels, g.Gpu.TemperatureC)));
        Family("gpu_memory_used_bytes", "gauge", "The GPU's memory in use.", gpus.Select(g => (g.Labels, g.Gpu.MemoryUsedMb * 1024 * 1024)));
        Family("gpu_power_watts", "gauge", "The power the GPU draws.", gpus.Select(g => (g.Labels, g.Gpu.PowerW)));
        return text.ToString();
    }

    private static double? Unix(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds() / 1000.0;

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
