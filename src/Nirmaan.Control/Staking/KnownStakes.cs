using System.Numerics;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Staking;

/// <summary>The last stake of the accounts that one reading met, so that the database is not asked for them page by page.</summary>
internal sealed class KnownStakes(long chainId)
{
    // A few dozen megabytes. Beyond it all are forgotten and asked for again, which costs time and nothing else.
    private const int Most = 250_000;
    private readonly Dictionary<WalletAddress, (BigInteger Balance, long Block)> _last = [];
    private long? _storedTo;

    /// <summary>Asks the database for those that are not known yet: their last events up to a block.</summary>
    public async Task LearnAsync(NirmaanDbContext db, IEnumerable<WalletAddress> accounts, long upTo, CancellationToken cancellationToken)
    {
        // What was followed and then not stored, taken back or read by another is no ground to stand on.
        if (_storedTo != upTo || _last.Count > Most) { _last.Clear(); }
        _storedTo = null;
        var strangers = accounts.Where(a => !_last.ContainsKey(a)).Distinct().ToList();
        if (strangers.Count == 0) { return; }
        foreach (var (account, last) in await StakeStore.LastAsync(db, chainId, strangers, upTo + 1, cancellationToken)) { _last[account] = last; }
    }

    /// <summary>An account's last stake and its block; zero for one that never staked.</summary>
    public (BigInteger Balance, long Block) Of(WalletAddress account) => _last.GetValueOrDefault(account);

    /// <summary>Goes on to an account's next event.</summary>
    public void Follow(StakeEvent stake) => _last[stake.Account] = (stake.Balance, stake.BlockNumber);

    /// <summary>What was followed is stored, up to a block.</summary>
    public void Stored(long upTo) => _storedTo = upTo;
}
