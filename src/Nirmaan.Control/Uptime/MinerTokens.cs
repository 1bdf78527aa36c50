using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Uptime;

/// <summary>The key that miner tokens are derived from. Section <c>Control</c>.</summary>
public sealed class MinerTokenOptions
{
    /// <summary>At least 32 characters, kept secret; changing it makes every running agent's token void.</summary>
    public string MinerTokenKey { get; set; } = "";
}

/// <summary>
/// Tokens by which a miner's agent proves who it is: an HMAC over the miner's id, so nothing secret is stored and a token can be made again
/// when a machine is asked for a second time.
/// </summary>
public sealed class MinerTokens(IOptions<MinerTokenOptions> options)
{
    private const string Prefix = "nrm_m_";

    /// <summary>The token of a miner.</summary>
    public string For(MinerId miner) => $"{Prefix}{miner.Value:N}_{Mac(miner)}";

    /// <summary>The miner whose token this is; null when it is none of ours.</summary>
    public MinerId? Check(string? token)
    {
        if (token is null || !token.StartsWith(Prefix, StringComparison.Ordinal)) { return null; }
        var parts = token[Prefix.Length..].Split('_');
        if (parts.Length != 2 || !Guid.TryParseExact(parts[0], "N", out var id)) { return null; }
        var miner = new MinerId(id);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Mac(miner)), Encoding.UTF8.GetBytes(parts[1])) ? miner : null;
    }

    private string Mac(MinerId miner) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.Value.MinerTokenKey), miner.Value.ToByteArray()));
}
