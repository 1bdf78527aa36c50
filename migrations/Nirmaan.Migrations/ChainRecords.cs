using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Unbondings, delegations, claims and roots off the chain, and stakes that a reorganisation took back.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123020100_ChainRecords")]
public sealed class ChainRecords : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123020100_ChainRecords"));
}
