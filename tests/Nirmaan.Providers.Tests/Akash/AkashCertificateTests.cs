using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nirmaan.Providers.Akash;

namespace Nirmaan.Providers.Tests.Akash;

public sealed class AkashCertificateTests
{
    private const string Provider = "akash1providerproviderproviderproviderpro00";
    private const SslPolicyErrors Unknown = SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch;

    private static X509Certificate2 Signed(string name, DateTimeOffset? until = null, X509Certificate2? by = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (by is not null) { return request.Create(by, Rig.Start.AddDays(-1), until ?? Rig.Start.AddDays(30), [1]); }
        // A provider's own is no authority; whoever signs for others is.
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(name != Provider, false, 0, true));
        return request.CreateSelfSigned(Rig.Start.AddDays(-1), until ?? Rig.Start.AddDays(30));
    }

    private static bool IsGood(X509Certificate2? certificate, SslPolicyErrors errors = Unknown) => AkashCertificate.IsGood(certificate, errors, Provider, Rig.Start);

    [Fact]
    public void A_certificate_that_the_provider_signed_itself_under_its_address_is_taken()
    {
        using var certificate = Signed(Provider);
        IsGood(certificate).ShouldBeTrue();
    }

    [Fact]
    public void Another_providers_certificate_is_not_taken()
    {
        using var certificate = Signed("akash1somebodyelse");
        IsGood(certificate).ShouldBeFalse();
    }

    [Fact]
    public void A_certificate_that_has_run_out_is_not_taken()
    {
        using var certificate = Signed(Provider, Rig.Start.AddHours(-1));
        IsGood(certificate).ShouldBeFalse();
    }

    [Fact]
    public void A_certificate_under_the_right_name_that_somebody_else_signed_is_not_taken()
    {
        using var other = Signed("akash1somebodyelse");
        using var certificate = Signed(Provider, Rig.Start.AddDays(20), other);
        IsGood(certificate).ShouldBeFalse();
    }

    [Fact]
    public void A_certificate_that_every_site_could_show_is_taken_as_everywhere()
    {
        using var certificate = Signed("gateway.example");
        IsGood(certificate, SslPolicyErrors.None).ShouldBeTrue();
        IsGood(certificate, SslPolicyErrors.RemoteCertificateNameMismatch).ShouldBeFalse();
        IsGood(null, SslPolicyErrors.RemoteCertificateNotAvailable).ShouldBeFalse();
    }
}
