using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.Tests.Http;

public sealed class ProblemTests
{
    [Theory]
    [InlineData("""{"error":"BadRequestError","message":"Invalid SDL: x","code":"bad_request","type":"client_error","data":null}""", "400 Invalid SDL: x (bad_request)")]
    [InlineData("""{"error":"ZodError","message":"Validation error","code":"validation_error","data":[{"code":"too_small","path":["data","deposit"],"message":"Too small"},{"path":["x",0],"message":"Required"}]}""", "400 Validation error; data.deposit: Too small; x.0: Required (validation_error)")]
    [InlineData("""{"statusCode":404,"message":"No channel"}""", "400 No channel")]
    [InlineData("""{"error":"MethodNotAllowed"}""", "400 MethodNotAllowed")]
    [InlineData("""{"error":{"message":"inner"}}""", "400 inner")]
    [InlineData("""{"detail":"plain"}""", "400 plain")]
    [InlineData("""{"detail":[{"loc":["body","location_ids",0],"msg":"not an integer","type":"int","input":"hush"},{"loc":["body"],"msg":"too long"}]}""", "400 body.location_ids.0: not an integer; body: too long")]
    [InlineData("""{"detail":["just text"]}""", "400 just text")]
    [InlineData("""{"detail":{"message":"deep"}}""", "400 deep")]
    [InlineData("\"bare\"", "400 bare")]
    [InlineData("{\"message\":\"two\\n lines\\u0007\"}", "400 two lines")]
    public void Every_form_a_supplier_speaks_in_is_understood(string body, string expected)
    {
        var problem = Problem.Read(400, body);
        (problem.ToString(), problem.Spoken).ShouldBe((expected, true));
    }

    [Theory]
    [InlineData("", "400 no body")]
    [InlineData("  \n", "400 no body")]
    [InlineData(null, "400 a body beyond the size limit")]
    [InlineData("<!DOCTYPE html><html><head><title>Attention\n Required</title></head>", "400 a web page, 'Attention Required'")]
    [InlineData("<html>", "400 a web page")]
    [InlineData("upstream connect error", "400 no JSON: upstream connect error")]
    [InlineData("""{"message":"half of""", "400 no JSON: {\"message\":\"half of")]
    [InlineData("{}", "400 JSON that is no error of a known form")]
    [InlineData("[]", "400 JSON that is no error of a known form")]
    [InlineData("null", "400 JSON that is no error of a known form")]
    [InlineData("""{"message":5}""", "400 JSON that is no error of a known form")]
    public void What_no_supplier_says_is_told_apart(string? body, string expected)
    {
        var problem = Problem.Read(400, body);
        (problem.ToString(), problem.Spoken).ShouldBe((expected, false));
    }

    [Fact]
    public void A_message_without_end_is_cut() => Problem.Read(400, $$"""{"message":"{{new string('x', 5000)}}"}""").Message.Length.ShouldBe(Problem.MaxMessage);

    [Fact]
    public void The_input_that_a_validator_quotes_is_left_out() =>
        Problem.Read(422, """{"detail":[{"loc":["body"],"msg":"wrong","input":{"TOKEN":"hush"}}]}""").ToString().ShouldNotContain("hush");
}
