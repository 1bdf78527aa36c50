using System.Collections;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Refit;

/// <summary>A request being written.</summary>
internal sealed class Draft(string path, Dictionary<string, string?> headers)
{
    private readonly List<string> _query = [];

    internal string Path { get; set; } = path;

    internal HttpContent? Content { get; set; }

    internal Dictionary<string, string?> Headers => headers;

    internal void AddQuery(string name, string value) => _query.Add($"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}");

    internal HttpRequestMessage ToRequest(HttpMethod method, Uri baseAddress)
    {
        var target = baseAddress.AbsolutePath.TrimEnd('/') + Path;
        // "//x" would be read as another host.
        if (target.StartsWith("//", StringComparison.Ordinal)) { throw new ArgumentException($"The path {target} would leave the base address."); }
        if (_query.Count > 0) { target += (target.Contains('?') ? '&' : '?') + string.Join('&', _query); }
        var request = new HttpRequestMessage(method, new Uri(target, UriKind.Relative)) { Content = Content };
        foreach (var (name, value) in headers) { SetHeader(request, name, value); }
        return request;
    }

    private static void SetHeader(HttpRequestMessage request, string name, string? value)
    {
        if (value is null) { return; }
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0) { throw new ArgumentException($"The value of header {name} holds a line break."); }
        // What the request does not take is a header of the body: it replaces what the serializer set, and a GET has none.
        if (request.Headers.TryAddWithoutValidation(name, value) || request.Method == HttpMethod.Get) { return; }
        request.Content ??= new ByteArrayContent([]);
        request.Content.Headers.Remove(name);
        request.Content.Headers.TryAddWithoutValidation(name, value);
    }
}

/// <summary>What one parameter does to the request.</summary>
internal abstract record Part
{
    internal abstract void Write(Draft draft, object? value);

    /// <summary>The cancellation token: nothing on the wire.</summary>
    internal sealed record Silent : Part
    {
        internal override void Write(Draft draft, object? value) { }
    }

    /// <summary>A placeholder of the path.</summary>
    internal sealed record Segment(string Name, bool Several) : Part
    {
        internal override void Write(Draft draft, object? value)
        {
            var text = Text.Of(value, null);
            // An empty segment or a dot would address another resource: DELETE /items/{id} must not become DELETE /items/.
            if (string.IsNullOrEmpty(text)) { throw new ArgumentException($"{Name} is part of the path and must not be empty.", Name); }
            string[] segments = Several ? text.Split('/') : [text];
            if (segments.Any(s => s is "." or "..")) { throw new ArgumentException($"{Name} is part of the path and must not be '.' or '..'.", Name); }
            var placeholder = Several ? $"{{**{Name}}}" : $"{{{Name}}}";
            draft.Path = draft.Path.Replace(placeholder, string.Join('/', segments.Select(Uri.EscapeDataString)), StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>One name in the query, with one value or several.</summary>
    internal sealed record Query(string Name, string? Format, CollectionFormat Several) : Part
    {
        internal override void Write(Draft draft, object? value)
        {
            if (value is not IEnumerable many || value is string)
            {
                if (Text.Of(value, Format) is { } text) { draft.AddQuery(Name, text); }
                return;
            }
            var texts = many.Cast<object?>().Select(v => Text.Of(v, Format));
            if (Several == CollectionFormat.Multi)
            {
                foreach (var text in texts.OfType<string>()) { draft.AddQuery(Name, text); }
                return;
            }
            var between = Several switch { CollectionFormat.Ssv => " ", CollectionFormat.Tsv => "\t", CollectionFormat.Pipes => "|", _ => "," };
            draft.AddQuery(Name, string.Join(between, texts));
        }
    }

    /// <summary>A request header.</summary>
    internal sealed record Header(string Name) : Part
    {
        internal override void Write(Draft draft, object? value) => draft.Headers[Name] = Text.Of(value, null);
    }

    /// <summary>The body.</summary>
    internal sealed record Body(Type Type, BodySerializationMethod Method, JsonSerializerOptions Options) : Part
    {
        internal override void Write(Draft draft, object? value) => draft.Content = value switch
        {
            HttpContent content => content,
            Stream stream => new StreamContent(stream),
            string text when Method == BodySerializationMethod.Default => new StringContent(text),
            _ => Json(value),
        };

        private ByteArrayContent Json(object? value) => new(JsonSerializer.SerializeToUtf8Bytes(value, Options.GetTypeInfo(Type)))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") },
        };
    }
}
