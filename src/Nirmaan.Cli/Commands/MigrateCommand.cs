using System.Data.Common;
using Nirmaan.Control.Data;

namespace Nirmaan.Cli.Commands;

internal static class MigrateCommand
{
    private const string Variable = "ConnectionStrings__Nirmaan";

    public static readonly Command Migrate = new("migrate", "migrate [--connection STRING]", $"""
        Brings a database to this version's schema, making it if it is not there.
        The connection string is --connection's, else {Variable}'s. Prints the migrations that were applied.
        """, ["connection"], [], RunAsync);

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        arguments.None();
        var connection = arguments.Find("connection") ?? terminal.Environment(Variable) ?? throw FailureException.BadInput("--connection", "missing", $"a connection string, or {Variable} set");
        try
        {
            var applied = await DatabaseMigrator.MigrateAsync(connection, cancellationToken);
            foreach (var migration in applied) { terminal.Out.WriteLine(migration); }
            terminal.Error.WriteLine(applied.Count == 0 ? "nothing to apply" : $"{applied.Count} applied");
            return Exit.Done;
        }
        catch (ArgumentException e) { throw FailureException.BadInput(e.Message, e); }
        catch (DbException e) { throw FailureException.Outside(e.Message, e); }
    }
}
