namespace Refit;

/// <summary>The HTTP method and the path of one call. Names and meaning are Refit's (github.com/reactiveui/refit).</summary>
/// <param name="path">Begins with <c>/</c>; <c>{name}</c> stands for a parameter, <c>{**name}</c> for one that may hold several segments.</param>
[AttributeUsage(AttributeTargets.Method)]
public abstract class HttpMethodAttribute(string path) : Attribute
{
    /// <summary>The method on the wire.</summary>
    public abstract HttpMethod Method { get; }

    /// <summary>The path below the client's base address, with its placeholders.</summary>
    public string Path { get; } = path;
}

/// <summary>A GET call.</summary>
public sealed class GetAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc />
    public override HttpMethod Method => HttpMethod.Get;
}

/// <summary>A POST call.</summary>
public sealed class PostAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc />
    public override HttpMethod Method => HttpMethod.Post;
}

/// <summary>A PUT call.</summary>
public sealed class PutAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc />
    public override HttpMethod Method => HttpMethod.Put;
}

/// <summary>A PATCH call.</summary>
public sealed class PatchAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc />
    public override HttpMethod Method => HttpMethod.Patch;
}

/// <summary>A DELETE call.</summary>
public sealed class DeleteAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc />
    public override HttpMethod Method => HttpMethod.Delete;
}

/// <summary>How a body is written.</summary>
public enum BodySerializationMethod
{
    /// <summary>JSON, but a string goes out as it is.</summary>
    Default = 0,

    /// <summary>JSON, strings too.</summary>
    Serialized = 3,
}

/// <summary>The parameter is the request's body. On POST, PUT and PATCH the only complex parameter is the body without it.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class BodyAttribute(BodySerializationMethod serializationMethod = BodySerializationMethod.Default) : Attribute
{
    /// <summary>How the body is written.</summary>
    public BodySerializationMethod SerializationMethod { get; } = serializationMethod;
}

/// <summary>How several values of one query parameter are written.</summary>
public enum CollectionFormat
{
    /// <summary>As the settings say.</summary>
    RefitParameterFormatter,

    /// <summary><c>a,b</c></summary>
    Csv,

    /// <summary><c>a b</c></summary>
    Ssv,

    /// <summary><c>a</c>, tab, <c>b</c></summary>
    Tsv,

    /// <summary><c>a|b</c></summary>
    Pipes,

    /// <summary><c>name=a&amp;name=b</c></summary>
    Multi,
}

/// <summary>The parameter goes into the query string (as one without any attribute does); null is left out.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class QueryAttribute : Attribute
{
    /// <summary>A plain query parameter.</summary>
    public QueryAttribute() { }

    /// <summary>A query parameter of several values.</summary>
    public QueryAttribute(CollectionFormat collectionFormat) => CollectionFormat = collectionFormat;

    /// <summary>The .NET format of each value, invariant culture; for example <c>O</c> for a round-trip time.</summary>
    public string? Format { get; set; }

    /// <summary>How several values are written.</summary>
    public CollectionFormat CollectionFormat { get; set; }
}

/// <summary>The name on the wire where it differs from the parameter's.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class AliasAsAttribute(string name) : Attribute
{
    /// <summary>The name on the wire.</summary>
    public string Name { get; } = name;
}

/// <summary>The parameter is a request header; null leaves the header out, also one that <see cref="HeadersAttribute"/> sets.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HeaderAttribute(string header) : Attribute
{
    /// <summary>The header's name.</summary>
    public string Header { get; } = header;
}

/// <summary>Fixed headers, <c>"Name: value"</c> each, on an interface or a method; the method's wins, and <c>"Name"</c> alone takes one away.</summary>
[AttributeUsage(AttributeTargets.Interface | AttributeTargets.Method)]
public sealed class HeadersAttribute(params string[] headers) : Attribute
{
    /// <summary>The headers as written.</summary>
    public string[] Headers { get; } = headers;
}
