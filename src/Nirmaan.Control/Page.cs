namespace Nirmaan.Control;

/// <summary>One page of a list. <paramref name="Next"/> goes into the next request's <c>after</c>; null = the last page.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>How lists are cut into pages.</summary>
public static class Paging
{
    /// <summary>Most items of a page.</summary>
    public const int MaxLimit = 200;

    /// <summary>A limit as asked for, brought into 1 to <see cref="MaxLimit"/>.</summary>
    public static int Limit(int asked) => Math.Clamp(asked, 1, MaxLimit);

    /// <summary>Makes a page of rows read one beyond the limit: that one only says that there are more.</summary>
    /// <param name="mark">What <c>after</c> is to name: the last item shown.</param>
    public static Page<T> PageOf<T>(List<T> rows, int limit, Func<T, string> mark) =>
        rows.Count > limit ? new Page<T>(rows[..limit], mark(rows[limit - 1])) : new Page<T>(rows, null);
}
