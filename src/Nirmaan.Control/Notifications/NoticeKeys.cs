using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Uptime;

namespace Nirmaan.Control.Notifications;

/// <summary>A subscription's secrets, made from its id and the control plane's key, so that none is stored.</summary>
public sealed class NoticeKeys(IOptions<MinerTokenOptions> options)
{
    private const int CodeLength = 10;

    /// <summary>The code that proves an address: whoever can type it received it.</summary>
    public string ProofCode(Guid subscription) => Make("proof", subscription)[..CodeLength];

    /// <summary>What webhooks are signed with.</summary>
    public string SigningKey(Guid subscription) => Make("signing", subscription);

    /// <summary>Ends the subscription without signing in.</summary>
    public string StopKey(Guid subscription) => Make("stop", subscription);

    /// <summary>True when a text is what was made; takes as long either way.</summary>
    public static bool AreSame(string made, string given) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(made), Encoding.UTF8.GetBytes(given));

    private string Make(string purpose, Guid subscription) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.Value.MinerTokenKey), Encoding.UTF8.GetBytes($"notices:{purpose}:{subscription:N}")));
}
