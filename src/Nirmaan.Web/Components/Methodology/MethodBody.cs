using Microsoft.AspNetCore.Components;

namespace Nirmaan.Web.Components.Methodology;

/// <summary>The explanation of one method. It stands without the running system's figures, and shows them where they are read.</summary>
public abstract class MethodBody : ComponentBase
{
    /// <summary>Null = not read yet, or not readable.</summary>
    [Parameter] public MethodFacts? Facts { get; set; }
}
