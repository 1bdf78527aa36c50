using System.Numerics;

namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>What the sequencer remembers of one miner id: its place in line, its open jobs, how often it asked.</summary>
internal sealed class MinerEntry(string minerId, string address, Random chance)
{
    private double _asksLeft = AsksAtOnce;
    private DateTimeOffset _askedAt = DateTimeOffset.MinValue;

    /// <summary>A miner may ask in bursts of this size, and this often per second on average; four processes that sleep 2 s stay below.</summary>
    private const double AsksAtOnce = 12;
    private const double AsksPerSecond = 4;

    public string MinerId => minerId;
    public string Address => address;
    public Random Chance => chance;
    public string ModelId { get; set; } = "";
    public string? Hardware { get; set; }
    public string? Wanted { get; set; }
    public DateTimeOffset SeenAt { get; set; } = DateTimeOffset.MinValue;

    /// <summary>When the next draw falls due, and whether it brings a job or only a new draw.</summary>
    public (DateTimeOffset At, bool Job)? Next { get; set; }

    public Dictionary<string, OpenJob> Open { get; } = [];

    /// <summary>False when the miner asks too fast.</summary>
    public bool MayAsk(DateTimeOffset at)
    {
        if (_askedAt != DateTimeOffset.MinValue) { _asksLeft = Math.Min(AsksAtOnce, _asksLeft + Math.Max(0, (at - _askedAt).TotalSeconds) * AsksPerSecond); }
        _askedAt = at;
        if (_asksLeft < 1) { return false; }
        _asksLeft--;
        return true;
    }
}

/// <summary>A job given out: when, what it is, and the topic its answer must name when it is a probe.</summary>
internal sealed record OpenJob(HeuristJob Job, HeuristModel Model, DateTimeOffset GivenAt, string? Topic);

/// <summary>The points and counts of one address, over all its miners: by hour for a few days, by day for the season.</summary>
internal sealed class AccountEntry
{
    private const int HoursKept = 72;
    private readonly SortedDictionary<long, HourRow> _hours = [];
    private readonly SortedDictionary<DateOnly, (decimal Llama, decimal Waifu)> _days = [];

    public long Images { get; private set; }
    public long Texts { get; private set; }
    public decimal Llama { get; private set; }
    public decimal Waifu { get; private set; }
    public string Hardware { get; set; } = "";
    public DateTimeOffset SeenAt { get; set; } = DateTimeOffset.MinValue;

    public IReadOnlyDictionary<DateOnly, (decimal Llama, decimal Waifu)> Days => _days;

    public void Credit(PointKind kind, decimal points, DateTimeOffset at)
    {
        var hour = Hour(at);
        var day = DateOnly.FromDateTime(at.UtcDateTime);
        var (llama, waifu) = _days.GetValueOrDefault(day);
        if (kind == PointKind.Llama) { (Texts, Llama, hour.Texts, llama) = (Texts + 1, Llama + points, hour.Texts + 1, llama + points); }
        else { (Images, Waifu, hour.Images, waifu) = (Images + 1, Waifu + points, hour.Images + 1, waifu + points); }
        _days[day] = (llama, waifu);
    }

    /// <summary>The minutes from <paramref name="from"/> to <paramref name="to"/> in which a miner stood in line.</summary>
    public void MarkSeen(string minerId, DateTimeOffset from, DateTimeOffset to)
    {
        for (var minute = from.ToUnixTimeSeconds() / 60; minute <= to.ToUnixTimeSeconds() / 60; minute++)
        {
            var masks = Hour(DateTimeOffset.FromUnixTimeSeconds(minute * 60)).Minutes;
            masks[minerId] = masks.GetValueOrDefault(minerId) | 1UL << (int)(minute % 60);
        }
    }

    /// <summary>Images and texts of the 24 hours before <paramref name="at"/>, and the percentage of its minutes in which the miners stood in line.</summary>
    public (long Images, long Texts, decimal Availability) LastDay(DateTimeOffset at)
    {
        var first = at.ToUnixTimeSeconds() / 3600 - 23;
        var rows = _hours.Where(h => h.Key >= first).ToArray();
        var miners = new Dictionary<string, (long FirstMinute, int Minutes)>();
        foreach (var (hour, row) in rows)
        {
            foreach (var (miner, mask) in row.Minutes)
            {
                var (firstMinute, minutes) = miners.GetValueOrDefault(miner, (hour * 60 + BitOperations.TrailingZeroCount(mask), 0));
                miners[miner] = (firstMinute, minutes + BitOperations.PopCount(mask));
            }
        }
        var now = at.ToUnixTimeSeconds() / 60;
        // A miner counts from its first minute of the day on: one that has just come is not held to have been away.
        var shares = miners.Values.Select(m => Math.Min(1m, (decimal)m.Minutes / (now - m.FirstMinute + 1))).ToArray();
        return (rows.Sum(r => r.Value.Images), rows.Sum(r => r.Value.Texts), shares.Length == 0 ? 0 : decimal.Round(100 * shares.Average(), 2));
    }

    /// <summary>All totals begin again at 0; the daily rows stay, as history does.</summary>
    public void Reset() => (Images, Texts, Llama, Waifu) = (0, 0, 0, 0);

    /// <summary>Takes a share (0 to 1) of the points away, of all days alike.</summary>
    public void Fall(decimal share)
    {
        (Llama, Waifu) = (Llama * (1 - share), Waifu * (1 - share));
        foreach (var (day, points) in _days.ToArray()) { _days[day] = (points.Llama * (1 - share), points.Waifu * (1 - share)); }
    }

    private HourRow Hour(DateTimeOffset at)
    {
        var hour = at.ToUnixTimeSeconds() / 3600;
        if (!_hours.TryGetValue(hour, out var row))
        {
            _hours[hour] = row = new HourRow();
            while (_hours.Count > HoursKept) { _hours.Remove(_hours.Keys.First()); }
        }
        return row;
    }

    private sealed class HourRow
    {
        public int Images { get; set; }
        public int Texts { get; set; }
        public Dictionary<string, ulong> Minutes { get; } = [];
    }
}
