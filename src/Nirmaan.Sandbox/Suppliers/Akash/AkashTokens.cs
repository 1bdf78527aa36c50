using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>
/// Tokens for the providers' gateways. The real ones are signed by the account's key on the server (ES256K); these by a key of the seed, so
/// that one seed gives one token. To clients both are opaque.
/// </summary>
internal sealed class AkashTokens(AkashWorld world, Seed seed)
{
    private static readonly HashSet<string> s_scopes =
        ["send-manifest", "get-manifest", "logs", "shell", "events", "status", "restart", "hostname-migrate", "ip-migrate", "attestation"];

    private readonly byte[] _key = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed.Value}:akash:tokens"));

    /// <summary>A token for an account's leases, or the list of what is wrong with the request.</summary>
    public (string? Token, IReadOnlyList<string> Wrong) Issue(AkashAccount account, int ttlSeconds, JsonNode? leases)
    {
        if (Check(leases) is { Count: > 0 } wrong) { return (null, wrong); }
        var now = world.Now.ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = account.Owner, ["iat"] = now, ["nbf"] = now, ["exp"] = now + ttlSeconds, ["version"] = "v1",
            ["leases"] = leases!.DeepClone() };
        var body = $"{Text("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Text(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return ($"{body}.{Text(Sign(body))}", []);
    }

    /// <summary>The owner whom a gateway call may act for, when its header bears a good token with a scope; else null and why.</summary>
    public (string? Owner, int Status, string Why) Read(string? header, string scope)
    {
        if (header is null || !header.StartsWith("Bearer ", StringComparison.Ordinal))
        {
            return (null, header is null ? 401 : 400, header is null ? "unauthorized access" : "invalid authorization header");
        }
        var parts = header["Bearer ".Length..].Split('.');
        if (parts.Length != 3 || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Text(Sign($"{parts[0]}.{parts[1]}"))),
            Encoding.ASCII.GetBytes(parts[2])))
        {
            return (null, 401, "JWT is invalid");
        }
        var claims = JsonNode.Parse(Bytes(parts[1]))!;
        if (claims["exp"]!.GetValue<long>() < world.Now.ToUnixTimeSeconds()) { return (null, 401, "JWT is expired"); }
        var leases = claims["leases"]!;
        var may = leases["access"]!.GetValue<string>() == "full" || leases.ToJsonString().Contains($"\"{scope}\"", StringComparison.Ordinal);
        return may ? (claims["iss"]!.GetValue<string>(), 200, "") : (null, 401, "unauthorized access");
    }

    private static List<string> Check(JsonNode? leases)
    {
        if (leases is not JsonObject map) { return ["leases must be an object"]; }
        return map["access"]?.ToString() switch
        {
            "full" => map.ContainsKey("scope") || map.ContainsKey("permissions") ? ["access full takes no scope and no permissions"] : [],
            "scoped" => CheckScope(map["scope"], "scope"),
            "granular" => map["permissions"] is JsonArray { Count: > 0 } permissions
                ? [.. permissions.SelectMany((p, i) => p?["provider"] is null ? [$"permissions/{i} names no provider"]
                    : p["access"]?.ToString() == "granular" ? p["deployments"] is JsonArray { Count: > 0 } ds
                        ? ds.SelectMany(d => CheckScope(d?["scope"], $"permissions/{i}/deployments/scope")) : [$"permissions/{i} names no deployments"]
                    : CheckScope(p["scope"], $"permissions/{i}/scope"))]
                : ["access granular needs permissions"],
            _ => ["access must be one of full, scoped, granular"],
        };
    }

    private static List<string> CheckScope(JsonNode? scope, string where) => scope is JsonArray { Count: > 0 } words
        ? [.. words.Where(w => w?.GetValueKind() != JsonValueKind.String || !s_scopes.Contains(w.ToString())).Select(w => $"{where}: {w} is no scope")]
        : [$"{where} must be a list of scopes"];

    private byte[] Sign(string body) => HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(body));

    private static string Text(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static byte[] Bytes(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);
}
