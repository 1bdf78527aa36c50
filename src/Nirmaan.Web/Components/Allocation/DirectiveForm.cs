using System.Globalization;
using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Amounts;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>A pin or veto as it is typed.</summary>
internal sealed class DirectiveForm
{
    private string _what = "Pin Workload";

    /// <summary>What can be given: kind and subject, with its label.</summary>
    public static IReadOnlyList<(string Key, string Label)> Whats { get; } =
    [
        ("Pin Workload", "Pin GPUs to a workload"), ("Pin Network", "Pin GPUs to a network"), ("Veto Network", "Veto a network"), ("Veto Workload", "Veto a workload"),
        ("Veto Supplier", "Veto a supplier"), ("Veto Gpu", "Veto a GPU model"),
    ];

    /// <summary>One of <see cref="Whats"/>; another one asks for another name.</summary>
    public string What
    {
        get => _what;
        set => (_what, Name) = (value, value == _what ? Name : "");
    }

    public string Name { get; set; } = "";
    public string Gpu { get; set; } = "";
    public string Count { get; set; } = "";
    public string Hours { get; set; } = "24";
    public string Why { get; set; } = "";
    public DirectiveKind Kind => Enum.Parse<DirectiveKind>(_what.Split(' ')[0]);
    public DirectiveSubject Subject => Enum.Parse<DirectiveSubject>(_what.Split(' ')[1]);

    /// <summary>Names to choose from.</summary>
    public IReadOnlyList<string> Names(DirectiveChoices choices) => Subject switch
    {
        DirectiveSubject.Network => choices.Networks,
        DirectiveSubject.Workload => choices.Workloads,
        DirectiveSubject.Supplier => choices.Suppliers,
        _ => choices.Gpus,
    };

    /// <summary>What is asked for; the verb refuses what makes no sense, by its field.</summary>
    public DirectiveRequest Request(DateTimeOffset now) => new(
        Kind, Subject, Name, Gpu.Length == 0 ? null : Gpu, Whole(Count), now.AddHours(Math.Min(Whole(Hours), 1_000_000)), Why);

    private static int Whole(string text) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

/// <summary>Pins and vetoes as sentences.</summary>
internal static class DirectiveWords
{
    /// <summary>"At least 4 × RTX A6000 stay at heurist-llm", "Nothing further goes to Akash".</summary>
    public static string Of(Directive directive) => directive.Kind == DirectiveKind.Pin
        ? $"At least {(directive.Gpu is { } gpu ? Kit.Names.Of(new GpuModel(gpu), directive.Count) : AllocationWords.Gpus(directive.Count))} {(directive.Count == 1 ? "stays" : "stay")} at {NameOf(directive.Subject, directive.Name)}"
        : directive.Subject is DirectiveSubject.Network or DirectiveSubject.Workload ? $"No further GPU goes to {NameOf(directive.Subject, directive.Name)}"
        : $"Nothing further is rented {(directive.Subject == DirectiveSubject.Supplier ? "at" : "of")} {NameOf(directive.Subject, directive.Name)}";

    /// <summary>A subject's name as people know it.</summary>
    public static string NameOf(DirectiveSubject subject, string name) => subject switch
    {
        DirectiveSubject.Network => Kit.Names.Of(new NetworkName(name)),
        DirectiveSubject.Supplier => Kit.Names.Of(new SupplierName(name)),
        DirectiveSubject.Gpu => Kit.Names.Of(new GpuModel(name)),
        _ => name,
    };

    /// <summary>Who ended it, or that its time was over.</summary>
    public static string EndOf(Directive directive) => directive.EndedBy is { } by && by != nameof(GiveDirective) ? by : "its time was over";
}
