using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Uptime;

/// <summary>The key from which miners' tokens follow. Section <c>Control</c>.</summary>
public sealed class MinerTokenOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Control";
    internal const int MinLength = 32;

    /// <summary>A secret of at least 32 characters. Another key makes every token given out so far worthless.</summary>
    public string MinerTokenKey { get; set; } = "";
}

internal sealed class MinerTokenOptionsCheck : IValidateOptions<MinerTokenOptions>
{
    public ValidateOptionsResult Validate(string? name, MinerTokenOptions options) => options.MinerTokenKey.Length >= MinerTokenOptions.MinLength
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"{MinerTokenOptions.Section}:{nameof(options.MinerTokenKey)} has {options.MinerTokenKey.Length} characters; expected a secret of at least {MinerTokenOptions.MinLength}.");
}

/// <summary>
/// The bearer tokens with which agents report: <c>nrm_m_&lt;miner&gt;_&lt;HMAC-SHA256&gt;</c>, both in hexadecimal. A token follows from the
/// miner's id and one key, so none is stored and none can be read from the database.
/// </summary>
public sealed class MinerTokens(IOptions<MinerTokenOptions> options)
{
    private const string Prefix = "nrm_m_";
    private const int IdLength = 32;
    private readonly byte[] _key = Encoding.UTF8.GetBytes(options.Value.MinerTokenKey);

    /// <summary>The token of a miner.</summary>
    public string Of(MinerId miner) => $"{Prefix}{miner.Value:N}_{Convert.ToHexStringLower(Seal(miner))}";

    /// <summary>Whose token it is; false when it is not a token of ours. Takes the same time wherever it is wrong.</summary>
    public bool TryRead([NotNullWhen(true)] string? token, out MinerId miner)
    {
        miner = default;
        if (token is not { Length: 6 + IdLength + 1 + 2 * HMACSHA256.HashSizeInBytes } || !token.StartsWith(Prefix, StringComparison.Ordinal)
            || !Guid.TryParseExact(token.AsSpan(Prefix.Length, IdLength), "N", out var id)) { return false; }
        var claimed = new MinerId(id);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(Of(claimed)))) { return false; }
        miner = claimed;
        return true;
    }

    // The purpose is part of the message, so that the key can never sign something else that looks alike.
    private byte[] Seal(MinerId miner) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"miner-token:{miner.Value:N}"));
}
