using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nirmaan.Control.Data;

namespace Nirmaan.Control.Fleet;

internal static class Hashes
{
    /// <summary>SHA-256 of a text, lower-case hex.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>SHA-256 of a value's JSON, lower-case hex.</summary>
    public static string OfJson<T>(T value) => Of(JsonSerializer.Serialize(value, DomainJson.Options));
}
