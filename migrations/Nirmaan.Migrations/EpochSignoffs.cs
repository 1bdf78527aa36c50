using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Fee policies by date, and consents to closing an epoch.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123040000_EpochSignoffs")]
public sealed class EpochSignoffs : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123040000_EpochSignoffs"));
}
