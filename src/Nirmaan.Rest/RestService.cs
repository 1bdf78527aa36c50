using System.Reflection;

namespace Refit;

/// <summary>Makes a client of a declared interface.</summary>
public static class RestService
{
    /// <summary>A client that sends through <paramref name="client"/>, whose base address and headers it uses and which it never disposes.</summary>
    /// <exception cref="ArgumentException">The declaration cannot be sent; the message names the method.</exception>
    public static T For<T>(HttpClient client, RefitSettings? settings = null) where T : class =>
        For<T>(client, CallTable.For(typeof(T), settings ?? new RefitSettings()));

    internal static T For<T>(HttpClient client, CallTable calls) where T : class
    {
        var proxy = DispatchProxy.Create<T, RestProxy>();
        ((RestProxy)(object)proxy).Use(client, calls);
        return proxy;
    }
}

/// <summary>Turns each call of a declared interface into a request. Not sealed because <see cref="DispatchProxy"/> derives the client from it.</summary>
internal class RestProxy : DispatchProxy
{
    private HttpClient? _client;
    private CallTable? _calls;

    internal void Use(HttpClient client, CallTable calls) => (_client, _calls) = (client, calls);

    /// <inheritdoc />
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _calls![targetMethod!].Send(_client!, args ?? []);
}
