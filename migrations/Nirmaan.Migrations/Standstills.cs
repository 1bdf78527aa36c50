using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Maintenance windows and freezes.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123121000_Standstills")]
public sealed class Standstills : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123121000_Standstills"));
}
