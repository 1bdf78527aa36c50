using Nirmaan.Domain.Market;

namespace Nirmaan.Providers;

/// <summary>Finds canonical GPU ids by suppliers' spellings of them, which differ mostly in blanks and dashes.</summary>
internal static class GpuNames
{
    private static readonly Dictionary<string, GpuModel> s_bySqueezed = GpuCatalogue.All.ToDictionary(g => Squeeze(g.Model.Id), g => g.Model);

    /// <summary>Lower-case letters and digits of a text.</summary>
    public static string Squeeze(string text) => string.Concat(text.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    /// <summary>The model whose id has the same letters and digits; null = none known.</summary>
    public static GpuModel? Find(string text) => s_bySqueezed.TryGetValue(Squeeze(text), out var model) ? model : null;
}
