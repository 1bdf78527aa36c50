using System.Globalization;

namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>Draws what users ask for: sizes and steps of images, lengths of texts. One text in fifty is a probe that checks the answer's topic.</summary>
internal static class JobMaker
{
    private const double ProbeShare = 0.02;

    private static readonly string[] s_topics = ["lighthouse", "glacier", "violin", "orchard", "comet", "harbour", "falcon", "lantern"];
    private static readonly string[] s_subjects = ["a lake at dawn", "a crowded night market", "an old library", "a sailing ship in fog", "a portrait of a gardener"];

    // Users' texts have few lengths, so each is made once.
    private static readonly string[] s_texts = [.. Enumerable.Range(2, 13).Select(i => Prompt(Filler.Words(i * 50).ToString()))];
    private static readonly string[] s_credentials = ["ASIASANDBOXSANDBOX", "sandbox-secret", "sandbox-session-token"];

    /// <summary>A job of the model, and the topic its answer must name when it is a probe.</summary>
    public static (HeuristJob Job, string? Topic) Make(HeuristModel model, Random random)
    {
        if (model.Kind == PointKind.Waifu) { return (Image(model, random), null); }
        var topic = random.NextDouble() < ProbeShare ? s_topics[random.Next(s_topics.Length)] : null;
        var prompt = topic is null ? s_texts[random.Next(s_texts.Length)] : Prompt($"Tell me a short story about a {topic}");
        var input = new TextInput(prompt, 0.7, random.Next(2) == 0 ? 512 : 1024, -1, random.NextDouble() < 0.3);
        return (new HeuristJob(Id(topic is null ? "sdk-text" : "heurist-llm", random), model.Id, null, new ModelInput(null, input)), topic);
    }

    private static HeuristJob Image(HeuristModel model, Random random)
    {
        var (width, height) = model.Base == "sd15" ? (512, random.Next(2) == 0 ? 512 : 768) : (1024, 1024);
        var steps = model.Base == "sd15" ? random.Next(20, 26) : 20 + 5 * random.Next(3);
        var input = new ImageInput(s_subjects[random.Next(s_subjects.Length)], "blurry", height, width, steps, 7, random.Next());
        return new HeuristJob(Id("sdk-image", random), model.Id, s_credentials, new ModelInput(input, null));
    }

    private static string Prompt(string content) => $$"""[{"role":"user","content":"{{content}}"}]""";

    private static string Id(string prefix, Random random) => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{random.NextInt64():x16}");
}

/// <summary>Text of a wanted length. The network counts tokens at four characters each.</summary>
internal static class Filler
{
    private const string Sentence = "the quick tide turns and the long road bends over the hill again ";
    private const int LongestTokens = 4096;
    private static readonly string s_all = string.Concat(Enumerable.Repeat(Sentence, LongestTokens * 4 / Sentence.Length + 1));

    /// <summary>Words worth so many tokens, at most 4,096.</summary>
    public static ReadOnlySpan<char> Words(int tokens) => s_all.AsSpan(0, Math.Clamp(tokens, 0, LongestTokens) * 4);

    /// <summary>How many tokens a text counts for.</summary>
    public static int Tokens(string text) => text.Length / 4;
}
