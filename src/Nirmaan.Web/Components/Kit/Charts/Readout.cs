using System.Text.Json;

namespace Nirmaan.Web.Components.Kit.Charts;

/// <summary>What nirmaan.js shows under the pointer, without asking the server: a title per place, a line per series; an empty text is no line.</summary>
internal static class Readout
{
    /// <summary><c>{"x":[share of the width, ...],"t":[title, ...],"s":[{"n":name,"c":class,"v":[text, ...]}, ...]}</c>.</summary>
    public static string Of(IEnumerable<double> places, IEnumerable<string> titles, IEnumerable<(string Name, string Css, IEnumerable<string> Values)> series) =>
        JsonSerializer.Serialize(new
        {
            x = places.Select(place => Math.Round(place, 4)),
            t = titles,
            s = series.Select(s => new { n = s.Name, c = s.Css, v = s.Values }),
        });
}
