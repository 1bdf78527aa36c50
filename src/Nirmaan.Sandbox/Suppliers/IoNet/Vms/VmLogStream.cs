using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Control;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>A container's log as docker follows it, for the script that plays docker on a VM: each line marked with the number of its output.</summary>
internal sealed class VmLogStream(Container container, string[] words, Faults faults) : IResult
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    public async Task ExecuteAsync(HttpContext http)
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/plain; charset=utf-8";
        var next = words[3] == "--since"
            ? Lines(0).Where(l => l.At >= DateTimeOffset.Parse(words[4], CultureInfo.InvariantCulture)).ToList()
            : [.. Lines(0).TakeLast(int.Parse(words[4], CultureInfo.InvariantCulture))];
        var sent = Lines(0).Select(l => l.Number).DefaultIfEmpty().Max();
        try
        {
            while (true)
            {
                var lives = container.Phase == ContainerPhase.Running;
                foreach (var line in next)
                {
                    sent = line.Number;
                    var text = $"{(line.Stream == "stdout" ? 1 : 2)}{line.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture)} {line.Text.ReplaceLineEndings(" ")}";
                    if (await faults.BreaksOffAsync("ionet.log", http.Request.Path, http.RequestAborted)) { await http.CutAsync(text[..(text.Length / 2)]); return; }
                    await http.Response.WriteAsync(text + "\n", http.RequestAborted);
                }
                await http.Response.Body.FlushAsync(http.RequestAborted);
                if (!lives) { break; }
                await Task.Delay(s_look, TimeProvider.System, http.RequestAborted);
                next = [.. Lines(sent)];
            }
            await http.Response.WriteAsync("=0\n", http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The reader went away.
        }
    }

    private IEnumerable<LogLine> Lines(long after) => container.Log.After(after).Where(l => l.Stream is "stdout" or "stderr");
}
