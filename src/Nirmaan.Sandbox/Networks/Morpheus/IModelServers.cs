namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>The model servers that are up, by on-chain model id. The containers' side fills it, the node's side sends prompts through it.</summary>
public interface IModelServers
{
    /// <summary>A server for a model is up; it answers an OpenAI chat completion body, or null when it does not answer.</summary>
    void Up(string modelId, Func<string, CancellationToken, Task<string?>> prompt);

    /// <summary>The model's server is gone.</summary>
    void Down(string modelId);
}
