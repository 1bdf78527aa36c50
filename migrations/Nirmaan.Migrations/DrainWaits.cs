using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>What draining machines wait for.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261122204000_DrainWaits")]
public sealed class DrainWaits : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261122204000_DrainWaits"));
}
