using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>The trees that proofs are cut from, and an epoch's sums beside its leaves.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123172000_ClaimTrees")]
public sealed class ClaimTrees : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123172000_ClaimTrees"));
}
