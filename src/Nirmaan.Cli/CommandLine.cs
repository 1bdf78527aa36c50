using Nirmaan.Cli.Commands;

namespace Nirmaan.Cli;

/// <summary>One command.</summary>
/// <param name="Usage">Its words after <c>nirmaan</c>.</param>
/// <param name="Summary">What it does, in one line.</param>
internal sealed record Command(string Name, string Usage, string Summary, IReadOnlyCollection<string> Valued, IReadOnlyCollection<string> Flags, Func<Arguments, Terminal, CancellationToken, Task<int>> RunAsync);

/// <summary>Finds and runs a command. Every failure is one line on standard error and an exit code.</summary>
internal static class CommandLine
{
    private static readonly Command[] s_commands =
    [
        OfferCommands.Offers, InstanceCommands.Launch, InstanceCommands.Instances, InstanceCommands.Close, PlanCommands.Plans, PlanCommands.Approve, OptimiseCommand.Optimise, DistributeCommand.Distribute, VerifyCommand.Verify,
        SdlCommand.Sdl, MigrateCommand.Migrate,
    ];

    /// <summary>Runs the command that the words name; answers the exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> words, Terminal terminal, CancellationToken cancellationToken)
    {
        if (words is [] or ["help" or "--help" or "-h"]) { Help(terminal.Out); return Exit.Done; }
        try
        {
            var command = Array.Find(s_commands, c => c.Name == words[0]) ?? throw FailureException.BadInput("command", $"'{words[0]}' is unknown", string.Join(", ", s_commands.Select(c => c.Name)));
            if (words is [_, "help" or "--help" or "-h"]) { Help(terminal.Out, command); return Exit.Done; }
            return await command.RunAsync(new Arguments([.. words.Skip(1)], command.Valued, command.Flags), terminal, cancellationToken);
        }
        catch (FailureException e)
        {
            terminal.Error.WriteLine($"nirmaan: {OneLine(e.Message)}");
            return e.Code;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            terminal.Error.WriteLine("nirmaan: stopped");
            return Exit.Outside;
        }
    }

    private static void Help(TextWriter output)
    {
        output.WriteLine("nirmaan <command> [options]");
        foreach (var command in s_commands) { Help(output, command); }
        output.WriteLine("""

            The calls of a running host (offers, launch, instances, close, plans, approve) go to --url or NIRMAAN_URL (http://127.0.0.1:5280)
            with the key of --key or NIRMAAN_KEY; --json prints its answer as it came.
            Exit codes: 0 done, 1 checked and wrong, 2 bad input, 3 an outside system failed.
            """);
    }

    private static void Help(TextWriter output, Command command)
    {
        output.WriteLine($"  {command.Usage}");
        output.WriteLine($"      {command.Summary}");
    }

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
