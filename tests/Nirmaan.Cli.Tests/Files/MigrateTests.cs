using Nirmaan.Testing;

namespace Nirmaan.Cli.Tests.Files;

public sealed class MigrateTests(MigrateTests.Databases databases) : IClassFixture<MigrateTests.Databases>
{
    /// <summary>Databases without a schema.</summary>
    public sealed class Databases() : PostgresFixture((_, _) => Task.CompletedTask);

    [Fact]
    public async Task An_empty_database_is_brought_to_the_schema_once()
    {
        await using var database = await databases.CreateDatabaseAsync();
        var connection = database.ConnectionString;
        var said = await Run.NirmaanAsync("migrate", "--connection", connection);
        said.Code.ShouldBe(0, said.Error);
        said.Out.ShouldNotBeEmpty();
        said = await Run.NirmaanAsync(new Dictionary<string, string> { ["ConnectionStrings__Nirmaan"] = connection }, "", "migrate");
        said.ShouldBe(new Said(0, "", "nothing to apply\n"));
    }

    [Fact]
    public async Task Without_a_database_there_is_nothing_to_migrate() => (await Run.NirmaanAsync("migrate")).ShouldFail(2, "--connection", "ConnectionStrings__Nirmaan");

    [Fact]
    public async Task A_server_that_is_not_there_is_an_outside_failure() =>
        (await Run.NirmaanAsync("migrate", "--connection", "Host=127.0.0.1;Port=1;Database=x;Username=u;Password=not-to-be-seen")).ShouldFail(3, "127.0.0.1:1");

    [Fact]
    public async Task A_connection_string_that_is_none_is_bad_input() => (await Run.NirmaanAsync("migrate", "--connection", "Nonsense=1")).ShouldFail(2, "nonsense");
}
