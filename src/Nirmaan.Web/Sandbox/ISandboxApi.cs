using System.Text.Json;
using Refit;

namespace Nirmaan.Web.Sandbox;

/// <summary>The sandbox's own calls, for the panel: its clock, its faults and what truly is in its world. See src/Nirmaan.Sandbox/README.md.</summary>
public interface ISandboxApi
{
    /// <summary>Its time and mode.</summary>
    [Get("/sandbox/clock")]
    Task<SandboxClockWire?> ReadClockAsync(CancellationToken cancellationToken);

    /// <summary>The faults in force, with what each did; spent ones stay listed until they are lifted.</summary>
    [Get("/sandbox/faults")]
    Task<SandboxList<SandboxFaultWire>?> ReadFaultsAsync(CancellationToken cancellationToken);

    /// <summary>Every endpoint that a fault can be put on.</summary>
    [Get("/sandbox/faults/targets")]
    Task<SandboxList<string>?> ReadTargetsAsync(CancellationToken cancellationToken);

    /// <summary>Puts a fault in force (with a target) or lets an event befall something (with an id).</summary>
    [Post("/sandbox/faults")]
    Task<JsonElement> OrderAsync([Body] SandboxOrder order, CancellationToken cancellationToken);

    /// <summary>Lifts one fault.</summary>
    [Delete("/sandbox/faults/{id}")]
    Task<JsonElement> LiftAsync(int id, CancellationToken cancellationToken);

    /// <summary>Lifts all faults.</summary>
    [Delete("/sandbox/faults")]
    Task<JsonElement> LiftAllAsync(CancellationToken cancellationToken);

    /// <summary>What truly is.</summary>
    [Get("/sandbox/world")]
    Task<JsonElement> ReadWorldAsync(CancellationToken cancellationToken);

    /// <summary>Fills an address with NRM and ether for gas.</summary>
    [Post("/sandbox/faucet")]
    Task<SandboxGiftWire?> FillAsync([Body] SandboxFillOrder order, CancellationToken cancellationToken);

    /// <summary>What each supplier truly charged.</summary>
    [Get("/sandbox/bills")]
    Task<SandboxList<SandboxBillWire>?> ReadBillsAsync(CancellationToken cancellationToken);
}

/// <summary>Whom the faucet is to fill.</summary>
public sealed record SandboxFillOrder(string Address);

/// <summary>What the faucet gave, base units; 0 = there was enough.</summary>
public sealed record SandboxGiftWire(string Nrm, string Wei);

/// <summary>A list in an answer.</summary>
public sealed record SandboxList<T>(IReadOnlyList<T> Items);

/// <summary>Its clock. Mode is <c>manual</c> or <c>live</c>.</summary>
public sealed record SandboxClockWire(DateTimeOffset Now, string Mode);

/// <summary>A fault and what it did. Left = strikes left; null = until it is lifted.</summary>
public sealed record SandboxFaultWire(int Id, SandboxOrder Order, int? Left, IReadOnlyList<SandboxHitWire> Hits);

/// <summary>One strike.</summary>
public sealed record SandboxHitWire(DateTimeOffset At, string Where, string Did);

/// <summary>What is asked for: a fault on calls (target) or an event (id).</summary>
public sealed record SandboxOrder(
    string? Target = null, string? Kind = null, int? Times = null, int? Status = null, double? DelaySeconds = null, string? Match = null, string? Id = null);

/// <summary>One deployment's bill. USD.</summary>
public sealed record SandboxBillWire(string Supplier, string Id, string State, DateTimeOffset From, DateTimeOffset? To, decimal ChargedUsd, decimal HeldUsd);
