using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Who pays the rent by asset and network, and the sales that pay it.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123070000_Sales")]
public sealed class Sales : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123070000_Sales"));
}
