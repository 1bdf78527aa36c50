using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>The agents in all containers, as one log: who asks with which token, and what they answer.</summary>
internal sealed class FakeAgents : IAgentLogs
{
    private int _inFlight;
    private readonly Lock _gate = new();

    /// <summary>What an agent's log holds; null = it does not answer.</summary>
    public List<LogLine>? Lines { get; set; } = [];
    /// <summary>Called before it answers.</summary>
    public Func<CancellationToken, Task>? Before { get; set; }
    /// <summary>Tokens it was asked with.</summary>
    public List<string> Tokens { get; } = [];
    public int MostInFlight { get; private set; }

    public void Write(DateTimeOffset at, params string[] texts) => Lines!.AddRange(texts.Select((text, i) => new LogLine(at.AddMilliseconds(i), "stdout", text)));

    public async Task<IReadOnlyList<LogLine>?> ReadTailAsync(Uri endpoint, string token, int lines, CancellationToken cancellationToken)
    {
        lock (_gate) { Tokens.Add(token); MostInFlight = Math.Max(MostInFlight, ++_inFlight); }
        try
        {
            if (Before is { } before) { await before(cancellationToken); }
            return Lines is { } all ? [.. all.TakeLast(lines)] : null;
        }
        finally { lock (_gate) { _inFlight--; } }
    }
}
