using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Alerts to ops, and credit bought at suppliers.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261124120000_Alerts")]
public sealed class Alerts : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261124120000_Alerts"));
}
