namespace Nirmaan.Domain.Amounts;

/// <summary>A company or market that rents GPUs out: <c>akash</c>, <c>ionet</c>, <c>runpod</c>. Lower-case.</summary>
public readonly record struct SupplierName(string Value)
{
    /// <summary>Akash through its Console API.</summary>
    public static readonly SupplierName Akash = new("akash");
    /// <summary>io.net containers as a service.</summary>
    public static readonly SupplierName IoNet = new("ionet");
    /// <summary>io.net's virtual machines.</summary>
    public static readonly SupplierName IoNetVm = new("ionet-vm");
    /// <summary>RunPod's pods through its REST interface v2.</summary>
    public static readonly SupplierName RunPod = new("runpod");
    /// <summary>Machines of ours and of partners, over ssh.</summary>
    public static readonly SupplierName Own = new("own");
    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>An AI network that pays for work: <c>heurist</c>, <c>morpheus</c>. Lower-case.</summary>
public readonly record struct NetworkName(string Value)
{
    /// <summary>Heurist: image and text models, paid in points.</summary>
    public static readonly NetworkName Heurist = new("heurist");
    /// <summary>Morpheus: inference sessions, paid in MOR.</summary>
    public static readonly NetworkName Morpheus = new("morpheus");
    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>Network, role and model together, for example <c>heurist-sd</c>: what one GPU can be set to do. Lower-case.</summary>
public readonly record struct WorkloadName(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>
/// One reward pool in which our work competes with others': a network has one or more (Heurist pays Llama and Waifu points from separate
/// pools: <c>heurist-llama</c>, <c>heurist-waifu</c>). These are the "networks" of instance.json.
/// </summary>
public readonly record struct PoolName(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}
