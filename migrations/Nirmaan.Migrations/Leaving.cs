using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Machines that are to go once another earns in their place, and miners' recipes by hash.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123120000_Leaving")]
public sealed class Leaving : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123120000_Leaving"));
}
