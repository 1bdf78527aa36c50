using System.Net.Mime;
using System.Text;
using Nirmaan.Control.Rewards;

namespace Nirmaan.Web.Components.Staking;

/// <summary>
/// The public inputs of a closed epoch as files: <c>/epochs/{epoch}/{asset}/{file}</c>. They are what <c>nirmaan verify</c> takes; the REST
/// call <c>distributions/{epoch}/inputs</c> answers the same texts in one piece.
/// </summary>
internal static class EpochFiles
{
    /// <summary>The epoch itself.</summary>
    public const string Distribution = "distribution.json";

    /// <summary>The epoch before it.</summary>
    public const string Previous = "previous.json";

    /// <summary>Every change of stake before its end.</summary>
    public const string Stakes = "stakes.csv";

    /// <summary>Maps the files; how often one may ask for them is the caller's to say.</summary>
    public static RouteHandlerBuilder MapEpochFiles(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/epochs/{epoch:int}/{asset}/{file}", GetAsync).ExcludeFromDescription();

    private static async Task<IResult> GetAsync(int epoch, string asset, string file, DistributionQueries distributions, CancellationToken cancellationToken)
    {
        if (file is not (Distribution or Previous or Stakes) || await distributions.FindInputsAsync(epoch, asset, cancellationToken) is not { } inputs) { return Results.NotFound(); }
        return file switch
        {
            Distribution => Text(inputs.DistributionJson, MediaTypeNames.Application.Json),
            Previous => inputs.PreviousJson is { } json ? Text(json, MediaTypeNames.Application.Json) : Results.NotFound(),
            _ => Text(inputs.StakesCsv, MediaTypeNames.Text.Csv),
        };

        IResult Text(string content, string type) => Results.File(Encoding.UTF8.GetBytes(content), type, file);
    }
}
