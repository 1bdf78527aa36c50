using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Evm.JsonRpc;

namespace Nirmaan.Evm.Tests.JsonRpc;

public class JsonRpcClientTests
{
    private const string Reverted = "0x4e487b710000000000000000000000000000000000000000000000000000000000000012";

    [Theory]
    [InlineData($$"""{"code":3,"message":"execution reverted","data":"{{Reverted}}"}""")]
    [InlineData($$$"""{"code":-32603,"message":"VM Exception","data":{"message":"VM Exception","data":"{{{Reverted}}}"}}""")]
    [InlineData($$"""{"code":-32015,"message":"VM execution error.","data":"Reverted {{Reverted}}"}""")]
    public async Task Revert_data_are_found_in_each_nodes_shape(string error)
    {
        var e = await Should.ThrowAsync<JsonRpcException>(() => FakeNode.Saying($$"""{"jsonrpc":"2.0","id":1,"error":{{error}}}""").CallAsync(null, [], default, Cancel));
        Hex.Encode(e.RevertData!).ShouldBe(Reverted);
        e.Message.ShouldContain("eth_call: panic 0x12: division by zero");
    }

    [Fact]
    public async Task An_error_without_revert_data_keeps_the_nodes_words()
    {
        var e = await Should.ThrowAsync<JsonRpcException>(() => FakeNode.Saying("""{"id":1,"error":{"code":-32601,"message":"no such method","data":{"hint":1}}}""").GetChainIdAsync(Cancel));
        (e.Code, e.NodeMessage, e.NodeData, e.RevertData).ShouldBe((-32601, "no such method", """{"hint":1}""", null));
    }

    [Fact]
    public async Task Answers_of_a_batch_are_matched_by_id_not_by_place()
    {
        var node = new FakeNode(body =>
        {
            var items = JsonNode.Parse(body)!.AsArray().Reverse().Select(r => $$"""{"id":{{r!["id"]}},"result":"{{r["method"]}}"}""");
            return new HttpResponseMessage { Content = new StringContent($"[{string.Join(',', items)}]") };
        });
        var answers = await node.Client().BatchAsync([new("a", []), new("b", []), new("c", [])], Cancel);
        answers.Select(a => a.Result().GetString()).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task One_calls_error_leaves_the_rest_of_its_batch_alone()
    {
        var node = FakeNode.Of((method, _) => method == "bad" ? throw new RefusedException(-1, "no") : JsonValue.Create(method));
        var answers = await node.Client().BatchAsync([new("good", []), new("bad", [])], Cancel);
        answers[0].Result().GetString().ShouldBe("good");
        answers[1].Error!.NodeMessage.ShouldBe("no");
        Should.Throw<JsonRpcException>(() => answers[1].Result());
    }

    [Fact]
    public async Task A_batch_is_cut_to_what_the_node_accepts()
    {
        var node = FakeNode.Of((method, _) => JsonValue.Create(method));
        var answers = await node.Client(new JsonRpcLimits(BatchSize: 3)).BatchAsync([.. Enumerable.Range(0, 7).Select(i => new RpcCall($"m{i}", []))], Cancel);
        answers.Select(a => a.Result().GetString()).ShouldBe(["m0", "m1", "m2", "m3", "m4", "m5", "m6"]);
        node.Bodies.Select(b => JsonNode.Parse(b)!.AsArray().Count).ShouldBe([3, 3, 1]);
    }

    [Theory]
    [InlineData("""[{"id":1,"result":1}]""", "did not answer call 2")]
    [InlineData("""[{"id":1,"result":1},{"id":7,"result":1}]""", "none of its calls")]
    [InlineData("""[{"id":1,"result":1},{"id":"2","result":1}]""", "none of its calls")]
    [InlineData("""[{"id":1,"result":1},5]""", "none of its calls")]
    [InlineData("""[{"id":1,"result":1},{"id":2}]""", "neither result nor error")]
    [InlineData("""{"id":1,"result":1}""", "one result")]
    [InlineData("7", "JSON Number")]
    [InlineData("<html>", "not JSON")]
    [InlineData("", "not JSON")]
    public async Task A_batch_with_a_hole_in_it_is_refused(string answer, string message) =>
        (await Should.ThrowAsync<JsonRpcProtocolException>(() => FakeNode.Saying(answer).BatchAsync([new("a", []), new("b", [])], Cancel))).Message.ShouldContain(message);

    [Fact]
    public async Task A_node_that_refuses_the_batch_as_a_whole_is_quoted() =>
        (await Should.ThrowAsync<JsonRpcException>(() =>
            FakeNode.Saying("""{"error":{"code":-32600,"message":"batches are off"}}""").BatchAsync([new("a", []), new("b", [])], Cancel))).NodeMessage.ShouldBe("batches are off");

    [Theory]
    [InlineData("""{"id":2,"result":"0x1"}""")]
    [InlineData("""[{"id":1,"result":"0x1"}]""")]
    [InlineData("""{"id":1}""")]
    [InlineData("""{"id":1,"result":null}""")]
    [InlineData("""{"id":1,"result":1}""")]
    [InlineData("""{"id":1,"result":"1"}""")]
    [InlineData("""{"id":1,"result":"0x10000000000000000"}""")]
    public async Task An_answer_that_is_not_to_the_question_is_refused(string answer) =>
        await Should.ThrowAsync<JsonRpcProtocolException>(() => FakeNode.Saying(answer).GetBlockNumberAsync(Cancel));

    [Theory]
    [InlineData(HttpStatusCode.BadGateway, "<html>502</html>")]
    [InlineData(HttpStatusCode.TooManyRequests, """{"message":"slow down"}""")]
    [InlineData(HttpStatusCode.Unauthorized, "")]
    public async Task An_http_error_without_json_rpc_is_an_http_error(HttpStatusCode status, string body) =>
        (await Should.ThrowAsync<HttpRequestException>(() => FakeNode.Saying(body, status).GetChainIdAsync(Cancel))).StatusCode.ShouldBe(status);

    [Fact]
    public async Task A_json_rpc_error_in_an_http_error_is_read() =>
        (await Should.ThrowAsync<JsonRpcException>(() =>
            FakeNode.Saying("""{"id":1,"error":{"code":-32005,"message":"limit"}}""", HttpStatusCode.BadRequest).GetChainIdAsync(Cancel))).Code.ShouldBe(-32005);

    [Fact]
    public async Task An_answer_beyond_the_limit_is_not_read()
    {
        var client = FakeNode.Saying($$"""{"id":1,"result":"{{new string('0', 5000)}}"}""", limits: new JsonRpcLimits(MaxAnswerBytes: 4096));
        (await Should.ThrowAsync<JsonRpcProtocolException>(() => client.GetChainIdAsync(Cancel))).IsTooLarge.ShouldBeTrue();
    }

    [Fact]
    public async Task A_block_that_lacks_a_field_is_refused_by_its_name()
    {
        var client = FakeNode.Saying("""{"id":1,"result":{"number":"0x1","hash":"0x12"}}""");
        (await Should.ThrowAsync<JsonRpcProtocolException>(() => client.GetBlockAsync(BlockTag.Latest, Cancel))).Message.ShouldContain("'hash'");
    }

    [Fact]
    public async Task A_block_that_does_not_exist_is_null() =>
        (await FakeNode.Saying("""{"id":1,"result":null}""").GetBlockAsync(BlockTag.At(9), Cancel)).ShouldBeNull();

    [Fact]
    public void A_spoiled_answer_is_an_exception_of_ours_and_nothing_else() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(int At, byte With)[]>(), changes =>
        {
            char[] text = JsonSerializer.Serialize(new { id = 1, result = new[] { FakeChain.LogJson(3, 0) } }).ToCharArray();
            foreach (var (at, with) in changes) { text[(at & int.MaxValue) % text.Length] = (char)with; }
            try { FakeNode.Saying(new string(text)).GetLogsAsync(new LogFilter([]), 0, 9, Cancel).GetAwaiter().GetResult(); }
            catch (Exception e) when (e is JsonRpcProtocolException or JsonRpcException) { }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_client_without_the_nodes_url_is_refused()
    {
        using var handler = new FakeNode(_ => new HttpResponseMessage());
        Should.Throw<ArgumentException>(() => new JsonRpcClient(handler.HttpWithoutUrl())).Message.ShouldContain("URL");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
