using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Points that became tokens, and how far their lock has ended.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261124100000_Conversions")]
public sealed class Conversions : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261124100000_Conversions"));
}
