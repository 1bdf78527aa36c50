using System.Net;
using Microsoft.AspNetCore.Http;
using Refit;

namespace Nirmaan.Rest.Tests.OwnRules;

public sealed class LimitTests(Echo echo) : IClassFixture<Echo>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static RefitSettings AtMost(long bytes) => new() { MaxResponseBytes = bytes };

    private void Answer(string body, bool announce) => echo.Answer = async context =>
    {
        if (announce) { context.Response.ContentLength = body.Length; }
        await context.Response.WriteAsync(body, context.RequestAborted);
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_an_exception_and_no_cut_text(bool announced)
    {
        Answer(new string('x', 1001), announced);
        var error = await Should.ThrowAsync<ApiException>(echo.Client<IAnswerApi>(AtMost(1000)).TextAsync(Token));
        error.Message.ShouldContain("more than 1000 bytes");
        error.Content.ShouldBeNull();
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_read()
    {
        Answer(new string('x', 1000), announce: false);
        (await echo.Client<IAnswerApi>(AtMost(1000)).TextAsync(Token)).Length.ShouldBe(1000);
    }

    [Fact]
    public async Task A_response_over_the_limit_keeps_its_status()
    {
        Answer(new string('x', 1001), announce: false);
        using var response = await echo.Client<IAnswerApi>(AtMost(1000)).TextResponseAsync(Token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.IsSuccessful.ShouldBeFalse();
    }

    [Fact]
    public async Task A_body_that_never_ends_runs_into_the_clients_timeout()
    {
        echo.Answer = async context =>
        {
            await context.Response.WriteAsync("begin", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
        };
        var api = echo.Client<IAnswerApi>(configure: http => http.Timeout = TimeSpan.FromMilliseconds(300));
        (await Assert.ThrowsAsync<TaskCanceledException>(() => api.TextAsync(Token))).InnerException.ShouldBeOfType<TimeoutException>();
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task A_path_value_that_would_address_something_else_is_refused(string id) =>
        (await Should.ThrowAsync<ArgumentException>(echo.Client<IEchoApi>().RemoveAsync(id, Token))).Message.ShouldContain("id is part of the path");

    [Fact]
    public async Task A_path_value_cannot_lead_to_another_host() =>
        await Should.ThrowAsync<ArgumentException>(echo.Client<IAnyPath>().GetAsync("/evil.example/x", Token));

    [Fact]
    public async Task A_header_value_with_a_line_break_is_refused() =>
        await Should.ThrowAsync<ArgumentException>(echo.Client<IEchoApi>().CreateAsync(new Machine("rig", 8), "a\r\nX-Admin: 1", Token));

    [Fact]
    public async Task The_message_of_an_exception_names_path_and_status_and_nothing_secret()
    {
        echo.Answer = context =>
        {
            context.Response.StatusCode = 401;
            return context.Response.WriteAsync("secret body", context.RequestAborted);
        };
        var error = await Should.ThrowAsync<ApiException>(echo.Client<ISecretQuery>().GetAsync("secret-key", Token));
        error.Message.ShouldBe("GET /x answered 401 (Unauthorized).");
    }

    public interface IAnyPath
    {
        [Get("/{**path}")]
        Task<string> GetAsync(string path, CancellationToken cancellationToken);
    }

    public interface ISecretQuery
    {
        [Get("/x")]
        Task<string> GetAsync(string apiKey, CancellationToken cancellationToken);
    }
}
