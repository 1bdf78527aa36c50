using System.Security.Cryptography;
using System.Text;

namespace Nirmaan.Sandbox.World;

/// <summary>One seed for the whole world. Each subject draws from its own sequence, so that the order of calls cannot change another's draws.</summary>
public sealed class Seed(int value)
{
    /// <summary>The seed itself, printed at start: the same seed and the same calls give the same world.</summary>
    public int Value => value;

    /// <summary>The random sequence of one subject, for example <c>akash:bids:1795305600001</c>.</summary>
    public Random For(string subject)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{value}:{subject}"), hash);
        return new Random(BitConverter.ToInt32(hash));
    }
}
