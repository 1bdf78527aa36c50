using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Nirmaan.Providers.Akash;

/// <summary>
/// Whether a gateway is the provider's. One with a certificate of a known authority for its host is taken as any site is. Others show a certificate that they
/// signed themselves and that bears the provider's address as its name. That it is also the one which the provider has put on the chain is not looked up: anybody
/// can write such a certificate, so what goes to a gateway is only a token that this provider's leases are opened with, and that ends within minutes.
/// </summary>
internal static class AkashCertificate
{
    /// <summary>True when the connection may go on.</summary>
    /// <param name="errors">What the usual check found.</param>
    /// <param name="provider">The provider's address (akash1..).</param>
    public static bool IsGood(X509Certificate? certificate, SslPolicyErrors errors, string provider, DateTimeOffset now)
    {
        if (errors == SslPolicyErrors.None) { return true; }
        return certificate is X509Certificate2 shown && shown.GetNameInfo(X509NameType.SimpleName, forIssuer: false) == provider && SignedItself(shown, now);
    }

    private static bool SignedItself(X509Certificate2 certificate, DateTimeOffset now)
    {
        if (!certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)) { return false; }
        // A chain of one: its signature is its own, and it is valid now.
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate) && chain.ChainElements.Count == 1;
    }
}
