using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>What a miner's request was answered.</summary>
public abstract record JobAnswer
{
    private JobAnswer() { }

    /// <summary>A job.</summary>
    public sealed record Given(HeuristJob Job) : JobAnswer;

    /// <summary>No job ("NJ"); a miner in this process may leave out its polls for <paramref name="Ahead"/>, they would bring none.</summary>
    public sealed record NoJob(TimeSpan Ahead) : JobAnswer;

    /// <summary>A text for the operator, beginning with "Warning:".</summary>
    public sealed record Warned(string Text) : JobAnswer;

    /// <summary>Asked too fast: 429.</summary>
    public sealed record TooFast : JobAnswer;
}

/// <summary>What became of a result.</summary>
public enum SubmitAnswer
{
    /// <summary>Accepted and credited.</summary>
    Credited,

    /// <summary>Accepted, but too late or wrong: no points.</summary>
    NotCredited,

    /// <summary>Nobody gave this miner such a job.</summary>
    Unknown
}

/// <summary>
/// Heurist's server as miners see it: gives out jobs, takes results, counts points by address. Every draw belongs to a miner id, so that
/// the order in which miners come does not change what each is given.
/// </summary>
public sealed class Sequencer(Seed seed, HeuristMarket market, OtherOperators others, IOptions<HeuristOptions> options)
{
    /// <summary>Results later than this earn nothing, in seconds (config.toml sd_timeout_seconds, llm_timeout_seconds).</summary>
    private const double ImageDeadline = 18, TextDeadline = 180;
    private static readonly TimeSpan s_redraw = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, MinerEntry> _miners = [];
    private readonly Dictionary<string, AccountEntry> _accounts = [];
    private readonly Dictionary<(string Model, long Bucket), double> _offered = [];

    /// <summary>Answers a request for a job.</summary>
    /// <exception cref="ArgumentException">The miner id is not an address with an optional tag.</exception>
    public JobAnswer Request(MinerRequest request, DateTimeOffset at)
    {
        lock (_gate)
        {
            var (miner, account) = Enter(request.MinerId, at);
            if (!miner.MayAsk(at)) { return new JobAnswer.TooFast(); }
            if (request.InLineSince is { } since) { account.MarkSeen(miner.MinerId, since, at); } else { account.MarkSeen(miner.MinerId, at, at); }
            if (request.Hardware is { } hardware) { miner.Hardware = account.Hardware = hardware; }
            if (miner.ModelId != request.ModelId) { (miner.ModelId, miner.Next) = (request.ModelId, null); }
            if (request.Version is { } version && !options.Value.Versions.Contains(version))
            {
                return new JobAnswer.Warned($"Warning: miner version {version} is out of date. Please update to {string.Join(" or ", options.Value.Versions)}.");
            }
            return HeuristModels.Find(request.ModelId) is { } model ? Draw(miner, model, at) : new JobAnswer.NoJob(s_redraw);
        }
    }

    /// <summary>Takes a result. Points go to the address in front of the miner id's tag.</summary>
    public SubmitAnswer Submit(Submission submission, DateTimeOffset at)
    {
        lock (_gate)
        {
            var (miner, account) = Enter(submission.MinerId, at);
            if (!miner.Open.Remove(submission.JobId, out var open)) { return SubmitAnswer.Unknown; }
            if (Points(open, submission, at) is not { } points) { return SubmitAnswer.NotCredited; }
            account.Credit(open.Model.Kind, points, at);
            others.Count(open.Model.Kind, points, at);
            return SubmitAnswer.Credited;
        }
    }

    /// <summary>A miner's report of its loaded model; answers the model it should load next.</summary>
    public SignalAnswer Signal(MinerSignal signal, DateTimeOffset at)
    {
        lock (_gate)
        {
            var (miner, account) = Enter(signal.MinerId, at);
            if (signal.Hardware is { } hardware) { miner.Hardware = account.Hardware = hardware; }
            return new SignalAnswer(signal.ModelType != "SD" ? null : signal.SkipUpdate == true ? signal.ModelId : miner.Wanted ?? signal.ModelId);
        }
    }

    /// <summary>From the next signal on the miner is asked to load the model.</summary>
    public void Want(string minerId, string modelId, DateTimeOffset at) { lock (_gate) { Enter(minerId, at, seen: false).Miner.Wanted = modelId; } }

    /// <summary>What the stats service says of an address (a tag behind it is left out).</summary>
    public HeuristStats Stats(string minerId, DateTimeOffset at)
    {
        lock (_gate) { return HeuristStats.Of(_accounts.GetValueOrDefault(AddressOf(minerId)) ?? new AccountEntry(), others, options.Value, at); }
    }

    /// <summary>Does something to an address' counters; false when nobody mined for it.</summary>
    internal bool Change(string minerId, Action<AccountEntry> change)
    {
        lock (_gate)
        {
            if (!_accounts.TryGetValue(AddressOf(minerId), out var account)) { return false; }
            change(account);
            return true;
        }
    }

    /// <summary>Our side's miners that served the model in the ten minutes before.</summary>
    public int Ours(string modelId, DateTimeOffset at)
    {
        lock (_gate) { return _miners.Values.Count(m => m.ModelId == modelId && m.SeenAt > at.AddMinutes(-10)); }
    }

    /// <summary>Every miner that asked for a job.</summary>
    internal IReadOnlyList<KnownMiner> Miners()
    {
        lock (_gate)
        {
            return [.. _miners.Values.Where(m => m.SeenAt > DateTimeOffset.MinValue)
                .Select(m => new KnownMiner(m.MinerId, m.Address, m.ModelId, m.Hardware, m.SeenAt, m.Open.Count))];
        }
    }

    /// <summary>Runs the other operators on to <paramref name="at"/>, beside our miners of the moment.</summary>
    public void AdvanceOthers(DateTimeOffset at) => others.AdvanceTo(at, HeuristModels.All.ToDictionary(m => m.Id, m => Ours(m.Id, at)));

    private JobAnswer Draw(MinerEntry miner, HeuristModel model, DateTimeOffset at)
    {
        if (miner.Next is not { } next) { miner.Next = next = NextOf(miner, model, at); }
        if (at < next.At) { return new JobAnswer.NoJob(next.At - at); }
        miner.Next = null;
        if (!next.Job) { return Draw(miner, model, at); }
        var (job, topic) = JobMaker.Make(model, miner.Chance);
        foreach (var stale in miner.Open.Values.Where(o => o.GivenAt < at.AddHours(-1)).ToArray()) { miner.Open.Remove(stale.Job.JobId); }
        miner.Open[job.JobId] = new OpenJob(job, model, at, topic);
        return new JobAnswer.Given(job);
    }

    // Users come at random: the wait is exponential. A long wait is drawn anew after five minutes, when demand may have changed.
    private (DateTimeOffset At, bool Job) NextOf(MinerEntry miner, HeuristModel model, DateTimeOffset at)
    {
        var bucket = at.ToUnixTimeSeconds() / (long)s_redraw.TotalSeconds;
        if (!_offered.TryGetValue((model.Id, bucket), out var offered))
        {
            if (_offered.Count > 1000) { _offered.Clear(); }
            _offered[(model.Id, bucket)] = offered = market.OfferedPerMiner(model, Math.Max(1, Ours(model.Id, at)), at);
        }
        var wait = TimeSpan.FromSeconds(Math.Min(-Math.Log(1 - miner.Chance.NextDouble()) / offered, 1e6));
        return wait < s_redraw ? (at + wait, true) : (at + s_redraw, false);
    }

    private decimal? Points(OpenJob open, Submission submission, DateTimeOffset at)
    {
        var multiplier = PointRules.Multiplier(open.Model, options.Value.RulesAsOf);
        var seconds = (at - open.GivenAt).TotalSeconds;
        if (open.Job.ModelInput.Sd is { } image)
        {
            var key = $"{open.Job.JobId}-{submission.MinerId}.png";
            return seconds > ImageDeadline || !string.Equals(submission.Result.S3Key, key, StringComparison.OrdinalIgnoreCase) ? null
                : PointRules.Waifu(image.Width, image.Height, image.NumIterations, multiplier);
        }
        var input = open.Job.ModelInput.Llm!;
        if (seconds > TextDeadline || string.IsNullOrEmpty(submission.Result.Text)) { return null; }
        if (open.Topic is { } topic && !submission.Result.Text.Contains(topic, StringComparison.OrdinalIgnoreCase)) { return null; }
        return PointRules.Llama(Filler.Tokens(input.Prompt) + Math.Min(Filler.Tokens(submission.Result.Text), input.MaxTokens), multiplier);
    }

    private (MinerEntry Miner, AccountEntry Account) Enter(string minerId, DateTimeOffset at, bool seen = true)
    {
        var id = minerId.ToLowerInvariant();
        if (!_miners.TryGetValue(id, out var miner))
        {
            var address = AddressOf(id);
            if (!Chain.ChainOptions.IsAddress(address))
            {
                throw new ArgumentException($"miner_id: '{minerId}' is not 0x and 40 hex digits with an optional -tag.");
            }
            _miners[id] = miner = new MinerEntry(id, address, seed.For("heurist:miner:" + id));
        }
        if (!_accounts.TryGetValue(miner.Address, out var account)) { _accounts[miner.Address] = account = new AccountEntry(); }
        if (seen) { miner.SeenAt = account.SeenAt = at; }
        return (miner, account);
    }

    private static string AddressOf(string minerId) => minerId.Split('-')[0].ToLowerInvariant();
}
