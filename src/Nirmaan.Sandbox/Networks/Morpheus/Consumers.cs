using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Nirmaan.Evm;
using Nirmaan.Sandbox.Chain;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>
/// The users of Morpheus: they come at random along a daily curve, take the lowest live bid on the model name that has a free slot and is
/// not dearer than they will pay, prompt the model while their session lasts (5 to 60 minutes), and close it. A model that fails two
/// prompts in a row loses its session at once, and is avoided for a while.
/// </summary>
internal sealed partial class Consumers(MorpheusBook book, SessionBook sessions, Rivals rivals, ModelServers servers, Agenda agenda, SandboxClock clock, Seed seed,
    IOptions<MorpheusOptions> options, ILogger<Consumers> logger)
{
    private const double ShortestMinutes = 5, LongestMinutes = 60;

    /// <summary>Users pay at most half to one and a half times this, in wei per second.</summary>
    private const double MiddleOfMost = 3.3e14;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15), s_payAgain = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, Random> _names = [];
    private readonly Dictionary<string, (int Failures, DateTimeOffset Until)> _avoided = [];
    private readonly Dictionary<string, (int Successes, int Sessions)> _served = [];
    private readonly Dictionary<string, int> _turnedAway = [];
    private double _surge = 1;

    /// <summary>Multiplies how many sessions users want; 1 = as it was.</summary>
    public void Surge(double factor) => Volatile.Write(ref _surge, factor);

    /// <summary>Users look for a model name from now on, if they do not yet; the sessions that rivals hold by then are opened first.</summary>
    public void LookFor(string name)
    {
        lock (book.Gate)
        {
            if (_names.ContainsKey(name)) { return; }
            var chance = _names[name] = seed.For("morpheus:users:" + name);
            var curve = new DemandCurve(seed, "morpheus:" + name);
            rivals.Offer(name);
            for (var i = 0; i < (int)(options.Value.SessionsWanted * curve.At(clock.GetUtcNow())); i++) { Arrive(name, chance, begun: true); }
            EnterNext(name, chance, curve);
        }
    }

    /// <summary>Sessions of one of our models that ended, and how many of them without a failure.</summary>
    public (int Successes, int Sessions) Served(string modelId) { lock (book.Gate) { return _served.GetValueOrDefault(modelId); } }

    /// <summary>Users per model name who found no free slot at their price.</summary>
    public IReadOnlyDictionary<string, int> TurnedAway() { lock (book.Gate) { return new Dictionary<string, int>(_turnedAway); } }

    private void EnterNext(string name, Random chance, DemandCurve curve)
    {
        // Little's law: so many sessions open at once need this many arrivals an hour.
        var perHour = options.Value.SessionsWanted * curve.At(clock.GetUtcNow()) * Volatile.Read(ref _surge) / ((ShortestMinutes + LongestMinutes) / 2 / 60);
        var wait = TimeSpan.FromHours(Math.Min(1, -Math.Log(1 - chance.NextDouble()) / perHour));
        agenda.At(clock.GetUtcNow() + wait, "a Morpheus user looks for a model", _ =>
        {
            lock (book.Gate)
            {
                Arrive(name, chance, begun: false);
                EnterNext(name, chance, curve);
            }
            return Task.CompletedTask;
        });
    }

    private void Arrive(string name, Random chance, bool begun)
    {
        // All draws are made whatever the market looks like, so that one user's luck does not change the next one's wishes.
        var (most, minutes, user) = (MiddleOfMost * (0.5 + chance.NextDouble()), ShortestMinutes + (LongestMinutes - ShortestMinutes) * chance.NextDouble(), chance.Next(300));
        var (part, fate) = (begun ? chance.NextDouble() : 1, chance.NextDouble());
        if (Cheapest(name, most) is not { } bid)
        {
            _turnedAway[name] = _turnedAway.GetValueOrDefault(name) + 1;
            return;
        }
        var seconds = Math.Max(300, (long)(minutes * 60));
        var session = sessions.Open(bid, UserAddress(user), seconds);
        var stay = fate < 0.2 ? 0.3 + 3.5 * fate : 1;
        var leavesAt = DateTimeOffset.FromUnixTimeSeconds(session.OpenedAt) + TimeSpan.FromSeconds(Math.Max(1, (long)(seconds * stay * part)));
        if (bid.Provider == book.Own)
        {
            agenda.At(clock.GetUtcNow(), "a Morpheus session is written down", c => WriteAsync(session, c));
            Prompt(session, chance.Next(3, 20));
            if (fate > 1 - options.Value.NeverClosedShare) { return; }
        }
        agenda.At(leavesAt, "a Morpheus session closes", c => CloseAsync(session, c));
    }

    /// <summary>The live bid a user takes: the lowest with a free slot. Of equal ones the older.</summary>
    private Bid? Cheapest(string name, double most) => book.Bids(b => b.DeletedAt == 0)
        .Where(b => (double)b.PricePerSecond <= most && book.ModelOf(b.ModelId)!.Name == name && book.IsLive(b) && sessions.Active(b.ModelId) < Slots(b))
        .OrderBy(b => b.PricePerSecond).ThenBy(b => b.CreatedAt).ThenBy(b => b.Id, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Sessions a bid can take at a time now: none while our model's server is down or users avoid it.</summary>
    public int SlotsOf(Bid bid) { lock (book.Gate) { return Slots(bid); } }

    private int Slots(Bid bid) => bid.Provider != book.Own ? rivals.Slots(bid.ModelId)
        : servers.Has(bid.ModelId) && !(_avoided.TryGetValue(bid.ModelId, out var avoided) && clock.GetUtcNow() < avoided.Until) ? options.Value.SlotsPerModel : 0;

    private async Task WriteAsync(Session session, CancellationToken cancellationToken)
    {
        try { await sessions.WriteAsync(session, cancellationToken); }
        catch (ChainException e)
        {
            LogNotWritten(session.Id, e.Message);
            agenda.At(clock.GetUtcNow() + s_payAgain, "a Morpheus session is written down, again", c => WriteAsync(session, c));
        }
    }

    private void Prompt(Session session, int inSeconds) =>
        agenda.At(clock.GetUtcNow().AddSeconds(inSeconds), "a Morpheus user prompts", async cancellationToken =>
    {
        if (!session.IsActive(clock.GetUtcNow().ToUnixTimeSeconds())) { return; }
        var asking = AskAsync(session, cancellationToken);
        // In history the world waits for the answer; live, a slow model must not hold up everybody else's time.
        if (clock.IsManual) { await asking; }
    });

    private async Task AskAsync(Session session, CancellationToken cancellationToken)
    {
        var model = session.Bid.ModelId;
        var body = new JsonObject
        {
            ["model"] = book.ModelOf(model)!.Name,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = $"What should I know about session {session.Id[..10]}?" }),
            ["max_tokens"] = 256
        };
        Answer? answer = null;
        try { answer = Read(await servers.PromptAsync(model, body.ToJsonString(), s_patience, cancellationToken)); }
        catch (OperationCanceledException) { return; }
        catch (Exception e) { LogPromptFailed(e, model); }
        lock (book.Gate)
        {
            session.Failures = answer is not null ? 0 : session.Failures + 1;
            if (answer?.Seconds is { } seconds and > 0) { session.Seen = (session.Seen.Answers + 1, session.Seen.TokensPerSecond + answer.Tokens / seconds, session.Seen.FirstTokenSeconds + answer.FirstToken); }
            if (session.Failures < 2)
            {
                if (answer is not null) { _avoided.Remove(model); }
                Prompt(session, 45 + (int)(session.OpenedAt % 30));
                return;
            }
            var failures = _avoided.GetValueOrDefault(model).Failures + 1;
            _avoided[model] = (failures, clock.GetUtcNow() + TimeSpan.FromMinutes(Math.Min(120, 5 * Math.Pow(2, failures))));
        }
        LogLeft(model);
        agenda.At(clock.GetUtcNow(), "a Morpheus user gives up", c => CloseAsync(session, c));
    }

    private async Task CloseAsync(Session session, CancellationToken cancellationToken)
    {
        try
        {
            if (!await sessions.CloseAsync(session, Receipt(session), session.Failures >= 2, cancellationToken) || session.Bid.Provider != book.Own) { return; }
            lock (book.Gate)
            {
                var (successes, all) = _served.GetValueOrDefault(session.Bid.ModelId);
                _served[session.Bid.ModelId] = (session.Failures < 2 ? successes + 1 : successes, all + 1);
            }
        }
        catch (ChainException e)
        {
            LogNotPaid(session.Id, e.Message);
            agenda.At(clock.GetUtcNow() + s_payAgain, "a Morpheus session closes, again", c => CloseAsync(session, c));
        }
    }

    // Two words as the contract's receipt begins: session and chain.
    private static string Receipt(Session session) => session.Id[2..] + Convert.ToHexStringLower(OnChainId.Word(31337));

    // How long it took a played server says itself: its time is not ours.
    private static Answer? Read(string? json)
    {
        try
        {
            if (json is null || JsonNode.Parse(json) is not { } read || read["choices"] is not JsonArray { Count: > 0 }) { return null; }
            return new Answer((int?)read["usage"]?["completion_tokens"] ?? 0, (double?)read["x_sandbox"]?["seconds"], (double?)read["x_sandbox"]?["firstTokenSeconds"] ?? 0);
        }
        catch (System.Text.Json.JsonException) { return null; }
    }

    private sealed record Answer(int Tokens, double? Seconds, double FirstToken);

    private string UserAddress(int i) =>
        new EvmAddress(Keccak256.Hash(BitConverter.GetBytes(((long)seed.Value << 32) + i)).ToArray().AsSpan(0, EvmAddress.Size)).ToLowerHex();

    [LoggerMessage(Level = LogLevel.Warning, Message = "A user of model {Model} left: two prompts in a row failed")]
    private partial void LogLeft(string model);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Session {Session} could not be written to the chain, trying again in a minute: {Reason}")]
    private partial void LogNotWritten(string session, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Prompting model {Model} failed")]
    private partial void LogPromptFailed(Exception e, string model);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Session {Session} could not be closed and paid, trying again in a minute: {Reason}")]
    private partial void LogNotPaid(string session, string reason);
}
