using System.Globalization;
using Nirmaan.Domain.Fleet;
using Nirmaan.Networks.Templates;

namespace Nirmaan.Networks.Heurist;

/// <summary>
/// Templates of single models. Log rules, image and machine are those of the two shipped files; only what the model changes is changed. Each is
/// a workload of its own, since its points and needs differ.
/// </summary>
internal static class HeuristTemplates
{
    private const int LargeGb = 28, LargeMinutes = 75, SmallMinutes = 45;

    /// <summary>The image miner that serves what the server names.</summary>
    public static Template Images { get; } = TemplateFile.Shipped("heurist-sd");

    /// <summary>The text miner with Mixtral 8x7b.</summary>
    public static Template Texts { get; } = TemplateFile.Shipped("heurist-llm");

    /// <summary>A model's template.</summary>
    public static Template Of(HeuristModel model) => model switch
    {
        TextModel text => Named(Texts, text) with
        {
            Command = CommandOf(text),
            Env = With(Texts.Env, ("HEURIST_MODEL_ID", text.Id)),
            ReadyWithinMinutes = text.GateGb >= LargeGb ? LargeMinutes : SmallMinutes,
        },
        // Without a model of its own the miner is kept off SDXL and takes what the server names of the rest.
        ImageModel { Id: "" } image => Named(Images, image) with { Env = With(Images.Env, ("EXCLUDE_SDXL", "yes")) },
        ImageModel image => Named(Images, image) with { Env = With(Images.Env, ("MODEL_ID", image.Id)) },
        _ => throw new ArgumentException($"'{model}' is neither text nor image.", nameof(model)),
    };

    /// <summary>What llm-miner-starter.sh would run for a model: the ten words of llm-miner.py in their order.</summary>
    public static IReadOnlyList<string> CommandOf(TextModel model) =>
    [
        "python3", "llm-miner.py", model.Repository, model.Quantization ?? "None", model.Id, model.MemoryShare, model.Branch ?? "None", "0", "8000", "0", "true", "None",
    ];

    private static Template Named(Template template, HeuristModel model)
    {
        var name = $"{template.Name}-{model.Slug}";
        // The shipped file's words up to the model's licence are about the miner.
        var miner = template.Licence[..template.Licence.IndexOf(" Model", StringComparison.Ordinal)];
        return template with
        {
            Name = name, Workload = name, Needs = template.Needs with { MinVramGb = model.MinVramGb },
            Licence = string.Create(CultureInfo.InvariantCulture, $"{miner} Model: {(model.Id.Length > 0 ? model.Id : "Stable Diffusion 1.5 checkpoints")}, {model.Licence}."),
        };
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> env, (string Name, string Value) entry) => new(env) { [entry.Name] = entry.Value };
}
