using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>What a key holds, or why that cannot be read.</summary>
public sealed record KeyReading(string Name, KeyBalance? Balance, string? Error);

/// <summary>Reads of what operating keys have left for gas and fees.</summary>
public sealed class KeyQueries(IEnumerable<IOperatingKey> keys)
{
    /// <summary>Every key; they are asked now.</summary>
    public async Task<IReadOnlyList<KeyReading>> ReadAsync(CancellationToken cancellationToken)
    {
        List<KeyReading> readings = [];
        foreach (var key in keys)
        {
            try { readings.Add(new KeyReading(key.Name, await key.ReadAsync(cancellationToken), null)); }
            catch (SupplierUnavailableException e) { readings.Add(new KeyReading(key.Name, null, e.Message)); }
        }
        return readings;
    }
}
