using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Refit;

/// <summary>Reads one method of an interface and refuses what cannot be sent, by the method's name.</summary>
internal sealed partial class Declaration(Type contract, MethodInfo method, RefitSettings settings)
{
    private readonly ParameterInfo[] _parameters = method.GetParameters();

    internal Call ToCall()
    {
        if (!method.IsAbstract) { throw Bad("a method with a body, a property or an event cannot be sent"); }
        if (method.IsGenericMethodDefinition) { throw Bad("a generic method cannot be sent"); }
        if (method.GetCustomAttributes<HttpMethodAttribute>().ToArray() is not [var http])
        {
            throw Bad("exactly one of Get, Post, Put, Patch, Delete is needed");
        }

        var placeholders = Placeholders(http.Path);
        var body = FindBody(placeholders, http.Method);
        if (body is not null && http.Method == HttpMethod.Get) { throw Bad("a GET has no body"); }
        var parts = _parameters.Select(p => ToPart(p, placeholders, p == body)).ToList();
        var answer = Answers.For(method.ReturnType, settings) ?? throw Bad($"returns {method.ReturnType}, not Task, Task<T>, Task<string>, "
            + "Task<HttpResponseMessage>, Task<IApiResponse> or Task<IApiResponse<T>>, T being known to the JSON context");
        return new Call(http.Method, http.Path, parts, Headers(), settings, answer);
    }

    /// <summary>The placeholders of a path, each with whether it may hold several segments.</summary>
    private Dictionary<string, bool> Placeholders(string path)
    {
        if (path.Length > 0 && (path[0] != '/' || path.StartsWith("//", StringComparison.Ordinal))) { throw Bad($"the path '{path}' must begin with one '/'"); }
        if (path.AsSpan().IndexOfAny('\r', '\n', '#') >= 0) { throw Bad($"the path '{path}' holds a line break or a fragment"); }
        if (Placeholder().Replace(path, "").AsSpan().IndexOfAny('{', '}') >= 0)
        {
            throw Bad($"the path '{path}' has a placeholder that is not {{name}} or {{**name}}");
        }
        var placeholders = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Placeholder().Matches(path)) { placeholders[match.Groups["name"].Value] = match.Groups["several"].Success; }
        return placeholders.Keys.Except(_parameters.Select(WireName), StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } orphan
            ? throw Bad($"no parameter fills {{{orphan}}}")
            : placeholders;
    }

    private Part ToPart(ParameterInfo parameter, Dictionary<string, bool> placeholders, bool isBody)
    {
        if (parameter.ParameterType.IsByRef) { throw Bad($"{parameter.Name} is passed by reference"); }
        if (parameter.ParameterType == typeof(CancellationToken))
        {
            return parameter == _parameters[^1] ? new Part.Silent() : throw Bad("the CancellationToken must be the last parameter");
        }
        var name = WireName(parameter);
        var isSegment = placeholders.TryGetValue(name, out var several);
        var header = parameter.GetCustomAttribute<HeaderAttribute>();
        var query = parameter.GetCustomAttribute<QueryAttribute>();
        if (new[] { isSegment, header is not null, query is not null, isBody }.Count(x => x) > 1)
        {
            throw Bad($"{parameter.Name} is declared as more than one of path, header, query and body");
        }
        if (isBody) { return ToBody(parameter); }
        if (!IsText(parameter.ParameterType, several: !isSegment && header is null))
        {
            throw Bad($"{parameter.Name} ({parameter.ParameterType.Name}) cannot be written into a path, a header or a query: declare a parameter per value");
        }
        if (isSegment) { return new Part.Segment(name, several); }
        if (header is not null)
        {
            CheckHeaderName(header.Header);
            return new Part.Header(header.Header);
        }
        var format = query?.CollectionFormat ?? CollectionFormat.RefitParameterFormatter;
        return new Part.Query(name, query?.Format, format == CollectionFormat.RefitParameterFormatter ? settings.CollectionFormat : format);
    }

    private Part.Body ToBody(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var how = parameter.GetCustomAttribute<BodyAttribute>()?.SerializationMethod ?? BodySerializationMethod.Default;
        var raw = type.IsAssignableTo(typeof(HttpContent)) || type.IsAssignableTo(typeof(Stream))
            || (type == typeof(string) && how == BodySerializationMethod.Default);
        return raw || Answers.Knows(settings, type)
            ? new Part.Body(type, how, settings.ContentSerializer.Options)
            : throw Bad($"the JSON context does not know the body's type {type}");
    }

    private ParameterInfo? FindBody(Dictionary<string, bool> placeholders, HttpMethod http)
    {
        var declared = _parameters.Where(p => p.IsDefined(typeof(BodyAttribute))).ToList();
        if (declared.Count > 1) { throw Bad("only one parameter can be the body"); }
        if (declared.Count == 1) { return declared[0]; }
        if (http != HttpMethod.Post && http != HttpMethod.Put && http != HttpMethod.Patch) { return null; }
        var complex = _parameters.Where(p => !p.ParameterType.IsValueType && p.ParameterType != typeof(string)
            && !p.IsDefined(typeof(QueryAttribute)) && !p.IsDefined(typeof(HeaderAttribute)) && !placeholders.ContainsKey(WireName(p))).ToList();
        return complex.Count <= 1 ? complex.SingleOrDefault() : throw Bad("several complex parameters: say with [Body] which one is the body");
    }

    private Dictionary<string, string?> Headers()
    {
        var headers = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        // The method's own come last and win.
        var written = contract.GetInterfaces().Append(contract).Append<MemberInfo>(method).Select(m => m.GetCustomAttribute<HeadersAttribute>());
        foreach (var header in written.SelectMany(a => a?.Headers ?? []))
        {
            var (name, value) = header.Split(':', 2) is [var n, var v] ? (n.Trim(), v.Trim()) : (header.Trim(), null);
            CheckHeaderName(name);
            headers[name] = value;
        }
        return headers;
    }

    private void CheckHeaderName(string name)
    {
        if (!HeaderName().IsMatch(name)) { throw Bad($"'{name}' is not a header's name"); }
    }

    private static string WireName(ParameterInfo parameter) => parameter.GetCustomAttribute<AliasAsAttribute>()?.Name ?? parameter.Name!;

    private static bool IsText(Type type, bool several)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string) || type == typeof(bool) || type == typeof(char) || type == typeof(Uri) || type.IsAssignableTo(typeof(IFormattable)))
        {
            return true;
        }
        return several && typeof(IEnumerable).IsAssignableFrom(type)
            && type.GetInterfaces().Append(type).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>)) is { } many
            && IsText(many.GetGenericArguments()[0], several: false);
    }

    private ArgumentException Bad(string why) => new($"{contract.Name}.{method.Name}: {why}.");

    [GeneratedRegex(@"\{(?<several>\*\*)?(?<name>[A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Placeholder();

    // A token of RFC 9110, section 5.6.2.
    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+.^_`|~-]+\z")]
    private static partial Regex HeaderName();
}
