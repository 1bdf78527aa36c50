using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Newest releases of what templates pack.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261124140000_Releases")]
public sealed class Releases : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261124140000_Releases"));
}
