using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm.Signatures;

namespace Nirmaan.Control.Staking;

/// <summary>
/// Nonces of EIP-4361: each is given to one browser, works there once and only for a while. They lie in the database, so that of several
/// web processes any can take what another gave.
/// </summary>
public sealed class WalletNonces(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>Gives a browser a new one, and forgets all that are too old.</summary>
    /// <param name="browser">What only that browser knows.</param>
    public async Task<string> GiveAsync(string browser, DateTimeOffset now, TimeSpan life, CancellationToken cancellationToken)
    {
        var nonce = SiweNonce.New();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.SignInNonces.Where(n => n.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        db.SignInNonces.Add(new SignInNonce(nonce, HashOf(browser), now + life));
        await db.SaveChangesAsync(cancellationToken);
        return nonce;
    }

    /// <summary>True when the browser was given it and it still works.</summary>
    public async Task<bool> HoldsAsync(string nonce, string browser, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hash = HashOf(browser);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.SignInNonces.AnyAsync(n => n.Nonce == nonce && n.Browser == hash && n.ExpiresAt > now, cancellationToken);
    }

    /// <summary>Takes it out of use: of any number who try at once, one gets true.</summary>
    public async Task<bool> TakeAsync(string nonce, string browser, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hash = HashOf(browser);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.SignInNonces.Where(n => n.Nonce == nonce && n.Browser == hash && n.ExpiresAt > now).ExecuteDeleteAsync(cancellationToken) == 1;
    }

    // Whoever reads the table must not be able to play a browser.
    private static string HashOf(string browser) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(browser)));
}
