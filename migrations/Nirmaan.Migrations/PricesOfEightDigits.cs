using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Prices of machines keep eight digits, those of before too.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123095000_PricesOfEightDigits")]
public sealed class PricesOfEightDigits : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123095000_PricesOfEightDigits"));
}
