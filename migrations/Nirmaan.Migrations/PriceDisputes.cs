using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Quotes that were not believed, and what stands behind a pool's.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123177000_PriceDisputes")]
public sealed class PriceDisputes : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123177000_PriceDisputes"));
}
