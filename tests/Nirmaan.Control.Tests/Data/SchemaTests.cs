using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Testing;
using Npgsql;

namespace Nirmaan.Control.Tests.Data;

/// <summary>No snapshot can be generated here, so the migrated database itself is held against the EF model, both ways.</summary>
public sealed class SchemaTests(ControlPostgres database)
{
    [Fact]
    public async Task Every_table_and_column_of_the_model_is_in_the_database_and_no_other()
    {
        await using var copy = await database.CreateDatabaseAsync();
        await using var db = new NirmaanDbContext(DatabaseMigrator.Options(copy.ConnectionString));
        var expected = Tables(db).SelectMany(t => t.Columns.Where(c => c.Name != "xmin").Select(c => $"{t.Name}.{c.Name} {c.StoreType} {(c.IsNullable ? "null" : "not null")}"));
        var actual = await ReadAsync(copy, """
            SELECT c.table_name || '.' || c.column_name || ' ' || CASE c.data_type WHEN 'ARRAY' THEN substr(c.udt_name, 2) || '[]' ELSE c.data_type END
                || ' ' || CASE c.is_nullable WHEN 'YES' THEN 'null' ELSE 'not null' END
            FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name NOT LIKE '\_\_%'
            """);
        actual.Order().ShouldBe(expected.Order());
    }

    [Fact]
    public async Task Every_key_and_index_of_the_model_is_in_the_database_and_no_other()
    {
        await using var copy = await database.CreateDatabaseAsync();
        await using var db = new NirmaanDbContext(DatabaseMigrator.Options(copy.ConnectionString));
        var expected = Tables(db).SelectMany(t =>
            t.UniqueConstraints.Select(k => $"{t.Name} {k.Name} unique ({string.Join(", ", k.Columns.Select(c => c.Name))})")
            .Concat(t.Indexes.Select(i => $"{t.Name} {i.Name}{(i.IsUnique ? " unique" : "")} ({string.Join(", ", i.Columns.Select(c => c.Name))})")));
        var actual = await ReadAsync(copy, """
            SELECT t.relname || ' ' || i.relname || CASE WHEN x.indisunique THEN ' unique' ELSE '' END || ' (' ||
                (SELECT string_agg(a.attname, ', ' ORDER BY k.ord) FROM unnest(x.indkey) WITH ORDINALITY k(att, ord) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.att) || ')'
            FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
            WHERE n.nspname = 'public' AND t.relname NOT LIKE '\_\_%'
            """);
        actual.Order().ShouldBe(expected.Order());
    }

    [Fact]
    public async Task Every_link_of_the_model_is_a_foreign_key_in_the_database_and_no_other()
    {
        await using var copy = await database.CreateDatabaseAsync();
        await using var db = new NirmaanDbContext(DatabaseMigrator.Options(copy.ConnectionString));
        var expected = Tables(db).SelectMany(t => t.ForeignKeyConstraints.Select(f => $"{t.Name} {f.Name} -> {f.PrincipalTable.Name} {(f.OnDeleteAction == ReferentialAction.Cascade ? "c" : "r")}"));
        var actual = await ReadAsync(copy, "SELECT conrelid::regclass::text || ' ' || conname || ' -> ' || confrelid::regclass::text || ' ' || confdeltype::text FROM pg_constraint WHERE contype = 'f'");
        actual.Order().ShouldBe(expected.Order());
    }

    [Theory]
    [InlineData("ledger")]
    [InlineData("distributions")]
    [InlineData("timeline")]
    public async Task Books_and_history_cannot_be_edited(string table)
    {
        await using var copy = await database.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(copy.ConnectionString);
        await using var delete = source.CreateCommand($"DELETE FROM {table}");
        (await Should.ThrowAsync<PostgresException>(() => delete.ExecuteNonQueryAsync())).MessageText.ShouldBe($"{table} is append-only");
    }

    [Fact]
    public async Task Migrators_that_start_together_migrate_once()
    {
        await using var copy = await database.CreateDatabaseAsync();
        var fresh = new NpgsqlConnectionStringBuilder(copy.ConnectionString) { Database = $"fresh_{Guid.NewGuid():N}", Pooling = false };
        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => DatabaseMigrator.MigrateAsync(fresh.ConnectionString, CancellationToken.None)));
        applied.Count(a => a.Count > 0).ShouldBe(1);
        await using var source = NpgsqlDataSource.Create(copy.ConnectionString);
        await using var drop = source.CreateCommand($"DROP DATABASE {fresh.Database} WITH (FORCE)");
        await drop.ExecuteNonQueryAsync();
    }

    private static IEnumerable<ITable> Tables(NirmaanDbContext db) => db.GetService<IDesignTimeModel>().Model.GetRelationalModel().Tables;

    private static async Task<List<string>> ReadAsync(TestDatabase copy, string sql)
    {
        await using var source = NpgsqlDataSource.Create(copy.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> rows = [];
        while (await reader.ReadAsync()) { rows.Add(reader.GetString(0)); }
        return rows;
    }
}
