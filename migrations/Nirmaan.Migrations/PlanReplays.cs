using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>A grade keeps how its estimates came true and whether the question still gives the plan.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123050500_PlanReplays")]
public sealed class PlanReplays : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123050500_PlanReplays"));
}
