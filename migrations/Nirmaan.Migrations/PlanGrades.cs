using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>What became of plans.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261122221000_PlanGrades")]
public sealed class PlanGrades : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261122221000_PlanGrades"));
}
