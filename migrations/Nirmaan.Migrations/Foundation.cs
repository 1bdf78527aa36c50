using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>The first schema: all stages.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261122000001_Foundation")]
public sealed class Foundation : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261122000001_Foundation"));
}
