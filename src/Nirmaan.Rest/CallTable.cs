using System.Reflection;

namespace Refit;

/// <summary>The calls of one interface, checked once.</summary>
internal sealed class CallTable
{
    private readonly Dictionary<MethodInfo, Call> _calls;

    private CallTable(Dictionary<MethodInfo, Call> calls) => _calls = calls;

    internal Call this[MethodInfo method] => _calls[method];

    internal static CallTable For(Type contract, RefitSettings settings)
    {
        if (!contract.IsInterface) { throw new ArgumentException($"{contract.Name}: only an interface can be declared."); }
        if (settings.MaxResponseBytes is <= 0 or > int.MaxValue)
        {
            throw new ArgumentException($"{contract.Name}: MaxResponseBytes must be from 1 to {int.MaxValue}, not {settings.MaxResponseBytes}.");
        }
        const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;
        var methods = contract.GetInterfaces().Prepend(contract).SelectMany(i => i.GetMethods(Any));
        return new CallTable(methods.ToDictionary(m => m, m => new Declaration(contract, m, settings).ToCall()));
    }
}

/// <summary>One call: how to make its request and what to do with the answer.</summary>
internal sealed record Call(
    HttpMethod Method, string Template, IReadOnlyList<Part> Parts, Dictionary<string, string?> Headers, RefitSettings Settings, Answer Answer)
{
    internal object Send(HttpClient client, object?[] args) => Answer(new Exchange(this, client, args), args.OfType<CancellationToken>().LastOrDefault());
}
