using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Refit;

namespace Nirmaan.Providers.Preflight;

/// <summary>One call as it went over the wire.</summary>
/// <param name="Call">Method and declared path.</param>
/// <param name="Status">The answer's status; null = there was none.</param>
public sealed record WireCall(string Call, int? Status, TimeSpan Took);

/// <summary>Stands next to the wire: lets nothing pass that could change something, and holds each answer against the declared interface.</summary>
internal sealed class Witness
{
    // Larger answers pass unread: the adapter has a limit of its own.
    private const int MaxBytes = 16 * 1024 * 1024;

    private readonly List<(HttpMethod Method, Regex Path, string Name, Type? Answer, bool Reads)> _calls;
    private readonly Dictionary<string, Shape> _shapes = new(StringComparer.Ordinal);
    private readonly JsonSerializerOptions _json;
    private readonly TimeProvider _clock;

    public Witness(Type contract, JsonSerializerOptions json, TimeProvider clock)
    {
        (_json, _clock) = (json, clock);
        _calls = [.. contract.GetMethods().Select(m => (Method: m, Http: m.GetCustomAttribute<HttpMethodAttribute>()!))
            // Fixed words before placeholders, so that /deployments is never taken for /{id}.
            .OrderBy(c => c.Http.Path.Count(l => l == '{'))
            .Select(c => (c.Http.Method, Pattern(c.Http.Path), $"{c.Http.Method} {c.Http.Path.Split('?')[0]}", AnswerOf(c.Method), c.Http.Method == HttpMethod.Get || c.Method.IsDefined(typeof(ReadsAttribute))))];
    }

    /// <summary>What was sent.</summary>
    public ConcurrentQueue<WireCall> Calls { get; } = [];

    /// <summary>Every difference, with the call in whose answer it stands.</summary>
    public IEnumerable<(string Call, string Path, string Said)> Differences() => _shapes.OrderBy(s => s.Key, StringComparer.Ordinal).SelectMany(s => s.Value.Differences().Select(d => (s.Key, d.Path, d.Said)));

    /// <summary>How many named parts of answers were compared.</summary>
    public int Compared => _shapes.Values.Sum(s => s.Compared);

    /// <summary>The handler next to the wire.</summary>
    public DelegatingHandler Handler() => new Guard(this);

    private static Regex Pattern(string path) =>
        new("/" + Regex.Replace(Regex.Escape(path.Split('?')[0].TrimStart('/')), @"\\\{[^}]*}", "[^/]+") + "$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private static Type? AnswerOf(MethodInfo method) => method.ReturnType.IsGenericType && method.ReturnType.GetGenericArguments()[0] is var answer
        && answer != typeof(HttpResponseMessage) && answer != typeof(JsonDocument) ? answer : null;

    private sealed class Guard(Witness witness) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var call = witness._calls.Find(c => c.Method == request.Method && c.Path.IsMatch(request.RequestUri!.AbsolutePath));
            // A last fence: reads are all that is asked for, and this is where a mistake would cost money.
            if (!call.Reads) { throw new InvalidOperationException($"{request.Method} {request.RequestUri!.AbsolutePath} could change something; a preflight only reads"); }
            var began = witness._clock.GetTimestamp();
            int? status = null;
            try
            {
                var response = await base.SendAsync(request, cancellationToken);
                status = (int)response.StatusCode;
                if (response.IsSuccessStatusCode && call.Answer is { } type) { await witness.ReadAsync(call.Name, type, response, cancellationToken); }
                return response;
            }
            finally { witness.Calls.Enqueue(new WireCall(call.Name, status, witness._clock.GetElapsedTime(began))); }
        }
    }

    private async Task ReadAsync(string call, Type type, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > MaxBytes) { return; }
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        try
        {
            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            lock (_shapes)
            {
                if (!_shapes.TryGetValue(call, out var shape)) { _shapes[call] = shape = new Shape(_json); }
                shape.Read(answer.RootElement, type);
            }
        }
        // The adapter meets the same body and says what is wrong with it.
        catch (JsonException) { }
    }
}
