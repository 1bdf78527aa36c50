using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Plans under way can be stopped and resumed.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123010000_StopPlans")]
public sealed class StopPlans : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123010000_StopPlans"));
}
