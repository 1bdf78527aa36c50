using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Tests.Conformance;

/// <summary>Something that truly stands at a supplier and costs money, in the supplier's own books.</summary>
public sealed record TrueThing(string Id, string? Name, decimal ChargedUsd);

/// <summary>One adapter, as the host registers it, against the simulator of its supplier on one manual clock.</summary>
public interface ISupplierRig : IAsyncDisposable
{
    IComputeProvider Provider { get; }

    /// <summary>Every line that the adapter and what is below it logged.</summary>
    LogBook Log { get; }

    DateTimeOffset Now { get; }

    /// <summary>An id in the supplier's form that it never gave out.</summary>
    string UnknownId { get; }

    /// <summary>A request for one small machine that the supplier has.</summary>
    RentRequest Request(string name = Rig.Name, params (string Name, string Value)[] env);

    /// <summary>Lets the time pass and everything in it happen.</summary>
    Task AdvanceAsync(TimeSpan by);

    /// <summary>What lives on the account, whatever the adapter believes.</summary>
    Task<IReadOnlyList<TrueThing>> LivingAsync();

    /// <summary>The image that truly runs for a thing; null = nothing runs.</summary>
    Task<string?> RunsAsync(string id);

    /// <summary>The next create acts; its answer never comes, and the adapter waits for a short time only.</summary>
    Task SilenceCreateAsync();

    /// <summary>The next close acts; its answer never comes, and the adapter waits for a short time only.</summary>
    Task SilenceCloseAsync(string id);

    /// <summary>The supplier says a state word of this thing that nobody has heard before.</summary>
    Task SayNewWordAsync(string id, string word);

    /// <summary>The container of a thing writes these lines to its output.</summary>
    Task WriteLogAsync(string id, params string[] lines);

    /// <summary>So many connections that give a log break off, each in the middle of the next line that it gives.</summary>
    Task BreakLogAsync(int times);

    /// <summary>How often a create has reached the supplier.</summary>
    int Creates { get; }
}
