using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Plans solved again stand by themselves, graded or not; a plan says that it was proved best.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123190000_ReplaysOfAllPlans")]
public sealed class ReplaysOfAllPlans : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123190000_ReplaysOfAllPlans"));
}
