using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Nirmaan.Control.Data;

/// <summary>Brings a database to the newest schema, one migrator at a time (an advisory lock in the database itself).</summary>
public static class DatabaseMigrator
{
    // "nirmaan" in ASCII: a number of our own, so that no other program's advisory lock meets it.
    private const long LockKey = 0x6E69726D61616E;

    /// <summary>Options for a context over a connection string, with the migrations assembly set.</summary>
    public static DbContextOptions<NirmaanDbContext> Options(string connectionString) =>
        new DbContextOptionsBuilder<NirmaanDbContext>().UseNpgsql(connectionString, o => o.MigrationsAssembly("Nirmaan.Migrations")).Options;

    /// <summary>Applies what is missing; the names of the applied migrations.</summary>
    public static async Task<IReadOnlyList<string>> MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        await EnsureDatabaseAsync(connectionString, cancellationToken);
        await using var guard = new NpgsqlConnection(connectionString);
        await guard.OpenAsync(cancellationToken);
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_lock(@key)", guard) { CommandTimeout = 0 })
        {
            take.Parameters.AddWithValue("key", LockKey);
            await take.ExecuteNonQueryAsync(cancellationToken);
        }
        // The lock ends with the session, so a killed migrator leaves none behind.
        await using var db = new NirmaanDbContext(Options(connectionString));
        var pending = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        await db.Database.MigrateAsync(cancellationToken);
        await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock(@key)", guard);
        release.Parameters.AddWithValue("key", LockKey);
        await release.ExecuteNonQueryAsync(cancellationToken);
        return pending;
    }

    private static async Task EnsureDatabaseAsync(string connectionString, CancellationToken cancellationToken)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        var name = target.Database ?? throw new ArgumentException("ConnectionStrings:Nirmaan: no Database in the connection string; expected Database=<name>.");
        target.Database = "postgres";
        target.Pooling = false;
        try
        {
            await using var connection = new NpgsqlConnection(target.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = @name", connection);
            exists.Parameters.AddWithValue("name", name);
            if (await exists.ExecuteScalarAsync(cancellationToken) is not null) { return; }
            await using var create = new NpgsqlCommand($"CREATE DATABASE {QuoteName(name)}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
        // Another migrator made it in between, or this user may not see "postgres": then the database itself says what is wrong.
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege) { }
    }

    private static string QuoteName(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
