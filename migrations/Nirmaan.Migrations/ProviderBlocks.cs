using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Blocks of providers, and why a machine was not to be had.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123090000_ProviderBlocks")]
public sealed class ProviderBlocks : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123090000_ProviderBlocks"));
}
