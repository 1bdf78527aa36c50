using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Evm.JsonRpc;

namespace Nirmaan.Evm.Tests.JsonRpc;

/// <summary>A node in memory: answers each HTTP body with what the test says.</summary>
public sealed class FakeNode(Func<string, HttpResponseMessage> answer) : HttpMessageHandler
{
    public List<string> Bodies { get; } = [];

    /// <summary>A client of a node that answers every request with this text.</summary>
    public static JsonRpcClient Saying(string text, HttpStatusCode status = HttpStatusCode.OK, JsonRpcLimits? limits = null) =>
        new FakeNode(_ => new HttpResponseMessage(status) { Content = new StringContent(text) }).Client(limits);

    /// <summary>A node that speaks JSON-RPC; the function answers one call's <c>result</c>, or throws <see cref="RefusedException"/>.</summary>
    public static FakeNode Of(Func<string, JsonArray, JsonNode?> call) => new(body =>
    {
        var request = JsonNode.Parse(body)!;
        JsonNode answers = request is JsonArray batch ? new JsonArray([.. batch.Select(one => Answer(one!, call))]) : Answer(request, call);
        return new HttpResponseMessage { Content = new StringContent(answers.ToJsonString(), Encoding.UTF8, "application/json") };
    });

    public JsonRpcClient Client(JsonRpcLimits? limits = null)
    {
        var http = HttpWithoutUrl();
        http.BaseAddress = new Uri("http://node.test/v2/key");
        return new JsonRpcClient(http, limits);
    }

    public HttpClient HttpWithoutUrl()
    {
        var services = new ServiceCollection();
        services.AddHttpClient("node").ConfigurePrimaryHttpMessageHandler(() => this);
        return services.BuildServiceProvider().GetRequiredService<IHttpClientFactory>().CreateClient("node");
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri.ShouldBe(new Uri("http://node.test/v2/key"));
        Bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
        return answer(Bodies[^1]);
    }

    private static JsonObject Answer(JsonNode request, Func<string, JsonArray, JsonNode?> call)
    {
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = request["id"]!.GetValue<long>() };
        try { answer["result"] = call(request["method"]!.GetValue<string>(), request["params"]!.AsArray()); }
        catch (RefusedException e) { answer["error"] = new JsonObject { ["code"] = e.Code, ["message"] = e.Message }; }
        return answer;
    }
}

/// <summary>An error that a <see cref="FakeNode"/> answers.</summary>
public sealed class RefusedException(int code, string message) : Exception(message)
{
    public int Code => code;
}
