using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Refit;

namespace Nirmaan.Rest.Tests;

public interface IAnswerApi
{
    [Get("/x")]
    Task<Machine?> MachineAsync(CancellationToken cancellationToken);

    [Get("/x")]
    Task<string> TextAsync(CancellationToken cancellationToken);

    [Delete("/x")]
    Task NothingAsync(CancellationToken cancellationToken);

    [Get("/x")]
    Task<HttpResponseMessage> RawAsync(CancellationToken cancellationToken);

    [Get("/x")]
    Task<IApiResponse> StatusAsync(CancellationToken cancellationToken);

    [Get("/x")]
    Task<IApiResponse<Machine>> ResponseAsync(CancellationToken cancellationToken);

    [Get("/x")]
    Task<IApiResponse<string>> TextResponseAsync(CancellationToken cancellationToken);
}

public sealed record Problem(string Code);

public sealed class AnswerTests(Echo echo) : IClassFixture<Echo>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IAnswerApi Answering(int status, string body, string contentType = "application/json", Action<HttpResponse>? also = null)
    {
        echo.Answer = context =>
        {
            context.Response.StatusCode = status;
            also?.Invoke(context.Response);
            if (body.Length == 0) { return Task.CompletedTask; }
            context.Response.ContentType = contentType;
            return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body), context.RequestAborted).AsTask();
        };
        return echo.Client<IAnswerApi>();
    }

    [Fact]
    public async Task A_body_is_read_as_declared() =>
        (await Answering(200, """{"name":"rig","gpuCount":8}""").MachineAsync(Token)).ShouldBe(new Machine("rig", 8));

    [Fact]
    public async Task A_text_comes_as_it_is() =>
        (await Answering(200, "\"NJ\"").TextAsync(Token)).ShouldBe("\"NJ\"");

    [Fact]
    public async Task An_answer_without_content_is_null() =>
        (await Answering(204, "").MachineAsync(Token)).ShouldBeNull();

    [Fact]
    public async Task A_call_without_result_ends_on_success() =>
        await Answering(202, "ignored", "text/plain").NothingAsync(Token).ShouldNotThrowAsync();

    [Theory]
    [InlineData(302)]
    [InlineData(402)]
    [InlineData(500)]
    public async Task Another_status_is_an_exception_with_the_status(int status) =>
        ((int)(await Should.ThrowAsync<ApiException>(Answering(status, "{}").MachineAsync(Token))).StatusCode).ShouldBe(status);

    [Fact]
    public async Task The_exception_keeps_body_and_headers()
    {
        var api = Answering(429, "<html>slow down</html>", "text/html", r => r.Headers.RetryAfter = "7");
        var error = await Should.ThrowAsync<ApiException>(api.NothingAsync(Token));
        error.Content.ShouldBe("<html>slow down</html>");
        error.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
        error.ContentHeaders!.ContentType!.MediaType.ShouldBe("text/html");
        error.HttpMethod.ShouldBe(HttpMethod.Delete);
    }

    [Fact]
    public async Task The_exceptions_body_can_be_read_as_an_error_envelope()
    {
        var error = await Should.ThrowAsync<ApiException>(Answering(409, """{"code":"taken"}""").TextAsync(Token));
        (await error.GetContentAsAsync<Problem>()).ShouldBe(new Problem("taken"));
    }

    [Fact]
    public async Task Garbage_with_status_200_is_an_exception_with_the_garbage()
    {
        var error = await Should.ThrowAsync<ApiException>(Answering(200, "<html>", "text/html").MachineAsync(Token));
        error.StatusCode.ShouldBe(HttpStatusCode.OK);
        error.InnerException.ShouldBeOfType<System.Text.Json.JsonException>();
    }

    [Fact]
    public async Task A_response_gives_the_status_without_throwing()
    {
        using var response = await Answering(404, """{"code":"gone"}""").ResponseAsync(Token);
        response.ShouldSatisfyAllConditions(
            r => r.StatusCode.ShouldBe(HttpStatusCode.NotFound),
            r => r.IsSuccessStatusCode.ShouldBeFalse(),
            r => r.IsSuccessful.ShouldBeFalse(),
            r => r.Content.ShouldBeNull(),
            r => r.Error!.Content.ShouldBe("""{"code":"gone"}"""));
    }

    [Fact]
    public async Task A_response_with_garbage_says_so_beside_its_good_status()
    {
        using var response = await Answering(200, "not json").ResponseAsync(Token);
        response.ShouldSatisfyAllConditions(
            r => r.IsSuccessStatusCode.ShouldBeTrue(),
            r => r.IsSuccessful.ShouldBeFalse(),
            r => r.Content.ShouldBeNull());
    }

    [Fact]
    public async Task A_good_response_has_content_and_headers()
    {
        using var response = await Answering(200, """{"name":"rig","gpuCount":8}""", also: r => r.Headers["X-Total"] = "3").ResponseAsync(Token);
        response.ShouldSatisfyAllConditions(
            r => r.IsSuccessful.ShouldBeTrue(),
            r => r.Error.ShouldBeNull(),
            r => r.Content.ShouldBe(new Machine("rig", 8)),
            r => r.Headers.GetValues("X-Total").ShouldBe(["3"]),
            r => r.ContentHeaders!.ContentType!.MediaType.ShouldBe("application/json"));
    }

    [Fact]
    public async Task A_text_response_keeps_html_as_it_came()
    {
        using var response = await Answering(200, "<html>é</html>", "text/html").TextResponseAsync(Token);
        response.Content.ShouldBe("<html>é</html>");
    }

    [Fact]
    public async Task A_response_without_type_has_the_status_only()
    {
        using var response = await Answering(503, "down").StatusAsync(Token);
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Error!.Content.ShouldBe("down");
    }

    [Fact]
    public async Task A_raw_message_is_handed_over_whatever_its_status()
    {
        using var message = await Answering(500, "boom").RawAsync(Token);
        message.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await message.Content.ReadAsStringAsync(Token)).ShouldBe("boom");
    }

    [Fact]
    public async Task No_answer_is_not_an_api_exception()
    {
        var api = Answering(200, "", also: r => r.HttpContext.Abort());
        await Should.ThrowAsync<HttpRequestException>(api.NothingAsync(Token));
    }

    [Fact]
    public async Task Cancelling_ends_the_call()
    {
        using var cancelled = new CancellationTokenSource();
        echo.Answer = async context =>
        {
            await cancelled.CancelAsync();
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
        };
        await Should.ThrowAsync<OperationCanceledException>(echo.Client<IAnswerApi>().TextAsync(cancelled.Token));
    }

    [Fact]
    public void A_fake_can_make_an_answer()
    {
        using var response = new ApiResponse<Machine>(new HttpResponseMessage(HttpStatusCode.Created), new Machine("rig", 8), new RefitSettings());
        response.IsSuccessful.ShouldBeTrue();
        response.Content.ShouldBe(new Machine("rig", 8));
    }
}
