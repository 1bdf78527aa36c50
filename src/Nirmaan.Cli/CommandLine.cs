using Nirmaan.Cli.Commands;
using Nirmaan.Cli.Rest;

namespace Nirmaan.Cli;

/// <summary>One command.</summary>
/// <param name="Usage">Its words after <c>nirmaan</c>.</param>
/// <param name="Help">What it does; the first line stands in the list of all.</param>
/// <param name="Valued">Options with a value.</param>
/// <param name="Flags">Options without.</param>
internal sealed record Command(string Name, string Usage, string Help, IReadOnlyCollection<string> Valued, IReadOnlyCollection<string> Flags, Func<Arguments, Terminal, CancellationToken, Task<int>> RunAsync)
{
    /// <summary>True when it calls a running host.</summary>
    public bool CallsHost => ApiClient.Valued.All(Valued.Contains);
}

/// <summary>Finds and runs a command. Every failure is one line on standard error and an exit code.</summary>
internal static class CommandLine
{
    private static readonly Command[] s_commands =
    [
        OfferCommands.Offers, InstanceCommands.Launch, InstanceCommands.Instances, InstanceCommands.Close, InstanceCommands.Cordon, PlanCommands.Plans, PlanCommands.Approve, OptimiseCommand.Optimise, BacktestCommand.Backtest, DistributeCommand.Distribute, VerifyCommand.Verify,
        SdlCommand.Sdl, PreflightCommand.Preflight, EmissionsCommand.Emissions, PayoutCommand.Payout, MigrateCommand.Migrate,
    ];

    /// <summary>Runs the command that the words name; answers the exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> words, Terminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            if (words is [] or ["help" or "--help" or "-h"]) { Help(terminal.Out); return Exit.Done; }
            if (words is ["help", var name]) { Help(terminal.Out, Find(name)); return Exit.Done; }
            var command = Find(words[0]);
            if (words.Skip(1).Any(w => w is "--help" or "-h")) { Help(terminal.Out, command); return Exit.Done; }
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

    private static Command Find(string name) =>
        Array.Find(s_commands, c => c.Name == name) ?? throw FailureException.BadInput("command", $"'{name}' is unknown", string.Join(", ", s_commands.Select(c => c.Name)));

    private static void Help(TextWriter output)
    {
        output.WriteLine("nirmaan COMMAND [options]; nirmaan help COMMAND says more. From a clone: dotnet run --project src/Nirmaan.Cli -- COMMAND [options]");
        output.WriteLine();
        foreach (var command in s_commands) { output.WriteLine($"  {command.Name,-12}{command.Help.Split('\n')[0].TrimEnd()}"); }
        output.WriteLine();
        output.WriteLine(ExitCodes);
    }

    private static void Help(TextWriter output, Command command)
    {
        output.WriteLine($"nirmaan {command.Usage}{(command.CallsHost ? " [--json] [--url URL] [--key KEY]" : "")}");
        output.WriteLine();
        output.WriteLine(command.Help.ReplaceLineEndings(Environment.NewLine));
        if (command.CallsHost)
        {
            output.WriteLine($"""
                Calls the host at --url or {ApiClient.UrlVariable} ({ApiClient.DefaultUrl}) with the API key of --key or {ApiClient.KeyVariable}. --json prints its answer.
                What the host checks and refuses (422) is exit 1, any other fault of the request is exit 2, a host that fails or is busy is exit 3.
                """);
        }
        output.WriteLine();
        output.WriteLine(ExitCodes);
    }

    private const string ExitCodes = "Exit codes: 0 done, 1 checked and wrong, 2 bad input, 3 an outside system failed.";

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
