using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Search in kept logs, who follows which log, and commands run in containers.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123174000_LogSearch")]
public sealed class LogSearch : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123174000_LogSearch"));
}
