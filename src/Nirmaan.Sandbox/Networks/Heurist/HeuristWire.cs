using System.Text.Json.Serialization;

namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>A miner asks for a job. Hardware and version come along once a minute or less often: that is the heartbeat.</summary>
public sealed record MinerRequest(string MinerId, string ModelId, int MinDeadline = 1, string? Hardware = null, string? Version = null)
{
    /// <summary>
    /// In-process miners only: since when the miner has stood in line. The polls of that time, which would have been answered "NJ",
    /// are left out, and count as made.
    /// </summary>
    [JsonIgnore]
    public DateTimeOffset? InLineSince { get; init; }
}

/// <summary>A job for a miner.</summary>
public sealed record HeuristJob(string JobId, string ModelId, IReadOnlyList<string>? TempCredentials, ModelInput ModelInput);

/// <summary>The input, for images or for text.</summary>
public sealed record ModelInput([property: JsonPropertyName("SD")] ImageInput? Sd, [property: JsonPropertyName("LLM")] TextInput? Llm);

/// <summary>An image to make.</summary>
public sealed record ImageInput(string Prompt, string NegPrompt, int Height, int Width, int NumIterations, double GuidanceScale, long Seed);

/// <summary>A text to write; the prompt is JSON, a list of chat messages. Seed -1 = none.</summary>
public sealed record TextInput(string Prompt, double Temperature, int MaxTokens, int Seed, bool UseStream);

/// <summary>A miner's result, with its latencies in seconds.</summary>
public sealed record Submission(string MinerId, string JobId, JobResult Result, double RequestLatency, double? LoadingLatency, double InferenceLatency,
    double? UploadLatency, string? Signature = null, string? IdentityAddress = null);

/// <summary>The key of the image in the bucket, or the text.</summary>
public sealed record JobResult([property: JsonPropertyName("S3Key")] string? S3Key, [property: JsonPropertyName("Text")] string? Text);

/// <summary>A miner says every ten minutes what it has loaded.</summary>
public sealed record MinerSignal(string MinerId, string ModelType, string ModelId, string? Hardware = null, string? Version = null,
    SignalOptions? Options = null, bool? SkipUpdate = null);

/// <summary>What an image miner does not take.</summary>
public sealed record SignalOptions(bool ExcludeSdxl);

/// <summary>The model the server wants an image miner to load next.</summary>
public sealed record SignalAnswer(string? ModelId);

/// <summary>The protocol's JSON: snake_case, absent fields left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MinerRequest))]
[JsonSerializable(typeof(HeuristJob))]
[JsonSerializable(typeof(Submission))]
[JsonSerializable(typeof(MinerSignal))]
[JsonSerializable(typeof(SignalAnswer))]
[JsonSerializable(typeof(HeuristStats))]
[JsonSerializable(typeof(string))]
internal sealed partial class HeuristJson : JsonSerializerContext;
