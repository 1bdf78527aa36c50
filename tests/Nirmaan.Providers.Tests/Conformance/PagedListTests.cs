using Nirmaan.Providers.Tests.Akash;
using Nirmaan.Providers.Tests.IoNet;
using static Nirmaan.Providers.Tests.Strikes;

namespace Nirmaan.Providers.Tests.Conformance;

/// <summary>Suppliers that list by pages: more things than the sandbox has machines for, so the supplier is played in the small.</summary>
public abstract class PagedListTests(SupplierDouble stand, string alive, Func<Func<Seen, Said>, Task<Rig>> start) : IAsyncLifetime
{
    private Rig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await start(stand.Answer);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _rig.DisposeAsync();
    }

    [Fact]
    public async Task Every_page_of_the_account_is_read()
    {
        Fill(250);
        (await _rig.Provider.ListAsync(Rig.Token)).Select(i => i.ExternalId).ShouldBe(stand.Machines.Select(m => m.Id));
    }

    [Fact]
    public async Task A_list_that_loses_an_item_between_two_pages_is_read_anew()
    {
        Fill(150);
        // Without a second look the one that moved from the second page to the first would be missing.
        _rig.Server.Next(stand.ListCall, ActThenSay(first =>
        {
            stand.Machines.RemoveAt(3);
            return first;
        }));
        (await _rig.Provider.ListAsync(Rig.Token)).Select(i => i.ExternalId).ShouldBe(stand.Machines.Select(m => m.Id));
    }

    private void Fill(int count) => stand.Machines.AddRange(Enumerable.Range(0, count).Select(i => new SupplierDouble.Machine($"{1000 + i}", $"nirmaan-{i}", alive)));
}

public sealed class AkashPagesTests() : PagedListTests(new AkashDouble(), "active", answer => Rig.AkashAsync(answer));

public sealed class IoNetPagesTests() : PagedListTests(new IoNetDouble(), "running", answer => Rig.IoNetAsync(answer));
