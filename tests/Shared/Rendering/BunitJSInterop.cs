using Microsoft.JSInterop;

namespace Nirmaan.Testing.Rendering;

/// <summary>How calls that were not set up are answered.</summary>
public enum JSRuntimeMode
{
    /// <summary>They throw.</summary>
    Strict,

    /// <summary>They give the default value.</summary>
    Loose,
}

/// <summary>Plays the browser in interop and remembers what was called.</summary>
public sealed class BunitJSInterop : IJSRuntime
{
    private readonly Dictionary<string, object?> _answers = [];
    private readonly List<(string Identifier, IReadOnlyList<object?> Arguments)> _invocations = [];

    /// <summary>Strict at first.</summary>
    public JSRuntimeMode Mode { get; set; }

    /// <summary>Every call, oldest first.</summary>
    public IReadOnlyList<(string Identifier, IReadOnlyList<object?> Arguments)> Invocations => _invocations;

    /// <summary>Answers a call.</summary>
    public void Setup<TResult>(string identifier, TResult result) => _answers[identifier] = result;

    /// <summary>Accepts a call without an answer.</summary>
    public void SetupVoid(string identifier) => _answers[identifier] = null;

    /// <summary>Fails unless the call was made that often.</summary>
    public void VerifyInvoke(string identifier, int calledTimes = 1)
    {
        var times = _invocations.Count(i => i.Identifier == identifier);
        if (times != calledTimes)
        {
            throw new InvalidOperationException($"{identifier} was called {times} times, not {calledTimes}. Calls: {string.Join(", ", _invocations.Select(i => i.Identifier))}");
        }
    }

    /// <inheritdoc />
    public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
    {
        _invocations.Add((identifier, args ?? []));
        return _answers.TryGetValue(identifier, out var answer) ? ValueTask.FromResult((TValue)answer!)
            : Mode == JSRuntimeMode.Loose ? ValueTask.FromResult<TValue>(default!)
            : throw new InvalidOperationException($"{identifier} was called but not set up; JSInterop.Mode is Strict.");
    }

    /// <inheritdoc />
    public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);
}
