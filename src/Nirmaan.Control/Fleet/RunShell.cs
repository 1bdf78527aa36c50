using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>What comes of a command while it runs.</summary>
public abstract record ShellStep
{
    private ShellStep() { }

    /// <summary>A line of its output, cleaned.</summary>
    public sealed record Wrote(LogLine Line) : ShellStep;

    /// <summary>It is over, as it stands in the record; the last step.</summary>
    public sealed record Over(ShellCommand Command) : ShellStep;
}

/// <summary>
/// Runs single commands in rented containers, for ops, where it is switched on and the supplier has a shell. Each is recorded before it is sent: who, when, where,
/// what, and in the end how it ended. Time and output are limited; secrets are struck out of what was typed and of what it says.
/// </summary>
public sealed partial class RunShell(
    IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, KeepLogs keep, IOptions<FleetOptions> options, TimeProvider clock, ILogger<RunShell> logger)
{
    /// <summary>Most characters of a command.</summary>
    public const int MostTyped = 2_000;

    /// <summary>True when commands may be run at all.</summary>
    public bool IsOn => options.Value.Shell;

    /// <summary>How long a command is waited for.</summary>
    public TimeSpan Patience => options.Value.ShellTimeout;

    /// <summary>True when commands can be run on machines of a supplier.</summary>
    public bool IsThere(SupplierName supplier) => suppliers.Find(supplier) is { Traits.HasShell: true };

    /// <summary>Commands that were run on a machine, newest first.</summary>
    public async Task<IReadOnlyList<ShellCommand>> ListAsync(InstanceId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ShellCommands.AsNoTracking().Where(c => c.InstanceId == id).OrderByDescending(c => c.At).ThenByDescending(c => c.Id).Take(Paging.MaxLimit).ToListAsync(cancellationToken);
    }

    /// <summary>Runs a command and gives its output as it comes. Whoever stops listening stops waiting for it; the command itself may go on in the container.</summary>
    /// <exception cref="InvalidInputException">It is switched off, there is no such machine or no shell, or the command is none.</exception>
    public async IAsyncEnumerable<ShellStep> RunAsync(InstanceId id, string command, string by, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (supplier, externalId) = await FindAsync(id, command, cancellationToken);
        var begun = await RecordAsync(id, command, by, cancellationToken);
        // Real time: whoever typed it waits for it.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.ShellTimeout);
        var (written, exit, why) = (0L, (int?)null, (string?)"nobody waited for its end");
        var lines = new Lines();
        var parts = supplier.RunCommandAsync(externalId, command, limit.Token).GetAsyncEnumerator(limit.Token);
        try
        {
            while (why is not null && exit is null)
            {
                var (part, fault) = await NextAsync(parts, cancellationToken);
                if (fault is not null) { why = fault; break; }
                exit = (part as ShellPart.Ended)?.Exit;
                if (exit is not null) { why = null; }
                foreach (var line in await CleanAsync(id, part is ShellPart.Said said ? lines.Add(said) : lines.Rest(), cancellationToken))
                {
                    written += line.Text.Length + 1;
                    yield return new ShellStep.Wrote(line);
                    if (written < options.Value.ShellCharacters) { continue; }
                    why = $"it wrote more than {options.Value.ShellCharacters} characters and was left";
                    break;
                }
                if (written >= options.Value.ShellCharacters) { break; }
            }
        }
        finally
        {
            await limit.CancelAsync();
            await parts.DisposeAsync();
            // In any case, also when the page was left: what was begun is in the record, and how it ended.
            begun = await EndAsync(begun with { Exit = why is null ? exit : null, Why = why, Characters = written });
        }
        yield return new ShellStep.Over(begun);
    }

    private async Task<(ShellPart? Part, string? Fault)> NextAsync(IAsyncEnumerator<ShellPart> parts, CancellationToken cancellationToken)
    {
        try { return await parts.MoveNextAsync() ? (parts.Current, null) : (null, "the supplier did not say how it ended"); }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested) { return (null, $"it took longer than {options.Value.ShellTimeout} and was left"); }
        catch (SupplierUnavailableException e) { return (null, e.Message); }
        // However it went wrong, the record must be closed.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e);
            return (null, "it failed; the log knows why");
        }
    }

    private async Task<(IComputeProvider Supplier, string ExternalId)> FindAsync(InstanceId id, string command, CancellationToken cancellationToken)
    {
        if (!IsOn) { throw new InvalidInputException("Fleet:Shell", false, "true: commands are switched off"); }
        if (string.IsNullOrWhiteSpace(command) || command.Length > MostTyped || command.Any(char.IsControl))
        {
            throw new InvalidInputException("command", command.Length > 100 ? command[..100] + "…" : command, $"one line of 1 to {MostTyped} characters");
        }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instance = await db.Instances.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id && i.ExternalId != null && i.BilledFrom != null && i.ClosedAt == null, cancellationToken)
            ?? throw new InvalidInputException("instance", id.Value, "a machine that is ours now");
        return suppliers.Find(instance.Supplier) is { Traits.HasShell: true } supplier
            ? (supplier, instance.ExternalId!) : throw new InvalidInputException("instance", id.Value, $"a machine of a supplier with a shell; {instance.Supplier} has none or is switched off");
    }

    private async Task<ShellCommand> RecordAsync(InstanceId id, string command, string by, CancellationToken cancellationToken)
    {
        var clean = await keep.CleanAsync(id, [new LogLine(clock.GetUtcNow(), "stdin", command)], cancellationToken)
            ?? throw new InvalidInputException("instance", id.Value, "a machine whose network is switched on: its secrets could not be struck out");
        var begun = new ShellCommand(Guid.CreateVersion7(), id, by, StoredTime.Of(clock.GetUtcNow()), clean[0].Text, null, null, null, 0);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.ShellCommands.Add(begun);
        await db.SaveChangesAsync(cancellationToken);
        LogBegun(by, id.Value, begun.Id);
        return begun;
    }

    private async Task<ShellCommand> EndAsync(ShellCommand command)
    {
        var over = command with { EndedAt = StoredTime.Of(clock.GetUtcNow()) };
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        await db.ShellCommands.Where(c => c.Id == over.Id).ExecuteUpdateAsync(
            s => s.SetProperty(c => c.EndedAt, over.EndedAt).SetProperty(c => c.Exit, over.Exit).SetProperty(c => c.Why, over.Why).SetProperty(c => c.Characters, over.Characters), CancellationToken.None);
        return over;
    }

    private async Task<IReadOnlyList<LogLine>> CleanAsync(InstanceId id, List<(bool IsErrors, string Text)> lines, CancellationToken cancellationToken) =>
        lines.Count == 0 ? [] : await keep.CleanAsync(id, [.. lines.Select(l => new LogLine(clock.GetUtcNow(), l.IsErrors ? "stderr" : "stdout", l.Text))], cancellationToken) ?? [];

    /// <summary>Makes whole lines of pieces, so that no secret slips through in two halves.</summary>
    private sealed class Lines
    {
        private readonly StringBuilder _output = new(), _errors = new();

        public List<(bool IsErrors, string Text)> Add(ShellPart.Said said)
        {
            var rest = said.IsErrors ? _errors : _output;
            rest.Append(said.Text);
            var all = rest.ToString().Split('\n');
            // What no line ends is given on when it is too long to be one.
            var whole = all[^1].Length > LogText.MaxText ? all : all[..^1];
            rest.Clear();
            if (whole.Length < all.Length) { rest.Append(all[^1]); }
            return [.. whole.Select(line => (said.IsErrors, line))];
        }

        public List<(bool IsErrors, string Text)> Rest()
        {
            List<(bool, string)> rest = [];
            if (_output.Length > 0) { rest.Add((false, _output.ToString())); }
            if (_errors.Length > 0) { rest.Add((true, _errors.ToString())); }
            return rest;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{By} runs a command on instance {Instance}; it is recorded as {Command}")]
    private partial void LogBegun(string by, Guid instance, Guid command);

    [LoggerMessage(Level = LogLevel.Error, Message = "A command could not be run")]
    private partial void LogFailed(Exception e);
}
