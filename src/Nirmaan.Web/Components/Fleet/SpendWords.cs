using System.Globalization;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>How far the books reach: rent is entered in steps, so they are never quite as new as the bill.</summary>
public static class SpendWords
{
    /// <summary>"as of 14:00 UTC".</summary>
    public static string AsOf(SpendState spend) => AsOf(spend.EnteredTo ?? spend.At);

    /// <summary>"as of 14:00 UTC".</summary>
    public static string AsOf(DateTimeOffset at) => at.UtcDateTime.ToString("'as of' HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Whether our books and the supplier's figure differ by more than what one step of metering is worth; an unknown price may explain anything.</summary>
    /// <param name="isOver">An ended machine's books are corrected to the cent.</param>
    public static bool IsBeyondStep(decimal booksUsd, decimal? supplierUsd, decimal? usdPerHour, bool isOver) =>
        supplierUsd is { } says && usdPerHour is { } perHour && Math.Abs(booksUsd - says) > (isOver ? 0.01m : perHour * (decimal)MeterRent.Step.TotalHours);
}
