using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Subscriptions and their messages.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123080000_Notices")]
public sealed class Notices : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123080000_Notices"));
}
