namespace Nirmaan.Optimiser;

/// <summary>No plan keeps every row of the instance.</summary>
public sealed class InfeasibleInstanceException : Exception
{
    /// <summary>Names the rows that contradict each other.</summary>
    /// <param name="rows">Row names as in <see cref="RowNames"/>.</param>
    /// <param name="proved">False when whole GPUs were searched without success, but no proof was found.</param>
    /// <param name="why">One sentence a person can act on.</param>
    public InfeasibleInstanceException(IReadOnlyList<string> rows, bool proved, string why)
        : base($"no feasible plan: {string.Join(", ", rows)} contradict{(rows.Count == 1 ? "s itself" : " each other")} ({why})")
    {
        (Rows, Proved, Why) = (rows, proved, why);
    }

    /// <summary>The rows that cannot hold together.</summary>
    public IReadOnlyList<string> Rows { get; }

    /// <summary>True if the contradiction is proved, false if a search for whole GPUs merely found nothing.</summary>
    public bool Proved { get; }

    /// <summary>The reason alone.</summary>
    public string Why { get; }
}
