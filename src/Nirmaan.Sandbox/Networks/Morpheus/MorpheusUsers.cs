using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>Who may call the node: the cookie's user may do all, others what they were given.</summary>
internal sealed class MorpheusUsers
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Password, HashSet<string>? Permissions)> _users = [];

    public MorpheusUsers(IOptions<MorpheusOptions> options)
    {
        var cookie = options.Value.Cookie.Split(':');
        _users[cookie[0]] = (cookie[1], null);
    }

    /// <summary>Adds a user, or replaces what it had; "*" is every permission.</summary>
    public void Add(string user, string password, IEnumerable<string> permissions)
    {
        var set = permissions.ToHashSet();
        lock (_gate) { _users[user] = (password, set.Contains("*") ? null : set); }
    }

    /// <summary>Removes a user; false when there was none.</summary>
    public bool Remove(string user) { lock (_gate) { return _users.Remove(user); } }

    /// <summary>Null when the header's user has the permission; else the node's status and words.</summary>
    public (int Status, string Error)? Refuse(string? authorization, string permission)
    {
        if (string.IsNullOrEmpty(authorization)) { return (401, "no basic auth provided"); }
        if (Parse(authorization) is not { } given) { return (401, "invalid basic auth provided"); }
        lock (_gate)
        {
            if (!_users.TryGetValue(given.User, out var user) || !Same(user.Password, given.Password)) { return (401, "invalid username or password"); }
            return user.Permissions is { } allowed && !allowed.Contains(permission) ? (403, "method not allowed") : null;
        }
    }

    private static (string User, string Password)? Parse(string authorization)
    {
        if (!authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) { return null; }
        try
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(authorization["Basic ".Length..].Trim()));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
        }
        catch (FormatException) { return null; }
    }

    private static bool Same(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));
}

/// <summary>How an endpoint of the node says what it needs and how it refuses.</summary>
internal static class MorpheusGuard
{
    /// <summary>Basic authentication with a permission; refusals of the node and of the contracts become its error body.</summary>
    public static RouteHandlerBuilder Needs(this RouteHandlerBuilder endpoint, string permission) => endpoint.AddEndpointFilter(async (context, next) =>
    {
        var http = context.HttpContext;
        if (http.RequestServices.GetRequiredService<MorpheusUsers>().Refuse(http.Request.Headers.Authorization, permission) is { } refused)
        {
            return MorpheusJson.Error(refused.Status, refused.Error);
        }
        return await Answer(context, next);
    });

    /// <summary>No authentication.</summary>
    public static RouteHandlerBuilder Open(this RouteHandlerBuilder endpoint) => endpoint.AddEndpointFilter(Answer);

    private static async ValueTask<object?> Answer(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try { return await next(context); }
        catch (MorpheusRefusal refusal) { return MorpheusJson.Error(refusal.Status, refusal.Message); }
        catch (Chain.ChainException e) { return MorpheusJson.Error(500, e.Message); }
    }
}
