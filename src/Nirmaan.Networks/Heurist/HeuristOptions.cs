using Nirmaan.Domain.Emissions;
using Nirmaan.Networks.Http;

namespace Nirmaan.Networks.Heurist;

/// <summary>Section <c>Networks:Heurist</c>.</summary>
public sealed class HeuristOptions : EndpointOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Networks:Heurist";

    /// <summary>Starts with the address that Heurist's own script used in March 2025; whether it answers today is not known.</summary>
    public HeuristOptions() => BaseUrl = new Uri("https://11dugoz7j6.execute-api.us-east-1.amazonaws.com/prod");

    /// <summary>
    /// Where the network's totals can be read. No public source has them: only the sandbox, which plays the other operators. Unset = the
    /// mean of season 1 stands for them.
    /// </summary>
    public Uri? TotalsUrl { get; set; }

    /// <summary>
    /// Models that are offered as workloads of their own beside <c>heurist-sd</c> and <c>heurist-llm</c>, by their names in the table of
    /// docs/networks.md, for example <c>openhermes-2-pro-mistral-7b</c> or <c>sdxl</c>.
    /// </summary>
    public IList<string> Models { get; } = [];

    /// <summary>Seasons after the known two (<see cref="HeuristSeason.Known"/>): while one is open, figures are no replay.</summary>
    public IList<HeuristSeasonOptions> LaterSeasons { get; } = [];

    /// <summary>The models of <see cref="Models"/>.</summary>
    internal IEnumerable<HeuristModel> Offered => HeuristModel.All.Where(m => Models.Contains(m.Slug));

    /// <summary>All seasons, oldest first.</summary>
    internal IEnumerable<HeuristSeason> Seasons => HeuristSeason.Known.Concat(LaterSeasons.Select(s => new HeuristSeason(s.Name, s.From, s.To, s.Heu, $"{Section}:{nameof(LaterSeasons)}")));
}

/// <summary>A season by configuration.</summary>
public sealed class HeuristSeasonOptions
{
    /// <summary>What it is called.</summary>
    public string Name { get; set; } = "";

    /// <summary>When it begins.</summary>
    public DateTimeOffset From { get; set; }

    /// <summary>When it ends, itself not included.</summary>
    public DateTimeOffset To { get; set; }

    /// <summary>Its pool in HEU; null = not published.</summary>
    public decimal? Heu { get; set; }
}

/// <summary>Checks the section.</summary>
internal sealed class HeuristOptionsCheck() : EndpointOptionsCheck<HeuristOptions>(HeuristOptions.Section)
{
    protected override IEnumerable<string> Own(HeuristOptions options)
    {
        if (options.TotalsUrl is { } url && Addresses.Fault(url) is { } fault) { yield return $"TotalsUrl {fault}"; }
        foreach (var (i, name) in options.Models.Index())
        {
            if (HeuristModel.All.FirstOrDefault(m => m.Slug == name) is not { } model)
            {
                yield return $"Models:{i} '{name}' is unknown; expected one of {string.Join(", ", HeuristModel.All.Where(m => m.Multipliers.Count > 0).Select(m => m.Slug))}.";
            }
            // What it earns is in no source, so no plan could rest on it.
            else if (model.Multipliers.Count == 0) { yield return $"Models:{i} '{name}' has no published multiplier: nobody can say what it earns."; }
        }
        var end = HeuristSeason.Known[^1].To;
        foreach (var (i, season) in options.LaterSeasons.Index())
        {
            if (season.Name.Length == 0) { yield return $"LaterSeasons:{i}:Name is missing."; }
            if (season.From < end) { yield return $"LaterSeasons:{i}:From {season.From:u} must not lie before the end of the season before it, {end:u}."; }
            if (season.To <= season.From) { yield return $"LaterSeasons:{i}:To {season.To:u} must lie after From {season.From:u}."; }
            if (season.Heu < 0) { yield return $"LaterSeasons:{i}:Heu {season.Heu} must not be negative."; }
            end = season.To;
        }
    }
}
