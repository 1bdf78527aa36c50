using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Web.Api;

/// <summary>A kept line, and whose it is.</summary>
/// <param name="Source">stdout, stderr, a log file's name, agent; <c>supplier:..</c> where the supplier gave it without a source of its own.</param>
internal sealed record FoundLineWire(Guid Instance, string Workload, string Supplier, DateTimeOffset At, string Source, string Text);

/// <summary>Lines that were found, those read last first.</summary>
/// <param name="SearchedTo">Everything read since then was looked through; null = all that is kept.</param>
internal sealed record FoundLinesWire(IReadOnlyList<FoundLineWire> Items, string? Next, DateTimeOffset? SearchedTo);

/// <summary>A command that somebody ran in a container.</summary>
/// <param name="Exit">Its exit code; null = it did not end by itself, or not yet.</param>
internal sealed record ShellCommandWire(Guid Id, string By, DateTimeOffset At, string Command, DateTimeOffset? EndedAt, int? Exit, string? Why, long Characters);

internal static class LogCalls
{
    public static void Map(RouteGroupBuilder read)
    {
        read.MapGet("/logs", async (string? words, string? machine, string? workload, DateTimeOffset? from, DateTimeOffset? until, int? limit, string? after, SearchLogs logs, CancellationToken cancellationToken) =>
        {
            var found = await logs.RunAsync(new LogSearch(words, machine, Words.Workload(workload), from?.ToUniversalTime(), until?.ToUniversalTime()), limit, after, cancellationToken);
            return new FoundLinesWire(
                [.. found.Lines.Select(f => new FoundLineWire(f.InstanceId.Value, f.Workload.Value, f.Supplier.Value, f.Line.At, f.Line.Source, f.Line.Text))], found.Next, found.SearchedTo);
        }).WithName("searchLogs").WithSummary("Kept lines of machines, also of those long gone, that hold all the words; the last read first. A page may be short: next leads on.").ProducesProblem(400);
        read.MapGet("/instances/{id:guid}/shell-commands", async (Guid id, RunShell shell, CancellationToken cancellationToken) =>
            (await shell.ListAsync(new InstanceId(id), cancellationToken)).ToList(c => new ShellCommandWire(c.Id, c.By, c.At, c.Command, c.EndedAt, c.Exit, c.Why, c.Characters)))
            .WithName("listShellCommands").WithSummary("Commands that were run in a machine's container, newest first.");
    }
}
