using System.Text.Json;

namespace Nirmaan.Providers.Tests;

/// <summary>A supplier in the small: what it holds, in the wire shapes of the facts, so that the same tests run against each adapter.</summary>
public abstract class SupplierDouble
{
    public List<Machine> Machines { get; } = [];

    /// <summary>Something on the account; State is the supplier's word.</summary>
    public sealed class Machine(string id, string? name, string state)
    {
        public string Id => id;

        public string? Name { get; set; } = name;

        public string State { get; set; } = state;
    }

    public abstract string CreateCall { get; }

    public abstract string ListCall { get; }

    public abstract string FindCall(string id);

    public abstract string CloseCall(string id);

    public abstract Said Answer(Seen seen);

    protected static Said Json(object body, int status = 200) => new(status, JsonSerializer.Serialize(body));
}
