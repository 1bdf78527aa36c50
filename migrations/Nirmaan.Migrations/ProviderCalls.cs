using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>What the owner of our Morpheus provider sent.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123176000_ProviderCalls")]
public sealed class ProviderCalls : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123176000_ProviderCalls"));
}
