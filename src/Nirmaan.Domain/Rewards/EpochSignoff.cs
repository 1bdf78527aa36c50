namespace Nirmaan.Domain.Rewards;

/// <summary>One person's consent to close an epoch of one asset exactly as it was shown.</summary>
/// <param name="Digest">Of what was shown: any other amount, account or root has another digest, and the consent does not hold for it.</param>
public sealed record EpochSignoff(int Epoch, string AssetId, string By, string Digest, DateTimeOffset At);
