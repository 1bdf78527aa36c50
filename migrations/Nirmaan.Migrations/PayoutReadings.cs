using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Nirmaan.Control.Data;

namespace Nirmaan.Migrations;

/// <summary>Where miners are paid, as read back from them.</summary>
[DbContext(typeof(NirmaanDbContext)), Migration("20261123130000_PayoutReadings")]
public sealed class PayoutReadings : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlOf.Migration("20261123130000_PayoutReadings"));
}
