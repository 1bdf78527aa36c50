using System.Text.Json;

namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>The text inside one event of a streamed chat completion.</summary>
internal static class StreamedText
{
    /// <summary>The event's piece of text: choices[0].delta.content of OpenAI's chunk, or the data itself when it is no such JSON.</summary>
    public static string Delta(string data)
    {
        try
        {
            using var chunk = JsonDocument.Parse(data);
            return chunk.RootElement.ValueKind == JsonValueKind.Object && chunk.RootElement.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
                && choices[0].TryGetProperty("delta", out var delta) && delta.TryGetProperty("content", out var content) ? content.GetString() ?? "" : "";
        }
        catch (JsonException) { return data; }
    }

    /// <summary>A whole stream that carries the text: one chunk per 400 characters, then [DONE].</summary>
    public static string Of(string text)
    {
        var chunks = text.Chunk(400).Select(c =>
            """data: {"choices":[{"index":0,"delta":{"content":""" + JsonSerializer.Serialize(new string(c), HeuristJson.Default.String) + "}}]}\n\n");
        return string.Concat(chunks) + "data: [DONE]\n\n";
    }
}
