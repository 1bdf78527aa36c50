namespace Nirmaan.Domain.Fleet;

/// <summary>
/// A row that one worker at a time may attend. The worker writes its token when it takes the row; a result is written only while the token
/// still stands (the token is part of the UPDATE's WHERE), so a worker that slept through its lease changes nothing.
/// </summary>
public interface IFenced
{
    /// <summary>When the row next wants attention.</summary>
    DateTimeOffset DueAt { get; }
    /// <summary>Who holds it; null = nobody.</summary>
    Guid? Token { get; }
    /// <summary>Until when the holder's lease runs.</summary>
    DateTimeOffset? TokenUntil { get; }
    /// <summary>Gives the row back.</summary>
    void Release();
}
