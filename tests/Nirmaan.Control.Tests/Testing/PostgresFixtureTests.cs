using Nirmaan.Testing;
using Npgsql;

namespace Nirmaan.Control.Tests.Testing;

public sealed class PostgresFixtureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private sealed class Counted(List<string> migrated) : PostgresFixture(async (connectionString, cancellationToken) =>
    {
        migrated.Add(connectionString);
        await RunAsync(connectionString, "CREATE TABLE miners (id int)", cancellationToken);
    });

    private static async Task<object?> RunAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    [Fact]
    public async Task Every_test_gets_its_own_copy_of_one_migrated_database()
    {
        List<string> migrated = [];
        await using var postgres = new Counted(migrated);
        await postgres.InitializeAsync();
        await using var one = await postgres.CreateDatabaseAsync();
        await using var other = await postgres.CreateDatabaseAsync();
        await RunAsync(one.ConnectionString, "INSERT INTO miners VALUES (1)", Token);

        (await RunAsync(other.ConnectionString, "SELECT count(*) FROM miners", Token)).ShouldBe(0L);
        migrated.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_disposed_copy_is_gone_though_connections_were_open()
    {
        await using var postgres = new Counted([]);
        await postgres.InitializeAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Token);
        await database.DisposeAsync();

        var refusal = await Should.ThrowAsync<PostgresException>(RunAsync(database.ConnectionString, "SELECT 1", Token));
        refusal.SqlState.ShouldBe(PostgresErrorCodes.InvalidCatalogName);
    }
}
