using Nirmaan.Control.Data;
using Nirmaan.Control.Tests;
using Nirmaan.Testing;

[assembly: AssemblyFixture(typeof(Database))]

namespace Nirmaan.Control.Tests;

/// <summary>The migrated database of this run; each test works on its own copy.</summary>
public sealed class Database() : PostgresFixture((connectionString, cancellationToken) => DatabaseMigrator.MigrateAsync(connectionString, cancellationToken));
