using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Causes of losses and what they spend of the budgets.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261124130000_Recoveries")]
public sealed class Recoveries : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261124130000_Recoveries"));
}
