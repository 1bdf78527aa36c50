namespace Nirmaan.Domain.Staking;

/// <summary>A word that one browser was given to sign in with, once.</summary>
/// <param name="Browser">A hash of what only that browser knows.</param>
public sealed record SignInNonce(string Nonce, string Browser, DateTimeOffset ExpiresAt);
