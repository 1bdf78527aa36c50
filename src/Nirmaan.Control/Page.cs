namespace Nirmaan.Control;

/// <summary>One page of a list. Next = what to pass as <c>after</c>; null = that was all.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Cutting lists into pages.</summary>
public static class Paging
{
    /// <summary>Largest page.</summary>
    public const int MaxLimit = 200;

    /// <summary>Checks a limit; 50 when none is given.</summary>
    /// <exception cref="InvalidInputException">Not 1 to 200.</exception>
    public static int Limit(int? limit) => limit switch
    {
        null => 50,
        >= 1 and <= MaxLimit => limit.Value,
        _ => throw new InvalidInputException("limit", limit, $"1 to {MaxLimit}"),
    };

    /// <summary>The row that an earlier page ended with.</summary>
    /// <exception cref="InvalidInputException">Not what a page gave.</exception>
    internal static Guid Cursor(string after) => Guid.TryParse(after, out var id) ? id : throw NoSuchPage(after);

    internal static InvalidInputException NoSuchPage(string after) => new("after", after, "the next value of an earlier page");

    /// <summary>Cuts a page out of one row more than the limit.</summary>
    public static Page<T> Cut<T>(List<T> rows, int limit, Func<T, string> key) =>
        rows.Count > limit ? new Page<T>(rows[..limit], key(rows[limit - 1])) : new Page<T>(rows, null);
}
