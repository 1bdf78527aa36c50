using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Sums of an account's returns are made by the database.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123174010_ReturnSums")]
public sealed class ReturnSums : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123174010_ReturnSums"));
}
