using Microsoft.EntityFrameworkCore;

namespace Nirmaan.Control.Data;

/// <summary>Reads of the schema's state.</summary>
public sealed class SchemaQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>Migrations of this version that the database lacks. Throws when it cannot be reached.</summary>
    public async Task<IReadOnlyList<string>> ListPendingAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return [.. await db.Database.GetPendingMigrationsAsync(cancellationToken)];
    }
}
