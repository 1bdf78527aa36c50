using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using static Nirmaan.Providers.Tests.Akash.AkashDouble;

namespace Nirmaan.Providers.Tests.Akash;

public sealed class ReadingTests : IAsyncLifetime
{
    private readonly AkashDouble _stand = new();
    private Rig _rig = null!;
    private string _id = "";

    public async ValueTask InitializeAsync()
    {
        _rig = await Rig.AkashAsync(_stand.Answer);
        _id = ((Effect.Done)await _rig.Provider.CreateAsync(Rig.Request(SupplierName.Akash, gpus: 2), Rig.Token)).ExternalId!;
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private async Task<SupplierInstance> FindAsync() => (await _rig.Provider.FindAsync(_id, Rig.Token)).ShouldNotBeNull();

    [Fact]
    public async Task Without_a_lease_bids_are_awaited() => (await FindAsync()).Status.ShouldBe(SupplierStatus.AwaitingBid);

    [Fact]
    public async Task With_all_replicas_up_it_runs_and_shows_where()
    {
        _stand.Leases = [Lease(status: Status(1, 1, "abc.ingress.example"))];
        var found = await FindAsync();
        (found.Status, found.Endpoint, found.Provider, found.Reachable).ShouldBe((SupplierStatus.Running, "http://abc.ingress.example", Provider, true));
        found.RawState.ShouldBe("active, lease active 1/1");
    }

    [Fact]
    public async Task With_replicas_missing_it_starts()
    {
        _stand.Leases = [Lease(status: Status(0, 1, null))];
        (await FindAsync()).Status.ShouldBe(SupplierStatus.Starting);
    }

    [Fact]
    public async Task Null_maps_are_an_empty_machine_that_starts()
    {
        _stand.Leases = [Lease(status: new { services = (object?)null, forwarded_ports = (object?)null, ips = (object?)null })];
        var found = await FindAsync();
        (found.Status, found.Endpoint, found.Reachable).ShouldBe((SupplierStatus.Starting, null, true));
    }

    [Fact]
    public async Task A_status_that_the_provider_did_not_give_is_unreachable_and_nothing_more()
    {
        _stand.Leases = [Lease(status: null)];
        var found = await FindAsync();
        (found.Status, found.Reachable).ShouldBe((SupplierStatus.Starting, false));
    }

    [Fact]
    public async Task A_list_claims_nothing_of_containers()
    {
        _stand.Leases = [Lease(status: null)];
        var listed = (await _rig.Provider.ListAsync(Rig.Token)).ShouldHaveSingleItem();
        (listed.Status, listed.Reachable).ShouldBe((SupplierStatus.Starting, true));
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("insufficient_funds")]
    public async Task Active_without_the_lease_it_had_is_lost(string leaseState)
    {
        _stand.Leases = [Lease(leaseState, reason: "lease_closed_reason_unstable")];
        var found = await FindAsync();
        (found.Status, found.Reason).ShouldBe((SupplierStatus.Lost, leaseState == "closed" ? "lease_closed_reason_unstable" : "the escrow ran out of funds"));
    }

    [Fact]
    public async Task An_unknown_lease_word_is_not_lost()
    {
        _stand.Leases = [Lease("frozen")];
        (await FindAsync()).Status.ShouldBe(SupplierStatus.Unrecognised);
    }

    [Fact]
    public async Task A_machine_being_taken_back_says_until_when()
    {
        _stand.Leases = [Lease("reclaiming", status: Status(1, 1, "x"), reclamation: new { window = "3600s", deadline = "1795352400", reason = "maintenance" })];
        var found = await FindAsync();
        (found.Status, found.ReclaimDeadline, found.Reason).ShouldBe((SupplierStatus.Reclaiming, DateTimeOffset.FromUnixTimeSeconds(1795352400), "maintenance"));
    }

    [Fact]
    public async Task A_closed_deployment_is_closed_and_still_found()
    {
        await _rig.Provider.CloseAsync(_id, Rig.Token);
        (await FindAsync()).Status.ShouldBe(SupplierStatus.Closed);
        (await _rig.Provider.ListAsync(Rig.Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_closed_deployment_whose_account_is_overdrawn_ran_out_of_funds()
    {
        await _rig.Provider.CloseAsync(_id, Rig.Token);
        (_stand.Leases, _stand.Escrow) = ([Lease("insufficient_funds")], Account("-1500.000000000000000000", "5000000.000000000000000000", Height - 10, "overdrawn"));
        var found = await FindAsync();
        (found.Reason, found.SpentUsd).ShouldBe(("the escrow ran out of funds", 5m));
    }

    [Fact]
    public async Task The_price_is_that_of_the_lease_per_gpu()
    {
        _stand.Leases = [Lease(amount: "1500.000000000000000000")];
        (await FindAsync()).UsdPerGpuHour.ShouldBe(0.45m);
    }

    [Fact]
    public async Task A_price_in_another_coin_is_no_price_in_dollars()
    {
        _stand.Leases = [new { id = new { provider = Provider }, state = "active", price = Coin("5", "uakt") }];
        (await FindAsync()).UsdPerGpuHour.ShouldBeNull();
    }

    [Fact]
    public async Task What_it_cost_is_what_was_paid_out_and_the_rent_since()
    {
        (_stand.Leases, _stand.Escrow) = ([Lease(amount: "1000.000000000000000000")], Account("5000000.000000000000000000", "2500000.500000000000000000", Height - 600));
        (await FindAsync()).SpentUsd.ShouldBe(2.5000005m + 0.6m);
    }

    [Fact]
    public async Task The_rent_since_the_last_settlement_is_not_more_than_there_was()
    {
        (_stand.Leases, _stand.Escrow) = ([Lease(amount: "1000.000000000000000000")], Account("100000.000000000000000000", "0", Height - 600));
        (await FindAsync()).SpentUsd.ShouldBe(0.1m);
    }

    [Fact]
    public async Task Money_in_another_coin_is_unknown_not_dollars()
    {
        _stand.Escrow = Account("5", "5", Height, denom: "uakt");
        (await FindAsync()).SpentUsd.ShouldBeNull();
    }

    [Fact]
    public async Task Without_the_chains_height_the_rent_is_unknown_but_the_machine_is_seen()
    {
        _stand.Leases = [Lease(status: Status(1, 1, "x"))];
        _rig.Server.Next("GET /v1/blocks", Strikes.Say(500), Strikes.Say(500));
        var found = await FindAsync();
        (found.Status, found.SpentUsd, found.CreatedAt).ShouldBe((SupplierStatus.Running, null, null));
    }

    [Fact]
    public async Task Heights_become_times() => (await FindAsync()).CreatedAt.ShouldBe(Rig.Start.AddHours(-1));

    [Fact]
    public async Task The_height_is_read_once_per_block()
    {
        await FindAsync();
        await FindAsync();
        _rig.Server.Count("GET /v1/blocks").ShouldBe(1);
        _rig.Clock.Advance(TimeSpan.FromSeconds(6));
        await FindAsync();
        _rig.Server.Count("GET /v1/blocks").ShouldBe(2);
    }

    [Fact]
    public async Task A_machine_that_this_process_did_not_order_shows_its_gpus_through_the_public_view()
    {
        _stand.Machines.Add(new("999", Rig.Name, "active"));
        _stand.Leases = [Lease(amount: "3000")];
        _rig.Server.Next($"GET /v1/deployment/{Owner}/999", Strikes.Say(200, """
            {"owner":"o","dseq":"999","leases":[],"other":{"groups":[{"group_spec":{"resources":[{"resource":{"gpu":{"units":{"val":"4"},"attributes":[{"key":"vendor/nvidia/model/h100/interface/sxm","value":"true"}]}},"count":1}]}}]}}
            """));
        var found = (await _rig.Provider.FindAsync("999", Rig.Token)).ShouldNotBeNull();
        (found.Gpu?.Id, found.GpuCount, found.UsdPerGpuHour).ShouldBe(("h100-sxm", 4, 0.45m));
    }

    [Fact]
    public async Task Names_are_listed_once_a_list_has_shown_one()
    {
        _rig.Provider.Traits.ListsNames.ShouldBeFalse();
        await _rig.Provider.ListAsync(Rig.Token);
        _rig.Provider.Traits.ListsNames.ShouldBeTrue();
    }

    [Fact]
    public async Task A_list_of_the_published_contract_bears_no_names()
    {
        _stand.ShowsNames = false;
        (await _rig.Provider.ListAsync(Rig.Token)).ShouldHaveSingleItem().Name.ShouldBeNull();
        _rig.Provider.Traits.ListsNames.ShouldBeFalse();
    }
}
