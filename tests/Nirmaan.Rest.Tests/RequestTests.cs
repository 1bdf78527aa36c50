using System.Runtime.Serialization;
using System.Text.Json.Serialization;
using Refit;

namespace Nirmaan.Rest.Tests;

public enum Sort
{
    [EnumMember(Value = "created-at")] CreatedAt,
    Price,
}

public sealed record Machine(string Name, int GpuCount);

[Headers("X-Client: nirmaan", "X-Profile: default")]
public interface IEchoApi
{
    [Get("/echo/machines/{id}")]
    Task<Seen> GetAsync(string id, CancellationToken cancellationToken);

    [Get("/echo/{**path}")]
    Task<Seen> FileAsync(string path, CancellationToken cancellationToken);

    [Get("/echo/{owner}/{dseq}")]
    Task<Seen> AliasedPathAsync([AliasAs("owner")] string account, ulong dseq, CancellationToken cancellationToken);

    [Get("/echo/machines")]
    Task<Seen> ListAsync(string? gpu, int? limit, [Query] bool? free, CancellationToken cancellationToken);

    [Get("/echo/machines?state=active")]
    Task<Seen> FixedQueryAsync(int? skip, CancellationToken cancellationToken);

    [Get("/echo/machines")]
    Task<Seen> FormatsAsync(
        Sort? sort, [Query(Format = "O")] DateTimeOffset? since, [Query(Format = "0.00")] decimal? price, double? share, [AliasAs("gpu_id")] Guid? gpuId,
        CancellationToken cancellationToken);

    [Get("/echo/machines")]
    Task<Seen> ManyAsync(
        [Query(CollectionFormat.Multi)] IReadOnlyList<string>? gpu, [Query(CollectionFormat.Csv)] int[]? ids, List<Sort>? sort,
        CancellationToken cancellationToken);

    [Post("/echo/machines")]
    Task<Seen> CreateAsync([Body] Machine machine, [Header("Idempotency-Key")] string? key, CancellationToken cancellationToken);

    [Put("/echo/machines/{id}")]
    Task<Seen> ReplaceAsync(string id, Machine machine, CancellationToken cancellationToken);

    [Patch("/echo/machines/{id}"), Headers("X-Profile: careful")]
    Task<Seen> ChangeAsync(string id, [Body] Dictionary<string, string> changes, CancellationToken cancellationToken);

    [Delete("/echo/machines/{id}"), Headers("X-Profile")]
    Task<Seen> RemoveAsync(string id, CancellationToken cancellationToken);

    [Post("/echo/text")]
    Task<Seen> TextAsync([Body] string text, CancellationToken cancellationToken);

    [Post("/echo/text")]
    Task<Seen> QuotedTextAsync([Body(BodySerializationMethod.Serialized)] string text, CancellationToken cancellationToken);

    [Post("/echo/text"), Headers("Content-Type: application/yaml")]
    Task<Seen> YamlAsync([Body] string text, CancellationToken cancellationToken);

    [Post("/echo/bytes")]
    Task<Seen> ContentAsync([Body] HttpContent content, CancellationToken cancellationToken);
}

public sealed class RequestTests(Echo echo) : IClassFixture<Echo>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IEchoApi Api => echo.Client<IEchoApi>();

    [Fact]
    public async Task A_path_value_is_escaped_so_that_it_stays_one_segment() =>
        (await Api.GetAsync("a b/c?d=é&{id}#x", Token)).Target.ShouldBe("/echo/machines/a%20b%2Fc%3Fd%3D%C3%A9%26%7Bid%7D%23x");

    [Fact]
    public async Task A_double_star_keeps_the_slashes_and_escapes_between_them() =>
        (await Api.FileAsync("logs/a b/c", Token)).Target.ShouldBe("/echo/logs/a%20b/c");

    [Fact]
    public async Task A_path_parameter_may_have_another_name_on_the_wire() =>
        (await Api.AliasedPathAsync("akash1abc", 18446744073709551615, Token)).Target.ShouldBe("/echo/akash1abc/18446744073709551615");

    [Fact]
    public async Task The_path_of_the_base_address_comes_first() =>
        (await echo.Client<IEchoApi>(basePath: "/api/v2").GetAsync("7", Token)).Target.ShouldBe("/api/v2/echo/machines/7");

    [Fact]
    public async Task Null_query_values_are_left_out() =>
        (await Api.ListAsync(null, 5, null, Token)).Target.ShouldBe("/echo/machines?limit=5");

    [Fact]
    public async Task Without_any_query_value_there_is_no_question_mark() =>
        (await Api.ListAsync(null, null, null, Token)).Target.ShouldBe("/echo/machines");

    [Fact]
    public async Task Query_values_are_escaped() =>
        (await Api.ListAsync("a&b=c d+e", null, null, Token)).Target.ShouldBe("/echo/machines?gpu=a%26b%3Dc%20d%2Be");

    [Fact]
    public async Task An_empty_text_is_a_value() =>
        (await Api.ListAsync("", null, null, Token)).Target.ShouldBe("/echo/machines?gpu=");

    [Fact]
    public async Task A_bool_is_written_as_dotnet_writes_it() =>
        (await Api.ListAsync(null, null, true, Token)).Target.ShouldBe("/echo/machines?free=True");

    [Fact]
    public async Task A_query_in_the_path_stays_and_parameters_follow() =>
        (await Api.FixedQueryAsync(20, Token)).Target.ShouldBe("/echo/machines?state=active&skip=20");

    [Fact]
    public async Task An_enum_goes_by_its_member_name() =>
        (await Api.FormatsAsync(Sort.CreatedAt, null, null, null, null, Token)).Target.ShouldBe("/echo/machines?sort=created-at");

    [Fact]
    public async Task An_enum_without_a_member_name_goes_by_its_own() =>
        (await Api.FormatsAsync(Sort.Price, null, null, null, null, Token)).Target.ShouldBe("/echo/machines?sort=Price");

    [Fact]
    public async Task A_format_shapes_a_time() =>
        (await Api.FormatsAsync(null, new DateTimeOffset(2026, 11, 22, 10, 38, 0, TimeSpan.Zero), null, null, null, Token))
            .Target.ShouldBe("/echo/machines?since=2026-11-22T10%3A38%3A00.0000000%2B00%3A00");

    [Fact]
    public async Task Numbers_are_written_in_the_invariant_culture() =>
        (await Api.FormatsAsync(null, null, 0.456m, 0.5, null, Token)).Target.ShouldBe("/echo/machines?price=0.46&share=0.5");

    [Fact]
    public async Task A_query_parameter_may_have_another_name_on_the_wire() =>
        (await Api.FormatsAsync(null, null, null, null, Guid.Empty, Token)).Target.ShouldBe("/echo/machines?gpu_id=00000000-0000-0000-0000-000000000000");

    [Fact]
    public async Task Several_values_are_repeated_or_joined_as_declared() =>
        (await Api.ManyAsync(["a", "b c"], [1, 2], [Sort.CreatedAt, Sort.Price], Token)).Target
            .ShouldBe("/echo/machines?gpu=a&gpu=b%20c&ids=1%2C2&sort=created-at%2CPrice");

    [Fact]
    public async Task The_settings_say_how_several_values_are_written_by_default() =>
        (await echo.Client<IEchoApi>(new RefitSettings { CollectionFormat = CollectionFormat.Multi }).ManyAsync(null, null, [Sort.Price, Sort.Price], Token))
            .Target.ShouldBe("/echo/machines?sort=Price&sort=Price");

    [Fact]
    public async Task A_body_is_json_in_camel_case()
    {
        var seen = await Api.CreateAsync(new Machine("rig", 8), null, Token);
        seen.ShouldSatisfyAllConditions(
            s => s.Method.ShouldBe("POST"),
            s => s.Body.ShouldBe("""{"name":"rig","gpuCount":8}"""),
            s => s.Headers["Content-Type"].ShouldBe("application/json; charset=utf-8"));
    }

    [Fact]
    public async Task The_only_complex_parameter_of_a_put_is_its_body()
    {
        var seen = await Api.ReplaceAsync("7", new Machine("rig", 8), Token);
        seen.Target.ShouldBe("/echo/machines/7");
        seen.Body.ShouldBe("""{"name":"rig","gpuCount":8}""");
    }

    [Fact]
    public async Task A_header_parameter_is_sent()
        => (await Api.CreateAsync(new Machine("rig", 8), "op-1", Token)).Headers["Idempotency-Key"].ShouldBe("op-1");

    [Fact]
    public async Task A_null_header_parameter_is_left_out() =>
        (await Api.CreateAsync(new Machine("rig", 8), null, Token)).Headers.ShouldNotContainKey("Idempotency-Key");

    [Fact]
    public async Task Headers_of_the_interface_are_sent_with_every_call() =>
        (await Api.GetAsync("7", Token)).Headers["X-Profile"].ShouldBe("default");

    [Fact]
    public async Task A_header_of_the_method_wins() =>
        (await Api.ChangeAsync("7", new() { ["gpu"] = "l40s" }, Token)).Headers["X-Profile"].ShouldBe("careful");

    [Fact]
    public async Task A_header_name_alone_takes_the_header_away()
    {
        var headers = (await Api.RemoveAsync("7", Token)).Headers;
        headers.ShouldNotContainKey("X-Profile");
        headers["X-Client"].ShouldBe("nirmaan");
    }

    [Fact]
    public async Task A_text_body_goes_out_as_it_is()
    {
        var seen = await Api.TextAsync("plain \"text\"", Token);
        seen.Body.ShouldBe("plain \"text\"");
        seen.Headers["Content-Type"].ShouldBe("text/plain; charset=utf-8");
    }

    [Fact]
    public async Task A_text_body_declared_as_serialized_is_json() =>
        (await Api.QuotedTextAsync("plain", Token)).Body.ShouldBe("\"plain\"");

    [Fact]
    public async Task A_declared_content_type_replaces_the_default() =>
        (await Api.YamlAsync("a: 1", Token)).Headers["Content-Type"].ShouldBe("application/yaml");

    [Fact]
    public async Task A_ready_made_content_is_sent_untouched()
    {
        using var content = new ByteArrayContent("raw"u8.ToArray());
        (await Api.ContentAsync(content, Token)).Body.ShouldBe("raw");
    }

    [Fact]
    public async Task Calls_carry_the_clients_own_headers() =>
        (await echo.Client<IEchoApi>(configure: http => http.DefaultRequestHeaders.Add("x-api-key", "k")).GetAsync("7", Token))
            .Headers["x-api-key"].ShouldBe("k");

    [Fact]
    public async Task Bodies_work_with_a_source_generated_context()
    {
        var settings = new RefitSettings(new SystemTextJsonContentSerializer(EchoJson.Default.Options));
        (await echo.Client<IOnlyMachines>(settings).CreateAsync(new Machine("rig", 8), Token)).Body.ShouldBe("""{"name":"rig","gpuCount":8}""");
    }
}

public interface IOnlyMachines
{
    [Post("/echo/machines")]
    Task<Seen> CreateAsync([Body] Machine machine, CancellationToken cancellationToken);
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Machine))]
[JsonSerializable(typeof(Seen))]
public sealed partial class EchoJson : JsonSerializerContext;
