using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Providers.Tests.Sandbox;

public sealed class AkashLifeTests
{
    private static CancellationToken Token => Rig.Token;

    internal static async Task<(string Id, Bid Bid)> PlaceAsync(SandboxRig rig, decimal maxUsd = 2m)
    {
        var request = SandboxRig.Request(SupplierName.Akash, maxUsd: maxUsd);
        var created = (await rig.Akash.CreateAsync(request, Token)).ShouldBeOfType<Effect.Done>();
        await rig.AdvanceAsync(TimeSpan.FromSeconds(60));
        var bid = (await rig.Akash.ListBidsAsync(created.ExternalId!, request.Wish, Token)).First(b => b.Unsuitable is null);
        (await rig.Akash.AcceptBidAsync(created.ExternalId!, bid.Ref, created.Answer, Token)).ShouldBeOfType<Effect.Done>();
        return (created.ExternalId!, bid);
    }

    [Theory]
    [InlineData("next")]
    [InlineData("published")]
    public async Task A_machine_lives_from_offer_to_close(string contract)
    {
        await using var rig = await SandboxRig.StartAsync($"Sandbox:Akash:Contract={contract}");
        var offers = await rig.Akash.ListOffersAsync(Token);
        offers.Where(o => o.Gpu.Id == "rtx-a6000" && o.Available > 0 && o.UsdPerGpuHour is > 0.2m and < 1m).ShouldNotBeEmpty();

        var request = SandboxRig.Request(SupplierName.Akash);
        var created = (await rig.Akash.CreateAsync(request, Token)).ShouldBeOfType<Effect.Done>();
        var id = created.ExternalId.ShouldNotBeNull();
        (await rig.Akash.FindAsync(id, Token))!.Status.ShouldBe(SupplierStatus.AwaitingBid);
        (await rig.Akash.ListAsync(Token)).ShouldHaveSingleItem().Name.ShouldBe(contract == "next" ? Rig.Name : null);
        rig.Akash.Traits.ListsNames.ShouldBe(contract == "next");

        await rig.AdvanceAsync(TimeSpan.FromSeconds(60));
        var bids = await rig.Akash.ListBidsAsync(id, request.Wish, Token);
        var bid = bids.First(b => b.Unsuitable is null);
        (bid.Gpu?.Id, bid.ExpiresAt > rig.Now, bid.UsdPerGpuHour is > 0.1m and < 2m).ShouldBe(("rtx-a6000", true, true));
        (await rig.Akash.AcceptBidAsync(id, bid.Ref, created.Answer, Token)).ShouldBe(new Effect.Done(id));
        (await rig.Akash.ListBidsAsync(id, request.Wish, Token)).Where(b => b.Ref != bid.Ref).ShouldAllBe(b => b.Unsuitable != null);

        await rig.AdvanceAsync(TimeSpan.FromMinutes(4));
        var running = (await rig.Akash.FindAsync(id, Token)).ShouldNotBeNull();
        (running.Status, running.Provider, running.UsdPerGpuHour, running.Reachable).ShouldBe((SupplierStatus.Running, bid.Provider, bid.UsdPerGpuHour, true));
        running.Endpoint.ShouldStartWith("http");

        // Work with an inbound port follows work without one.
        var next = request.Template with { Image = "ghcr.io/nirmaan/morpheus-llm:1.0.0", Needs = request.Template.Needs with { InboundPorts = [8000] } };
        (await rig.Akash.ChangeAsync(id, request with { Template = next }, Token)).ShouldBe(new Effect.Done(id));
        await rig.AdvanceAsync(TimeSpan.FromHours(2));
        var bill = (await rig.BillsAsync()).Single()["chargedUsd"]!.GetValue<decimal>();
        (await rig.Akash.FindAsync(id, Token))!.SpentUsd.ShouldNotBeNull().ShouldBe(bill, tolerance: 0.000001m);

        (await rig.Akash.CloseAsync(id, Token)).ShouldBe(new Effect.Done(id));
        (await rig.Akash.CloseAsync(id, Token)).ShouldBe(new Effect.Done(id));
        (await rig.Akash.FindAsync(id, Token))!.Status.ShouldBe(SupplierStatus.Closed);
        (await rig.Akash.ListAsync(Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_restarted_control_plane_still_knows_what_a_machine_costs_per_gpu()
    {
        await using var rig = await SandboxRig.StartAsync();
        var (id, bid) = await PlaceAsync(rig);
        rig.Connect(rig.Url, rig.Url);
        var found = (await rig.Akash.FindAsync(id, Token)).ShouldNotBeNull();
        (found.GpuCount, found.Gpu?.Id, found.UsdPerGpuHour).ShouldBe((1, "rtx-a6000", bid.UsdPerGpuHour));
    }

    [Fact]
    public async Task A_lease_that_the_provider_closed_is_lost_until_it_is_closed_here()
    {
        await using var rig = await SandboxRig.StartAsync();
        var (id, _) = await PlaceAsync(rig);
        await rig.AdvanceAsync(TimeSpan.FromMinutes(4));
        await rig.StrikeAsync(new { kind = "close-lease", id });
        (await rig.Akash.FindAsync(id, Token))!.Status.ShouldBe(SupplierStatus.Lost);
        (await rig.Akash.CloseAsync(id, Token)).ShouldBeOfType<Effect.Done>();
    }

    [Fact]
    public async Task A_machine_that_is_taken_back_says_until_when()
    {
        await using var rig = await SandboxRig.StartAsync();
        var (id, _) = await PlaceAsync(rig);
        await rig.AdvanceAsync(TimeSpan.FromMinutes(4));
        await rig.StrikeAsync(new { kind = "reclaim-lease", id });
        var found = (await rig.Akash.FindAsync(id, Token)).ShouldNotBeNull();
        (found.Status, found.ReclaimDeadline).ShouldBe((SupplierStatus.Reclaiming, rig.Now.AddHours(1)));
    }

    [Fact]
    public async Task A_provider_that_is_offline_is_unreachable_while_its_lease_goes_on()
    {
        await using var rig = await SandboxRig.StartAsync();
        var (id, bid) = await PlaceAsync(rig);
        await rig.AdvanceAsync(TimeSpan.FromMinutes(4));
        await rig.StrikeAsync(new { kind = "lose-provider", id = bid.Provider });
        var found = (await rig.Akash.FindAsync(id, Token)).ShouldNotBeNull();
        (found.Reachable, found.UsdPerGpuHour).ShouldBe((false, bid.UsdPerGpuHour));
    }

    [Fact]
    public async Task A_bid_that_expired_is_gone()
    {
        await using var rig = await SandboxRig.StartAsync();
        var request = SandboxRig.Request(SupplierName.Akash);
        var created = (Effect.Done)await rig.Akash.CreateAsync(request, Token);
        await rig.AdvanceAsync(TimeSpan.FromSeconds(60));
        var bid = (await rig.Akash.ListBidsAsync(created.ExternalId!, request.Wish, Token)).First(b => b.Unsuitable is null);
        await rig.AdvanceAsync(TimeSpan.FromMinutes(6));
        (await rig.Akash.AcceptBidAsync(created.ExternalId!, bid.Ref, created.Answer, Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("bid-gone");
    }

    [Theory]
    [InlineData("uact")]
    [InlineData("usd")]
    public async Task The_unit_of_the_balance_is_found_out(string unit)
    {
        await using var rig = await SandboxRig.StartAsync($"Sandbox:Akash:Balances={unit}", "Sandbox:Akash:CreditUsd=100");
        await PlaceAsync(rig);
        var balance = await rig.Akash.ReadBalanceAsync(Token);
        (balance.AvailableUsd + balance.ReservedUsd).ShouldNotBeNull().ShouldBeInRange(99m, 100m);
    }

    [Fact]
    public async Task A_key_that_is_not_known_is_unauthorized()
    {
        await using var rig = await SandboxRig.StartAsync();
        rig.Connect(rig.Url, rig.Url, ("Akash:ApiKey", "ac.sk.elsewhere." + new string('0', 64)));
        (await rig.Akash.CreateAsync(SandboxRig.Request(SupplierName.Akash), Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("unauthorized");
    }
}
