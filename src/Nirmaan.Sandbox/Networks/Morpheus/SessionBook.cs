using System.Numerics;
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
    private BigInteger _claimed;

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

    /// <summary>The user closes a session and the provider is paid; false for a session that is closed already.</summary>
    /// <exception cref="ChainException">The chain refused the payment; the session is still open.</exception>
    public async Task<bool> CloseAsync(Session session, string receipt, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        BigInteger amount;
        lock (book.Gate)
        {
            if (session.ClosedAt != 0 || !_paying.Add(session.Id)) { return false; }
            amount = (Math.Min(now, session.EndsAt) - session.OpenedAt) * session.Bid.PricePerSecond - session.Withdrawn;
        }
        try
        {
            await PayAsync(session, amount, cancellationToken);
            lock (book.Gate)
            {
                session.Close(now, amount, receipt);
                _claimed += amount;
                return true;
            }
        }
        finally { lock (book.Gate) { _paying.Remove(session.Id); } }
    }

    /// <summary>The provider takes what is due of a session that is over; nothing due is no error. Returns the transaction.</summary>
    /// <exception cref="MorpheusRefusal">No such session, or a part of it is held until tomorrow.</exception>
    public async Task<string> ClaimAsync(string id, CancellationToken cancellationToken)
    {
        Session session;
        BigInteger amount;
        lock (book.Gate)
        {
            session = Find(id) ?? throw new MorpheusRefusal(500, "execution reverted: SessionNotFound()");
            var now = clock.GetUtcNow().ToUnixTimeSeconds();
            amount = session.Due(now);
            if (Held(session, now) > amount) { throw new MorpheusRefusal(500, "execution reverted: panic: arithmetic underflow or overflow (0x11)"); }
            amount -= Held(session, now);
            if (amount == 0) { return book.Transaction(); }
            if (!_paying.Add(session.Id)) { throw new MorpheusRefusal(500, "a payment of this session is under way"); }
        }
        try
        {
            var hash = await PayAsync(session, amount, cancellationToken);
            lock (book.Gate)
            {
                session.Withdraw(amount);
                _claimed += amount;
            }
            return hash;
        }
        finally { lock (book.Gate) { _paying.Remove(session.Id); } }
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

    private async Task<string> PayAsync(Session session, BigInteger amount, CancellationToken cancellationToken) =>
        session.Bid.Provider == book.Own && payments.Enabled && amount > 0
            ? await payments.PayAsync(session.Id, session.User, session.Bid.Provider, amount, cancellationToken) : book.Transaction();

    // On the day of the close the seconds of that day are held back (contract rule); the close itself has paid in full.
    private static BigInteger Held(Session session, long now)
    {
        var midnight = session.ClosedAt / 86400 * 86400;
        return session.ClosedAt == 0 || now >= midnight + 86400 ? 0 : (session.ClosedAt - Math.Max(midnight, session.OpenedAt)) * session.Bid.PricePerSecond;
    }

    private static List<Session> ListOf(Dictionary<string, List<Session>> lists, string key) => lists.TryGetValue(key, out var list) ? list : lists[key] = [];
}
