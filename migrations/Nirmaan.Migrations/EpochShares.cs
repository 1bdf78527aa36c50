using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Each account's lines of closed epochs in a table of their own, kept by the database.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123160000_EpochShares")]
public sealed class EpochShares : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123160000_EpochShares"));
}
