using Microsoft.Extensions.Configuration;
using Nirmaan.Control.Fleet;
using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class SandboxPayoutTests
{
    [Fact]
    public void The_list_of_the_sandbox_is_signed_with_its_test_key()
    {
        var nothing = new ConfigurationBuilder().Build();
        var settings = new ConfigurationBuilder().AddInMemoryCollection(SandboxPresets.For(new Uri("http://sandbox/"), nothing)).Build();
        var signing = PayoutSigning.Of(settings.GetSection("Payout").Get<PayoutOptions>()!, settings.GetSection("PayoutList").Get<PayoutListOptions>()!);
        signing.Fault.ShouldBeNull();
        signing.Refuses.ShouldBeFalse();
    }
}
