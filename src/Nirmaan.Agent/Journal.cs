namespace Nirmaan.Agent;

/// <summary>
/// Everything said: the miner's lines, those of its log files too, and the agent's own, on the container's output, where the supplier's log
/// view finds them, and the last ones for /status. Secrets are blotted out first.
/// </summary>
public sealed class Journal(TextWriter output, TimeProvider clock)
{
    private const int Kept = 100;

    private readonly Lock _gate = new();
    private readonly Queue<string> _last = new();
    private readonly List<string> _warnings = [];
    private IReadOnlyList<string> _secrets = [];

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<string> Last { get { lock (_gate) { return [.. _last]; } } }

    /// <summary>What was warned of, each text once.</summary>
    public IReadOnlyList<string> Warnings { get { lock (_gate) { return [.. _warnings]; } } }

    /// <summary>Values to blot out from here on. A value of under four characters is no secret and would blot out half the log.</summary>
    public void Hide(IEnumerable<string?> secrets) => _secrets = [.. _secrets, .. secrets.OfType<string>().Where(s => s.Length >= 4)];

    /// <summary>A line of the miner, with the file it came from unless it was its output.</summary>
    public void Miner(string? file, string line) => Write(file is null ? line : $"[{file}] {line}");

    /// <summary>A line of the agent.</summary>
    public void Say(string text) => Write($"[nirmaan-agent {clock.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}] {text}");

    /// <summary>A line of the agent that stays on the status.</summary>
    public void Warn(string text)
    {
        lock (_gate)
        {
            if (_warnings.Contains(text)) { return; }
            if (_warnings.Count < Kept) { _warnings.Add(text); }
        }
        Say($"warning: {text}");
    }

    /// <summary>The text without secrets.</summary>
    public string Clean(string text) => _secrets.Aggregate(text, (t, secret) => t.Replace(secret, "***", StringComparison.Ordinal));

    private void Write(string line)
    {
        line = Clean(line);
        lock (_gate)
        {
            _last.Enqueue(line);
            if (_last.Count > Kept) { _last.Dequeue(); }
            try
            {
                output.WriteLine(line);
                output.Flush();
            }
            catch (IOException) { /* nobody reads our output any more; mining goes on */ }
        }
    }
}
