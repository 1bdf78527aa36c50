using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Fleet;

/// <summary>What an alert warns of.</summary>
public enum AlertKind
{
    /// <summary>A supplier's money does not last long any more.</summary>
    Runway,
    /// <summary>A key that pays for transactions has little left.</summary>
    Key,
    /// <summary>The makers of a miner's program published a release that its recipe does not pack.</summary>
    Release,
}

/// <summary>Something that ops must see to. Of one kind and subject one at most is open; it is told when it is raised and when it is cleared.</summary>
public sealed class Alert
{
    private Alert() { }

    /// <summary>A new one.</summary>
    /// <param name="subject">What it is about: a supplier, or a key and an asset.</param>
    public Alert(AlertKind kind, string subject, string title, string text, DateTimeOffset now) => (Id, Kind, Subject, Title, Text, RaisedAt) = (OrderedGuid.New(now), kind, subject, title, text, now);

    /// <summary>Id.</summary>
    public Guid Id { get; private set; }
    /// <summary>What of.</summary>
    public AlertKind Kind { get; private set; }
    /// <summary>Of what.</summary>
    public string Subject { get; private set; } = "";
    /// <summary>In a line.</summary>
    public string Title { get; private set; } = "";
    /// <summary>In sentences, as it was when it was raised.</summary>
    public string Text { get; private set; } = "";
    /// <summary>When it was seen first.</summary>
    public DateTimeOffset RaisedAt { get; private set; }
    /// <summary>When it was over; null = it is not.</summary>
    public DateTimeOffset? ClearedAt { get; private set; }
    /// <summary>How it was over.</summary>
    public string? ClearedWhy { get; private set; }

    /// <summary>It is over.</summary>
    public void Clear(string why, DateTimeOffset now) => (ClearedAt, ClearedWhy) = ClearedAt is null ? (now, why) : (ClearedAt, ClearedWhy);
}

/// <summary>Credit that a person bought at a supplier, as recorded. Nothing is paid by it; it says why a balance rose. A wrong one is taken back by its negative.</summary>
/// <param name="Usd">Dollars of credit; below 0 = an earlier record is taken back, or credit was paid out.</param>
/// <param name="At">When it was bought.</param>
/// <param name="Reference">Transaction, invoice or card payment: where it can be looked up.</param>
public sealed record TopUp(Guid Id, SupplierName Supplier, decimal Usd, DateTimeOffset At, string Reference, string By, DateTimeOffset RecordedAt);
