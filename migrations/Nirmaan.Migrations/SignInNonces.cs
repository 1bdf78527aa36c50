using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Nonces of sign-ins with a wallet.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123020000_SignInNonces")]
public sealed class SignInNonces : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123020000_SignInNonces"));
}
