using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Tests.Conformance;

/// <summary>Everything that came of a followed log so far.</summary>
internal sealed class FollowedLog(IAsyncEnumerable<LogBatch> log) : IAsyncDisposable
{
    // A connection that is dead would be waited for to no end.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly IAsyncEnumerator<LogBatch> _log = log.GetAsyncEnumerator(CancellationToken.None);

    public List<LogLine> Lines { get; } = [];

    public string? Cursor { get; private set; }

    /// <summary>Reads until a line came, and leaves what follows for later.</summary>
    public async Task UntilAsync(string text)
    {
        while (Lines.All(l => l.Text != text))
        {
            (await _log.MoveNextAsync().AsTask().WaitAsync(s_patience, Rig.Token)).ShouldBeTrue($"the log ended before '{text}'");
            Lines.AddRange(_log.Current.Lines);
            Cursor = _log.Current.Cursor;
        }
    }

    /// <summary>Texts of the lines that were written for this test.</summary>
    public IEnumerable<string> Written => Lines.Select(l => l.Text).Where(t => t.StartsWith("job", StringComparison.Ordinal));

    public ValueTask DisposeAsync() => _log.DisposeAsync();
}
