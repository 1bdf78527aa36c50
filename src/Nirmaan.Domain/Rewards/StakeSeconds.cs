using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Rewards;

/// <summary>
/// Stake x seconds of every account over [from, to), from changes in any order. Made for millions of changes: each is 40 bytes in one of
/// 256 parts, by the first byte of its account, and the parts are sorted one after the other, so that the work stays in the processor's cache.
/// </summary>
internal sealed class StakeSeconds
{
    private readonly Part?[] _parts = new Part?[256];
    private readonly List<Sum256> _wide = [];
    private readonly DateTimeOffset _from, _to;
    private readonly int _length;

    /// <exception cref="StakeHistoryException">The period is empty, or longer than 68 years.</exception>
    public StakeSeconds(DateTimeOffset from, DateTimeOffset to)
    {
        if (to <= from) { throw new StakeHistoryException($"the period {from:u} to {to:u} is empty"); }
        (_from, _to) = (DateTimeOffset.FromUnixTimeSeconds(from.ToUnixTimeSeconds()), to);
        _length = InRange(to.ToUnixTimeSeconds() - from.ToUnixTimeSeconds(), to);
    }

    /// <summary>Takes a change. Before the period it opens the balance; at or after its end it is ignored.</summary>
    /// <exception cref="StakeHistoryException">It needs more than 256 bits, its time has a fraction of a second or lies more than 68 years before the period.</exception>
    public void Add(StakeDelta change)
    {
        if (change.At >= _to) { return; }
        var (second, fraction) = Math.DivRem((change.At - _from).Ticks, TimeSpan.TicksPerSecond);
        if (fraction != 0) { throw new StakeHistoryException($"the time {change.At:O} has a fraction of a second; whole seconds are expected"); }
        (_parts[change.Account.FirstByte] ??= new Part()).Add(new Change(change.Account, InRange(second, change.At), Narrow(change)));
    }

    /// <summary>The result, once: accounts ascending, without those that held nothing in the period.</summary>
    /// <exception cref="StakeHistoryException">A balance falls below zero, or needs more than 256 bits.</exception>
    public IReadOnlyList<BalanceSeconds> Total()
    {
        var result = new List<BalanceSeconds>();
        for (var i = 0; i < _parts.Length; i++)
        {
            if (_parts[i] is not { } part) { continue; }
            _parts[i] = null;
            Total(part, part.Order(), result);
        }
        return result;
    }

    private void Total(Part part, ReadOnlySpan<int> order, List<BalanceSeconds> result)
    {
        for (var next = 0; next < order.Length;)
        {
            var account = part[order[next]].Account;
            var position = default(Position);
            try
            {
                for (; next < order.Length; next++)
                {
                    ref readonly var change = ref part[order[next]];
                    if (change.Account != account) { break; }
                    if (change.Second != position.Since) { position.MoveTo(change.Second, account, _from); }
                    position.Balance.Add(Widen(change.Delta));
                }
                position.MoveTo(_length, account, _from);
            }
            catch (OverflowException e) { throw TooWide(account, e); }
            if (position.Weighted.IsPositive) { result.Add(new BalanceSeconds(account, position.Weighted.ToBigInteger())); }
        }
    }

    private static int InRange(long second, DateTimeOffset time) => (int)second == second ? (int)second
        : throw new StakeHistoryException($"the time {time:u} lies more than 68 years from the period's start");

    /// <summary>Amounts of all but the strangest tokens have less than 127 bits. What has more is kept aside, and stands here as its place above the least number.</summary>
    private Int128 Narrow(StakeDelta change)
    {
        if (change.Delta.GetBitLength() < 127) { return (Int128)change.Delta; }
        try { _wide.Add(Sum256.Of(change.Delta)); }
        catch (OverflowException e) { throw TooWide(change.Account, e); }
        return Int128.MinValue + (_wide.Count - 1);
    }

    private Sum256 Widen(Int128 delta) => delta < Int128.MinValue / 2 ? _wide[(int)(delta - Int128.MinValue)] : Sum256.Of(delta);

    private static StakeHistoryException TooWide(WalletAddress account, OverflowException cause) => new($"the stake of {account} is no amount of a token: {cause.Message}");

    /// <summary>An account's change, at a second counted from the period's start (negative before it).</summary>
    private readonly struct Change(WalletAddress account, int second, Int128 delta)
    {
        public readonly WalletAddress Account = account;
        public readonly int Second = second;
        private readonly ulong _high = (ulong)(delta >> 64), _low = (ulong)delta; // an Int128 would want 16-byte alignment
        public Int128 Delta => new(_high, _low);
    }

    /// <summary>A growing list in pieces: a list that doubles would for a moment take three times its room.</summary>
    private sealed class Part
    {
        private const int PieceBits = 12;
        private const int BucketBits = 14;
        private const int Buckets = 1 << BucketBits;
        private readonly List<Change[]> _pieces = [];
        private int _count;

        public ref readonly Change this[int i] => ref _pieces[i >> PieceBits][i & ((1 << PieceBits) - 1)];

        public void Add(in Change change)
        {
            if (_count >> PieceBits == _pieces.Count) { _pieces.Add(GC.AllocateUninitializedArray<Change>(1 << PieceBits)); }
            _pieces[_count >> PieceBits][_count & ((1 << PieceBits) - 1)] = change;
            _count++;
        }

        /// <summary>Places of the changes by account, then by time.</summary>
        public ReadOnlySpan<int> Order()
        {
            // Dealt into buckets by the account's next bits, which are as good as random: most buckets then hold one account's changes, often in order already.
            var ends = new int[Buckets + 1];
            for (var i = 0; i < _count; i++) { ends[BucketOf(i) + 1]++; }
            for (var bucket = 1; bucket < Buckets; bucket++) { ends[bucket] += ends[bucket - 1]; }
            var order = new int[_count];
            for (var i = 0; i < _count; i++) { order[ends[BucketOf(i)]++] = i; }
            for (var (bucket, start) = (0, 0); bucket < Buckets; start = ends[bucket++])
            {
                var inBucket = order.AsSpan(start, ends[bucket] - start);
                if (!IsInOrder(inBucket)) { inBucket.Sort(Compare); }
            }
            return order;
        }

        private int BucketOf(int i) => (int)(this[i].Account.FirstEightBytes >> (56 - BucketBits)) & (Buckets - 1);

        private bool IsInOrder(ReadOnlySpan<int> places)
        {
            for (var i = 1; i < places.Length; i++)
            {
                if (Compare(places[i - 1], places[i]) > 0) { return false; }
            }
            return true;
        }

        private int Compare(int one, int other) =>
            this[one].Account.CompareTo(this[other].Account) is var account and not 0 ? account : this[one].Second.CompareTo(this[other].Second);
    }

    private struct Position
    {
        public int Since;
        public Sum256 Balance, Weighted;

        /// <summary>One second's changes net out before the balance is judged: a chain orders them within the block.</summary>
        public void MoveTo(int second, WalletAddress account, DateTimeOffset from)
        {
            if (Balance.IsNegative)
            {
                throw new StakeHistoryException($"the stake of {account} is {Balance.ToBigInteger()} at {from.AddSeconds(Since):u}; it cannot be below zero");
            }
            if (second > 0 && Balance.IsPositive) { Weighted.AddProduct(Balance, (ulong)(second - Math.Max(Since, 0))); }
            Since = second;
        }
    }
}
