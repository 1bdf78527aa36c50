using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>What admins' wallets sent to publish epochs, and which asset a distributor's record is of.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123071000_Publications")]
public sealed class Publications : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123071000_Publications"));
}
