using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Pins and vetoes.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123010500_Directives")]
public sealed class Directives : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123010500_Directives"));
}
