using Microsoft.Extensions.Options;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>The signature was made by another implementation (a library for wallets) with account 0 of the well-known test mnemonic.</summary>
public sealed class PayoutSigningTests(ControlPostgres postgres)
{
    private const string First = "0x4e69726d61616e20706f6f6c0000000000000001", Second = "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720", Signer = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", At = "2026-01-01T00:00:00Z";
    private const string Signature = "0x3961034b95de59545f7e3dcea8bd231972e16e8d0dacb505872c37fb2b363eac763ea046569896dba705789074329ca85cd78558c5457feeac0b55433eabf6391b";

    private static PayoutOptions List() => new() { ["morpheus"] = [Second], ["heurist"] = [First] };

    private static PayoutListOptions Signed() => new() { Signer = Signer, SignedAt = At, Signature = Signature };

    private static PayoutSigning With(Action<PayoutOptions>? list = null, Action<PayoutListOptions>? signed = null)
    {
        var (addresses, options) = (List(), Signed());
        list?.Invoke(addresses);
        signed?.Invoke(options);
        return PayoutSigning.Of(addresses, options);
    }

    [Fact]
    public void A_list_that_fits_names_who_signed_and_when()
    {
        var signing = With();
        signing.Fault.ShouldBeNull();
        signing.Refuses.ShouldBeFalse();
        signing.Signer!.Value.ToString().ShouldBe(Signer);
        signing.SignedAt.ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void The_text_has_networks_by_name_and_addresses_in_their_order()
    {
        var list = List();
        list["heurist"] = [Second, First];
        PayoutSigning.TextOf(list, new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.FromHours(1)))
            .ShouldBe($"Nirmaan payout list\nSigned at: {At}\nheurist: {Second}, {First}\nmorpheus: {Second}");
    }

    public static TheoryData<string, Action<PayoutOptions>> Changes { get; } = new()
    {
        { "another address", l => l["heurist"] = [Second] },
        { "one more address", l => l["heurist"] = [First, Second] },
        { "one more network", l => l["ritual"] = [First] },
        { "one network less", l => l.Remove("heurist") },
    };

    [Theory, MemberData(nameof(Changes))]
    public void A_list_that_was_changed_since_refuses_launches(string change, Action<PayoutOptions> make)
    {
        change.ShouldNotBeEmpty();
        var signing = With(make);
        signing.Refuses.ShouldBeTrue();
        signing.Signer.ShouldBeNull();
        signing.Fault.ShouldNotBeNull().ShouldContain("PayoutList:Signature");
    }

    [Fact]
    public void Another_time_than_the_signed_one_does_not_fit() => With(signed: s => s.SignedAt = "2026-01-01T00:00:01Z").Refuses.ShouldBeTrue();

    [Fact]
    public void Another_signer_than_the_one_who_signed_does_not_fit() => With(signed: s => s.Signer = Second).Refuses.ShouldBeTrue();

    [Theory]
    [InlineData("Signer", "0x12"), InlineData("SignedAt", "yesterday"), InlineData("Signature", "0x00")]
    public void What_cannot_be_read_is_named_by_its_key(string key, string value) =>
        With(signed: s => typeof(PayoutListOptions).GetProperty(key)!.SetValue(s, value)).Fault.ShouldNotBeNull().ShouldContain($"PayoutList:{key} is");

    [Fact]
    public void An_address_that_would_write_another_line_into_the_text_is_refused() =>
        Should.Throw<FormatException>(() => PayoutSigning.TextOf(new() { ["heurist"] = [$"{First}\nmorpheus: {Second}"] }, default)).Message.ShouldContain("Payout:heurist");

    [Fact]
    public void Without_a_signature_launches_go_on_only_where_none_is_required()
    {
        PayoutSigning.Of(List(), new()).Refuses.ShouldBeTrue();
        PayoutSigning.Of(List(), new() { Required = false }).Refuses.ShouldBeFalse();
    }

    [Fact]
    public void No_address_is_handed_out_from_a_list_that_does_not_fit() => Should.Throw<InvalidInputException>(
        () => new PayoutPolicy(Options.Create(List()), Options.Create(new PayoutListOptions { Signer = Signer, SignedAt = "2025-01-01T00:00:00Z", Signature = Signature })).AddressFor(NetworkName.Heurist)).Field.ShouldBe("Payout:heurist");

    [Fact]
    public async Task A_launch_without_a_signed_list_is_refused_and_rents_nothing()
    {
        await using var world = await FleetWorld.CreateAsync(postgres, ("PayoutList:Required", "true"));
        (await world.LaunchAsync(1)).ShouldBeOfType<LaunchOutcome.Refused>().Why.ShouldContain("The payout list is not signed (PayoutList:Signature)");
        (await world.InstancesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_signed_list_nothing_is_replaced_and_the_job_says_so()
    {
        await using var world = await FleetWorld.CreateAsync(postgres, ("PayoutList:Required", "true"));
        (await world.Get<ReplaceLost>().RunAsync(TestContext.Current.CancellationToken)).ShouldBe("nothing is replaced: The payout list is not signed (PayoutList:Signature)");
    }
}
