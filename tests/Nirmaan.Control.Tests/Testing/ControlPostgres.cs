using Nirmaan.Control.Data;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Testing;

[assembly: AssemblyFixture(typeof(ControlPostgres))]

namespace Nirmaan.Control.Tests.Testing;

/// <summary>One server for the run, with the product's own schema.</summary>
public sealed class ControlPostgres() : PostgresFixture(DatabaseMigrator.MigrateAsync);
