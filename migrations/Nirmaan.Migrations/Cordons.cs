using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Machines that plans, rolls and idle stops leave alone.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261124110000_Cordons")]
public sealed class Cordons : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261124110000_Cordons"));
}
