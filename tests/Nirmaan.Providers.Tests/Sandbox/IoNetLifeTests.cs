using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Tests.Sandbox;

public sealed class IoNetLifeTests
{
    private static CancellationToken Token => Rig.Token;

    [Theory]
    [InlineData("number", "Id")]
    [InlineData("text", "Iso2")]
    public async Task A_machine_lives_from_offer_to_destruction(string ids, string form)
    {
        await using var rig = await SandboxRig.StartAsync($"Sandbox:IoNet:Ids={ids}");
        rig.Connect(rig.Url, rig.Url, ("IoNet:LocationForm", form));
        var offer = (await rig.IoNet.ListOffersAsync(Token)).Where(o => o.Gpu.Id == "rtx-a4000" && o.Available > 0).MinBy(o => o.UsdPerGpuHour).ShouldNotBeNull();

        var created = (await rig.IoNet.CreateAsync(SandboxRig.Request(SupplierName.IoNet, "rtx-a4000", offer.Key), Token)).ShouldBeOfType<Effect.Done>();
        var id = created.ExternalId.ShouldNotBeNull();
        // Fees come on top of the catalogue's price: a few per cent.
        created.UsdPaid.ShouldNotBeNull().ShouldBeInRange(offer.UsdPerGpuHour!.Value * 24, offer.UsdPerGpuHour.Value * 24 * 1.05m);
        (await rig.BillsAsync()).Single()["chargedUsd"]!.GetValue<decimal>().ShouldBe(created.UsdPaid.Value);
        (await rig.IoNet.ListAsync(Token)).ShouldHaveSingleItem().Name.ShouldBe(Rig.Name);

        await rig.AdvanceAsync(TimeSpan.FromMinutes(10));
        var running = (await rig.IoNet.FindAsync(id, Token)).ShouldNotBeNull();
        (running.Status, running.Name, running.Gpu?.Id, running.SpentUsd, running.Region).ShouldBe((SupplierStatus.Running, Rig.Name, "rtx-a4000", created.UsdPaid, offer.Region));
        running.UsdPerGpuHour.ShouldNotBeNull().ShouldBe(created.UsdPaid.Value / 24, tolerance: 0.0001m);
        running.PaidUntil.ShouldNotBeNull().ShouldBe(rig.Now.AddHours(24), tolerance: TimeSpan.FromMinutes(11));
        running.Endpoint.ShouldNotBeNull();
        (await rig.IoNet.ReadLogTailAsync(id, 50, Token)).ShouldNotBeNull().ShouldNotBeEmpty();

        (await rig.IoNet.ChangeAsync(id, SandboxRig.Request(SupplierName.IoNet, "rtx-a4000", offer.Key) with { Name = Rig.Name }, Token)).ShouldBe(new Effect.Done(id));
        var extended = (await rig.IoNet.ExtendAsync(id, 6, Token)).ShouldBeOfType<Effect.Done>();
        extended.UsdPaid.ShouldNotBeNull().ShouldBe(created.UsdPaid.Value / 4, tolerance: 0.01m);

        (await rig.IoNet.CloseAsync(id, Token)).ShouldBe(new Effect.Done(id));
        (await rig.IoNet.CloseAsync(id, Token)).ShouldBe(new Effect.Done(id));
        (await rig.IoNet.FindAsync(id, Token))!.Status.ShouldBeOneOf(SupplierStatus.Closing, SupplierStatus.Closed);
        await rig.AdvanceAsync(TimeSpan.FromMinutes(5));
        (await rig.IoNet.FindAsync(id, Token))!.Status.ShouldBe(SupplierStatus.Closed);
        (await rig.IoNet.ListAsync(Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Hours_that_ran_out_are_a_closed_machine()
    {
        await using var rig = await SandboxRig.StartAsync();
        var request = SandboxRig.Request(SupplierName.IoNet, "rtx-a4000", "203@1x1");
        var created = (Effect.Done)await rig.IoNet.CreateAsync(request with { Wish = request.Wish with { Hours = 1 } }, Token);
        await rig.AdvanceAsync(TimeSpan.FromHours(2));
        var found = (await rig.IoNet.FindAsync(created.ExternalId!, Token)).ShouldNotBeNull();
        (found.Status, found.RawState).ShouldBe((SupplierStatus.Closed, "completed"));
    }
}
