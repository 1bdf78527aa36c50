using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>An index on what operations are about.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261122193000_FindByExternalId")]
public sealed class FindByExternalId : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261122193000_FindByExternalId"));
}
