namespace Nirmaan.Domain.Fleet;

/// <summary>Why a machine was lost. Each cause has a budget of its own: what helps against one does nothing against another.</summary>
public enum LossCause
{
    /// <summary>It ran, and its supplier ended it or knows nothing of it any more.</summary>
    Gone,
    /// <summary>It was rented and never came up.</summary>
    NeverUp,
    /// <summary>Its container was down or unreachable and its miner silent, while it billed.</summary>
    Silent,
    /// <summary>Its supplier announced that it takes it back.</summary>
    TakenBack,
    /// <summary>It came up, and its miner could not be put on it.</summary>
    NotSetUp,
}

/// <summary>How often in a row machines in one another's place were lost, beside how often another may be asked for.</summary>
/// <param name="InARow">Losses in a row, the last one included.</param>
/// <param name="Budget">After so many in a row the next is not replaced.</param>
/// <param name="OfCause">Those of them with the last one's cause.</param>
/// <param name="CauseBudget">After so many of that cause the next is not replaced.</param>
public sealed record Recovery(LossCause Cause, int InARow, int Budget, int OfCause, int CauseBudget)
{
    /// <summary>What is spent, in words; null = another may be asked for.</summary>
    public string? Spent =>
        InARow > Budget ? $"{InARow} machines in a row were lost; the budget is {Budget} (Fleet:MaxReplacements)"
        : OfCause > CauseBudget ? $"{OfCause} of {InARow} machines in a row were lost because each {Words(Cause)}; the budget of that is {CauseBudget} (Fleet:ReplaceBudgets:{Cause})"
        : null;

    /// <summary>How long nobody is asked after this loss: nothing after the first, then twice as long each time.</summary>
    /// <param name="first">The wait after the second loss in a row.</param>
    /// <param name="longest">No wait is longer.</param>
    public TimeSpan BackOff(TimeSpan first, TimeSpan longest)
    {
        if (InARow < 2) { return TimeSpan.Zero; }
        // Beyond 20 doublings any wait is the longest; the shift must not run over.
        var wait = first * Math.Pow(2, Math.Min(InARow - 2, 20));
        return wait < longest ? wait : longest;
    }

    /// <summary>What happened to a machine, to follow "it".</summary>
    public static string Words(LossCause cause) => cause switch
    {
        LossCause.Gone => "was ended by its supplier",
        LossCause.NeverUp => "never came up",
        LossCause.Silent => "fell silent while it billed",
        LossCause.TakenBack => "was taken back",
        _ => "could not be set up",
    };
}
