using Refit;

namespace Nirmaan.Providers.Agents;

/// <summary>The call of the agent in a rented container that is used here; docs/agent.md has the whole of it.</summary>
internal interface IAgentApi
{
    /// <summary>Its newest lines as plain text.</summary>
    /// <param name="authorization"><c>Bearer</c> and the agent's token.</param>
    [Get("/logs")]
    Task<IApiResponse<string>> ReadLogsAsync([Query] int tail, [Header("Authorization")] string authorization, CancellationToken cancellationToken);
}
