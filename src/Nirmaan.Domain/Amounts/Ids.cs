namespace Nirmaan.Domain.Amounts;

/// <summary>A rentable machine at a price, as last seen.</summary>
public readonly record struct OfferId(Guid Value)
{
    /// <summary>A new id, ordered by time.</summary>
    public static OfferId New(DateTimeOffset now) => new(OrderedGuid.New(now));
    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}

/// <summary>A machine that we rent.</summary>
public readonly record struct InstanceId(Guid Value)
{
    /// <summary>A new id, ordered by time.</summary>
    public static InstanceId New(DateTimeOffset now) => new(OrderedGuid.New(now));
    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}

/// <summary>A workload that we run on an instance.</summary>
public readonly record struct MinerId(Guid Value)
{
    /// <summary>A new id, ordered by time.</summary>
    public static MinerId New(DateTimeOffset now) => new(OrderedGuid.New(now));
    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}

/// <summary>One intended effect on an outside system.</summary>
public readonly record struct OperationId(Guid Value)
{
    /// <summary>A new id, ordered by time.</summary>
    public static OperationId New(DateTimeOffset now) => new(OrderedGuid.New(now));
    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}

/// <summary>One answer of the optimiser: where GPUs should go.</summary>
public readonly record struct PlanId(Guid Value)
{
    /// <summary>A new id, ordered by time.</summary>
    public static PlanId New(DateTimeOffset now) => new(OrderedGuid.New(now));
    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}

/// <summary>One step of a plan.</summary>
public readonly record struct MoveId(Guid Value)
{
    /// <summary>A new id, ordered by time.</summary>
    public static MoveId New(DateTimeOffset now) => new(OrderedGuid.New(now));
    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}

/// <summary>A pin or veto.</summary>
public readonly record struct DirectiveId(Guid Value)
{
    /// <summary>A new id, ordered by time.</summary>
    public static DirectiveId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));
    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}

/// <summary>A block of a provider.</summary>
public readonly record struct ProviderBlockId(Guid Value)
{
    /// <summary>A new id, ordered by time.</summary>
    public static ProviderBlockId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));
    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}
