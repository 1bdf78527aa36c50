using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Consents under an API key's own name, from before keys acted as their account, do not count.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123173000_ConsentsOfAccounts")]
public sealed class ConsentsOfAccounts : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123173000_ConsentsOfAccounts"));
}
