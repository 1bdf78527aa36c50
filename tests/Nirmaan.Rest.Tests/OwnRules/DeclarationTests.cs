using Refit;

namespace Nirmaan.Rest.Tests.OwnRules;

public sealed class DeclarationTests(Echo echo) : IClassFixture<Echo>
{
    private void Refused<T>(string why) where T : class =>
        Should.Throw<ArgumentException>(() => echo.Client<T>()).Message.ShouldSatisfyAllConditions(
            m => m.ShouldStartWith($"{typeof(T).Name}.CallAsync: "),
            m => m.ShouldContain(why));

    public interface INoMethod { Task CallAsync(); }

    public interface ITwoMethods { [Get("/a"), Post("/a")] Task CallAsync(); }

    public interface IRelativePath { [Get("a")] Task CallAsync(); }

    public interface IOtherHost { [Get("//evil.example/a")] Task CallAsync(); }

    public interface IOrphan { [Get("/a/{id}")] Task CallAsync(string name); }

    public interface IObjectInPath { [Get("/a/{machine.name}")] Task CallAsync(string machine); }

#pragma warning disable CA1068 // the very thing that is refused
    public interface ITokenFirst { [Get("/a")] Task CallAsync(CancellationToken cancellationToken, string name); }
#pragma warning restore CA1068

    public interface ITwoBodies { [Post("/a")] Task CallAsync([Body] Machine a, [Body] Machine b); }

    public interface IGuessedBodies { [Post("/a")] Task CallAsync(Machine a, Machine b); }

    public interface IBodyOfGet { [Get("/a")] Task CallAsync([Body] Machine a); }

    public interface ITwoRoles { [Post("/a")] Task CallAsync([Header("X"), Query] string a); }

    public interface IObjectInQuery { [Get("/a")] Task CallAsync(Machine filter); }

    public interface INotAsync { [Get("/a")] string CallAsync(); }

    public interface IValueTask { [Get("/a")] ValueTask<string> CallAsync(); }

    public interface IGeneric { [Get("/a")] Task<T> CallAsync<T>(); }

    public interface IReference { [Get("/a")] Task CallAsync(in int a); }

    public interface IBadHeader { [Get("/a"), Headers("Not a name: x")] Task CallAsync(); }

    public interface IUnknownBody { [Post("/a")] Task CallAsync([Body] Problem problem); }

    public interface IUnknownAnswer { [Get("/a")] Task<IApiResponse<Problem>> CallAsync(); }

    [Fact] public void A_method_without_a_verb_is_refused() => Refused<INoMethod>("exactly one of Get");

    [Fact] public void A_method_with_two_verbs_is_refused() => Refused<ITwoMethods>("exactly one of Get");

    [Fact] public void A_path_without_a_leading_slash_is_refused() => Refused<IRelativePath>("must begin with one '/'");

    [Fact] public void A_path_that_names_a_host_is_refused() => Refused<IOtherHost>("must begin with one '/'");

    [Fact] public void A_placeholder_that_nothing_fills_is_refused() => Refused<IOrphan>("no parameter fills {id}");

    [Fact] public void A_placeholder_of_another_form_is_refused() => Refused<IObjectInPath>("a placeholder that is not");

    [Fact] public void A_token_that_is_not_last_is_refused() => Refused<ITokenFirst>("must be the last parameter");

    [Fact] public void Two_bodies_are_refused() => Refused<ITwoBodies>("only one parameter can be the body");

    [Fact] public void Two_complex_parameters_without_a_body_are_refused() => Refused<IGuessedBodies>("which one is the body");

    [Fact] public void The_body_of_a_get_is_refused() => Refused<IBodyOfGet>("a GET has no body");

    [Fact] public void A_parameter_of_two_roles_is_refused() => Refused<ITwoRoles>("more than one of path, header, query and body");

    [Fact] public void An_object_in_the_query_is_refused() => Refused<IObjectInQuery>("declare a parameter per value");

    [Fact] public void A_method_that_returns_no_task_is_refused() => Refused<INotAsync>("returns System.String, not Task");

    [Fact] public void A_value_task_is_refused() => Refused<IValueTask>("not Task");

    [Fact] public void A_generic_method_is_refused() => Refused<IGeneric>("a generic method");

    [Fact] public void A_parameter_by_reference_is_refused() => Refused<IReference>("passed by reference");

    [Fact] public void A_header_that_is_no_name_is_refused() => Refused<IBadHeader>("not a header's name");

    [Fact]
    public void A_type_that_the_json_context_does_not_know_is_refused_at_once()
    {
        var settings = new RefitSettings(new SystemTextJsonContentSerializer(EchoJson.Default.Options));
        Should.Throw<ArgumentException>(() => echo.Client<IUnknownBody>(settings)).Message
            .ShouldContain("IUnknownBody.CallAsync: the JSON context does not know the body's type");
        Should.Throw<ArgumentException>(() => echo.Client<IUnknownAnswer>(settings)).Message.ShouldContain("T being known to the JSON context");
    }

    [Fact]
    public void A_class_is_refused() => Should.Throw<ArgumentException>(() => echo.Client<DeclarationTests>()).Message.ShouldContain("only an interface");

    [Fact]
    public void A_limit_of_nothing_is_refused() =>
        Should.Throw<ArgumentException>(() => echo.Client<IAnswerApi>(new RefitSettings { MaxResponseBytes = 0 })).Message.ShouldContain("MaxResponseBytes");
}
