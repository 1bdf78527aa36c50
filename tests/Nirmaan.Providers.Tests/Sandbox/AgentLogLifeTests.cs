using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Tests.Sandbox;

/// <summary>The agents' logs at the addresses that the suppliers of the sandbox show.</summary>
public sealed class AgentLogLifeTests
{
    private static readonly string s_token = Rig.Request(SupplierName.Akash).Env["AGENT_TOKEN"];

    private static CancellationToken Token => Rig.Token;

    [Fact]
    public async Task An_agent_on_akash_is_read_while_its_machine_lives()
    {
        await using var rig = await SandboxRig.StartAsync();
        var (id, _) = await AkashLifeTests.PlaceAsync(rig);
        await rig.AdvanceAsync(TimeSpan.FromMinutes(20));
        await ShouldBeReadAsync(rig, rig.Akash, id);
    }

    [Fact]
    public async Task An_agent_on_io_net_is_read_while_its_machine_lives()
    {
        await using var rig = await SandboxRig.StartAsync();
        var created = (Effect.Done)await rig.IoNet.CreateAsync(SandboxRig.Request(SupplierName.IoNet, "rtx-a4000", "203@1x1"), Token);
        await rig.AdvanceAsync(TimeSpan.FromMinutes(20));
        await ShouldBeReadAsync(rig, rig.IoNet, created.ExternalId!);
    }

    private static async Task ShouldBeReadAsync(SandboxRig rig, IComputeProvider supplier, string id)
    {
        var endpoint = new Uri((await supplier.FindAsync(id, Token)).ShouldNotBeNull().Endpoint.ShouldNotBeNull());
        var lines = (await rig.Agents.ReadTailAsync(endpoint, s_token, 5, Token)).ShouldNotBeNull();
        lines.Count.ShouldBeInRange(1, 5);
        lines.ShouldAllBe(l => l.Source == "stdout" && l.At > Rig.Start && l.At <= rig.Now);
        (await rig.Agents.ReadTailAsync(endpoint, s_token + "x", 5, Token)).ShouldBeNull();

        await rig.StrikeAsync(new { kind = "lose-machine", id });
        (await rig.Agents.ReadTailAsync(endpoint, s_token, 5, Token)).ShouldBeNull();
    }
}
