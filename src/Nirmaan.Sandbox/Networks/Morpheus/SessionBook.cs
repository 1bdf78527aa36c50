using System.Numerics;
using Nirmaan.Evm;
using Nirmaan.Sandbox.Chain;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>
/// Every session, how it is closed and paid. Our provider's pay is a transaction on the local chain: a session whose payment the chain
/// refuses stays unclosed, as on the real network when the funding account is empty, and is tried again.
/// </summary>
internal sealed class SessionBook(MorpheusBook book, MorPayments payments, SandboxClock clock)
{
    private readonly Dictionary<string, Session> _sessions = [];
    private readonly Dictionary<string, List<Session>> _byProvider = [];
    private readonly Dictionary<string, List<Session>> _activeByModel = [];
    private readonly HashSet<string> _paying = [];
    private BigInteger _claimed, _paidByChain;

    // What the contract had paid when this world wrote its first session.
    private BigInteger? _paidBefore;

    // The chain outlives the sandbox and takes no session id twice: a world that begins later counts from further on.
    private long _nonce = clock.GetUtcNow().ToUnixTimeSeconds() << 20;

    /// <summary>What all providers have been paid since the world began, in wei.</summary>
    public BigInteger Claimed { get { lock (book.Gate) { return _claimed; } } }

    /// <summary>Opens a session on a bid for so many seconds; the user's stake is what the contract asks for that long.</summary>
    public Session Open(Bid bid, string user, long seconds)
    {
        lock (book.Gate)
        {
            var now = clock.GetUtcNow();
            var id = OnChainId.OfSession(user, bid.Provider, bid.Id, _nonce++);
            var stake = MorEmission.StipendToStake(bid.PricePerSecond * seconds, now, _claimed);
            var session = new Session(id, user, bid, stake, now.ToUnixTimeSeconds(), now.ToUnixTimeSeconds() + seconds);
            _sessions[id] = session;
            ListOf(_byProvider, bid.Provider).Add(session);
            ListOf(_activeByModel, bid.ModelId).Add(session);
            return session;
        }
    }

    /// <summary>Writes a session of ours down on the chain, where there is one; once.</summary>
    /// <exception cref="ChainException">The chain refused.</exception>
    public async Task WriteAsync(Session session, CancellationToken cancellationToken)
    {
        if (!IsOnChain(session) || session.IsWritten) { return; }
        if (_paidBefore is null)
        {
            _paidBefore = await payments.TotalAsync(cancellationToken);
            // A chain that was away when the node registered, or that is younger than this world.
            if (await payments.FindProviderAsync(book.Own, cancellationToken) is null && book.Providers().FirstOrDefault(p => p.Address == book.Own) is { } own)
            {
                await payments.RegisterAsync(own.Address, own.Stake, own.Endpoint, cancellationToken);
            }
        }
        var bid = session.Bid;
        var onChain = new BidOnChain(EvmAddress.Parse(bid.Provider), Bytes32.Parse(bid.ModelId), bid.PricePerSecond, bid.Nonce, bid.CreatedAt, bid.DeletedAt);
        await payments.OpenAsync(
            new OpenSession(Bytes32.Parse(session.Id), EvmAddress.Parse(session.User), session.Stake, Bytes32.Parse(bid.Id), onChain, session.OpenedAt, session.EndsAt), cancellationToken);
        session.IsWritten = true;
    }

    /// <summary>The user closes a session and the provider is paid; false for a session that is closed already.</summary>
    /// <param name="isDisputed">Without the provider's receipt: what was earned since midnight is held until the next one.</param>
    /// <exception cref="ChainException">The chain refused the payment; the session is still open.</exception>
    public async Task<bool> CloseAsync(Session session, string receipt, bool isDisputed, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        BigInteger withdrawn;
        lock (book.Gate)
        {
            if (session.ClosedAt != 0 || !_paying.Add(session.Id)) { return false; }
            var gross = (Math.Min(now, session.EndsAt) - session.OpenedAt) * session.Bid.PricePerSecond;
            withdrawn = BigInteger.Max(session.Withdrawn, gross - (isDisputed ? session.Held(now, now) : 0));
        }
        try
        {
            var type = isDisputed ? 1 : 0;
            if (IsOnChain(session))
            {
                await WriteAsync(session, cancellationToken);
                var (answers, speed, first) = session.Seen;
                withdrawn = await payments.CloseAsync(
                    new CloseSession(Bytes32.Parse(session.Id), now, type, Hex.Decode("0x" + receipt), answers == 0 ? 0 : (long)(1000 * speed / answers), answers == 0 ? 0 : (long)(1000 * first / answers)),
                    cancellationToken);
            }
            lock (book.Gate)
            {
                Paid(session, withdrawn);
                session.Close(now, withdrawn, receipt, type);
                return true;
            }
        }
        finally { lock (book.Gate) { _paying.Remove(session.Id); } }
    }

    /// <summary>The provider takes what is due of a session that is over; nothing due is no error. Returns the transaction.</summary>
    /// <exception cref="MorpheusRefusal">No such session, or a part of it is held until tomorrow.</exception>
    /// <exception cref="ChainException">The contract refused it.</exception>
    public async Task<string> ClaimAsync(string id, CancellationToken cancellationToken)
    {
        var session = Find(id) ?? throw new MorpheusRefusal(500, "execution reverted: SessionNotFound()");
        lock (book.Gate)
        {
            if (!_paying.Add(session.Id)) { throw new MorpheusRefusal(500, "a payment of this session is under way"); }
        }
        try
        {
            if (IsOnChain(session))
            {
                await WriteAsync(session, cancellationToken);
                var hash = await payments.ClaimAsync(session.Id, book.Own, cancellationToken);
                var withdrawn = await payments.WithdrawnAsync(session.Id, cancellationToken);
                lock (book.Gate) { Paid(session, withdrawn); }
                return hash;
            }
            lock (book.Gate)
            {
                var now = clock.GetUtcNow().ToUnixTimeSeconds();
                var (due, held) = (session.Due(now), session.Held(session.ClosedAt, now));
                if (held > due) { throw new MorpheusRefusal(500, "execution reverted: panic: arithmetic underflow or overflow (0x11)"); }
                Paid(session, session.Withdrawn + due - held);
                return book.Transaction();
            }
        }
        finally { lock (book.Gate) { _paying.Remove(session.Id); } }
    }

    /// <summary>What the owner's wallet did past the node, stake or claims, is on the chain only: the node reads it there, and so does this.</summary>
    public async Task LookAtChainAsync(CancellationToken cancellationToken)
    {
        if (!payments.Enabled || _paidBefore is not { } before) { return; }
        if (await payments.FindProviderAsync(book.Own, cancellationToken) is { } known) { book.Adopt(known.Stake, known.Endpoint); }
        var total = await payments.TotalAsync(cancellationToken);
        List<Session> open;
        lock (book.Gate)
        {
            if (total - before == _paidByChain) { return; }
            open = [.. Of(book.Own).Where(s => s.IsWritten && s.Due(clock.GetUtcNow().ToUnixTimeSeconds()) > 0 && !_paying.Contains(s.Id))];
        }
        foreach (var session in open)
        {
            var withdrawn = await payments.WithdrawnAsync(session.Id, cancellationToken);
            lock (book.Gate) { Paid(session, withdrawn); }
        }
    }

    /// <summary>The session with the id, null when there is none.</summary>
    public Session? Find(string id) { lock (book.Gate) { return _sessions.GetValueOrDefault(id.ToLowerInvariant()); } }

    /// <summary>A provider's sessions, oldest first.</summary>
    public IReadOnlyList<Session> Of(string provider)
    {
        lock (book.Gate) { return _byProvider.TryGetValue(provider.ToLowerInvariant(), out var list) ? [.. list] : []; }
    }

    /// <summary>How many sessions take a slot of the model now.</summary>
    public int Active(string modelId)
    {
        lock (book.Gate)
        {
            if (!_activeByModel.TryGetValue(modelId, out var list)) { return 0; }
            var now = clock.GetUtcNow().ToUnixTimeSeconds();
            list.RemoveAll(s => !s.IsActive(now));
            return list.Count;
        }
    }

    private bool IsOnChain(Session session) => session.Bid.Provider == book.Own && payments.Enabled;

    private void Paid(Session session, BigInteger withdrawn)
    {
        var more = withdrawn - session.Withdrawn;
        _claimed += more;
        if (IsOnChain(session)) { _paidByChain += more; }
        session.Withdraw(withdrawn);
    }

    private static List<Session> ListOf(Dictionary<string, List<Session>> lists, string key) => lists.TryGetValue(key, out var list) ? list : lists[key] = [];
}
