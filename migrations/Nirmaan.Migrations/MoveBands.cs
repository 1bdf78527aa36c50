using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>A move says between what its gain would have lain by the readings before its plan.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123060100_MoveBands")]
public sealed class MoveBands : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123060100_MoveBands"));
}
