namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>
/// A deployment's escrow account on chain, in uact. It is settled lazily: <see cref="Funds"/> and <see cref="Transferred"/> only change
/// when somebody settles (provider's withdrawal, deposit, close), while rent runs block by block.
/// </summary>
internal sealed class Escrow(long height)
{
    /// <summary>One deposit and what is left of it.</summary>
    public sealed record Deposit(string Owner, long Height, string Source, decimal Left);

    private readonly List<Deposit> _deposits = [];

    /// <summary>open, closed or overdrawn.</summary>
    public string State { get; private set; } = "open";

    /// <summary>What was left at the last settlement; negative once overdrawn.</summary>
    public decimal Funds { get; private set; }

    /// <summary>What went to providers up to the last settlement.</summary>
    public decimal Transferred { get; private set; }

    /// <summary>Height of the last settlement.</summary>
    public long SettledAt { get; private set; } = height;

    /// <summary>Rent per block of the active leases.</summary>
    public decimal Rate { get; private set; }

    /// <summary>Deposits, oldest first.</summary>
    public IReadOnlyList<Deposit> Deposits => _deposits;

    /// <summary>What has truly been spent at a height, settled or not.</summary>
    public decimal SpentAt(long height) => Transferred + Math.Min(Due(height), Math.Max(0, Funds));

    /// <summary>What is truly left at a height.</summary>
    public decimal BalanceAt(long height) => Funds - Due(height);

    /// <summary>The last height that the funds pay for; null while nothing runs.</summary>
    public long? PaidUntil => State == "open" && Rate > 0 ? SettledAt + (long)decimal.Floor(Funds / Rate) : null;

    /// <summary>Adds money; settles first.</summary>
    public void Add(decimal amount, string owner, long height)
    {
        Settle(height);
        Funds += amount;
        _deposits.Add(new Deposit(owner, height, "grant", amount));
    }

    /// <summary>Pays the rent up to a height. Falls to overdrawn, with negative funds, when they do not suffice.</summary>
    public void Settle(long height)
    {
        if (State != "open") { return; }
        var due = Due(height);
        SettledAt = height;
        if (due == 0) { return; }
        var paid = Math.Min(due, Funds);
        Transferred += paid;
        Funds -= due;
        Draw(paid);
        if (Funds < 0) { (State, Rate) = ("overdrawn", 0); }
    }

    /// <summary>Settles at a height and goes on at another rate.</summary>
    public void SetRate(decimal rate, long height)
    {
        Settle(height);
        if (State == "open") { Rate = rate; }
    }

    /// <summary>Settles, ends the account and answers what goes back to the owner.</summary>
    public decimal Close(long height)
    {
        Settle(height);
        if (State != "open") { return 0; }
        var back = Funds;
        (State, Funds, Rate) = ("closed", 0, 0);
        Draw(back);
        return back;
    }

    private decimal Due(long height) => State == "open" ? Rate * Math.Max(0, height - SettledAt) : 0;

    private void Draw(decimal amount)
    {
        for (var i = 0; i < _deposits.Count && amount > 0; i++)
        {
            var part = Math.Min(amount, _deposits[i].Left);
            _deposits[i] = _deposits[i] with { Left = _deposits[i].Left - part };
            amount -= part;
        }
    }
}
