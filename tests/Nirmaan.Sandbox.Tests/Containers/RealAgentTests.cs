using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Tests.Shared;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Tests.Containers;

/// <summary>Containers as real processes, with a small program in the agent's place.</summary>
public sealed class RealAgentTests
{
    [Fact]
    public async Task Going_live_hands_containers_over_to_real_processes_up_to_the_limit()
    {
        await using var control = await FakeControl.StartAsync();
        await using var sandbox = await StartAsync("Sandbox:RealProcesses=1");
        await RentAsync(sandbox, control);
        await RentAsync(sandbox, control);
        (await ContainersAsync(sandbox)).ShouldAllBe(c => c["kind"]!.GetValue<string>() == "in-process");
        await sandbox.GoLiveAsync();
        (await ContainersAsync(sandbox)).Select(c => c["kind"]!.GetValue<string>()).Order().ShouldBe(["in-process", "process"]);
        var real = await UntilAsync(async () => (await ContainersAsync(sandbox))
            .FirstOrDefault(c => c["kind"]!.GetValue<string>() == "process" && c["healthy"]!.GetValue<bool>() && c["state"]!.GetValue<string>() == "working"));
        real["jobsDone"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task A_real_container_finds_its_card_its_own_folder_and_the_stand_in_miner_and_nothing_of_the_hosts_environment()
    {
        await using var control = await FakeControl.StartAsync();
        await using var sandbox = await StartAsync();
        await RentAsync(sandbox, control);
        await sandbox.GoLiveAsync();
        var told = await ToldAsync(sandbox);
        told["gpu"]!.GetValue<string>().ShouldBe("0, NVIDIA RTX A6000, 49140");
        told["command"]!.AsArray().Select(w => w!.GetValue<string>()).ShouldBe(["/bin/sleep", "600", "fake"]);
        told["state"]!.GetValue<string>().ShouldStartWith(sandbox.WorkFolder);
        var names = told["env"]!.AsArray().Select(n => n!.GetValue<string>()).ToList();
        names.ShouldContain("MODEL_PORT");
        names.ShouldNotContain("USER");
    }

    [Fact]
    public async Task The_address_of_a_container_stays_the_same_when_a_process_takes_it_over_and_leads_to_it()
    {
        await using var control = await FakeControl.StartAsync();
        await using var sandbox = await StartAsync();
        var dseq = await RentAsync(sandbox, control);
        var before = await AddressAsync(sandbox, dseq);
        await sandbox.GoLiveAsync();
        await UntilAsync(async () => (await ContainersAsync(sandbox)).FirstOrDefault(c => c["kind"]!.GetValue<string>() == "process" && c["healthy"]!.GetValue<bool>()));
        (await AddressAsync(sandbox, dseq)).ShouldBe(before);
        (await sandbox.SendAsync(HttpMethod.Get, before)).Text.ShouldBe("ok");
        var logs = await sandbox.SendAsync(HttpMethod.Get, $"{before}logs?tail=5", null, ("Authorization", "Bearer token-1"));
        (logs.Text, logs.MediaType).ShouldBe(("2026-11-15T08:00:00.000Z stdout asked /logs?tail=5 by Bearer token-1\n", "text/plain"));
    }

    [Fact]
    public async Task The_end_of_a_lease_stops_the_agent_gently_and_its_miner_with_it()
    {
        await using var control = await FakeControl.StartAsync();
        await using var sandbox = await StartAsync();
        var dseq = await RentAsync(sandbox, control);
        await sandbox.GoLiveAsync();
        var told = await ToldAsync(sandbox);
        await sandbox.AkashAsync(HttpMethod.Delete, $"/v1/deployments/{dseq}");
        await UntilAsync(() => Task.FromResult(Gone(told, "pid") && Gone(told, "miner") ? told : null));
        Directory.EnumerateFiles(sandbox.WorkFolder, "stopped", SearchOption.AllDirectories).Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_lost_machine_takes_its_processes_with_it_at_once()
    {
        await using var control = await FakeControl.StartAsync();
        await using var sandbox = await StartAsync();
        var dseq = await RentAsync(sandbox, control);
        await sandbox.GoLiveAsync();
        var told = await ToldAsync(sandbox);
        await sandbox.StrikeAsync($$"""{"kind":"lose-machine","id":"{{dseq}}"}""");
        await UntilAsync(() => Task.FromResult(Gone(told, "pid") && Gone(told, "miner") ? told : null));
        Directory.EnumerateFiles(sandbox.WorkFolder, "stopped", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_agent_that_dies_is_started_again()
    {
        await using var control = await FakeControl.StartAsync();
        await using var sandbox = await StartAsync();
        await RentAsync(sandbox, control);
        await sandbox.GoLiveAsync();
        var first = await ToldAsync(sandbox);
        Process.GetProcessById(first["pid"]!.GetValue<int>()).Kill();
        var second = await UntilAsync(async () => await ToldAsync(sandbox) is { } told && told["pid"]!.GetValue<int>() != first["pid"]!.GetValue<int>() ? told
            : null);
        Gone(second, "pid").ShouldBeFalse();
        Kill(first, "miner");
    }

    [Fact]
    public async Task No_process_outlives_the_sandbox()
    {
        await using var control = await FakeControl.StartAsync();
        JsonNode told;
        await using (var sandbox = await StartAsync())
        {
            await RentAsync(sandbox, control);
            await sandbox.GoLiveAsync();
            told = await ToldAsync(sandbox);
        }
        await UntilAsync(() => Task.FromResult(Gone(told, "pid") && Gone(told, "miner") ? told : null));
    }

    [Fact]
    public async Task A_lease_that_ends_as_the_sandbox_does_leaves_no_process()
    {
        await using var control = await FakeControl.StartAsync();
        JsonNode told;
        await using (var sandbox = await StartAsync())
        {
            var dseq = await RentAsync(sandbox, control);
            await sandbox.GoLiveAsync();
            told = await ToldAsync(sandbox);
            await sandbox.AkashAsync(HttpMethod.Delete, $"/v1/deployments/{dseq}");
        }
        // Not "soon": when the sandbox is gone nobody is left to end it.
        Gone(told, "pid").ShouldBeTrue();
    }

    [Fact]
    public async Task A_sandbox_that_stops_starts_no_container_any_more()
    {
        await using var control = await FakeControl.StartAsync();
        await using var sandbox = await StartAsync();
        await sandbox.Services.GetRequiredService<ContainerYard>().EndAllAsync();
        await RentAsync(sandbox, control);
        (await ContainersAsync(sandbox)).ShouldHaveSingleItem()["phase"]!.GetValue<string>().ShouldBe("pulling");
    }

    [Fact]
    public void What_a_killed_sandbox_left_running_is_ended_by_the_next_one()
    {
        var folder = Directory.CreateTempSubdirectory("nirmaan-sweep-").FullName;
        using var left = Process.Start(new ProcessStartInfo("/bin/sleep", "600"))!;
        using var other = Process.Start(new ProcessStartInfo("/bin/sleep", "600"))!;
        ProcessSignals.Remember(folder, "akash/1/1/miner-0", left.Id);
        File.WriteAllText(Path.Combine(folder, "processes", "reused.pid"), $"{other.Id} 1");
        ProcessSignals.Sweep(folder).ShouldBe(1);
        left.WaitForExit(TimeSpan.FromSeconds(10)).ShouldBeTrue();
        other.HasExited.ShouldBeFalse();
        other.Kill();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("nvidia-smi --query-gpu=index,name,driver_version,memory.total,utilization.gpu,temperature.gpu,memory.used,power.draw --format=csv,noheader,nounits", "0, NVIDIA H100 80GB HBM3, 550.90.07, 81559, 50, 55, 50566, 350.00\n1, NVIDIA H100 80GB HBM3, 550.90.07, 81559, 50, 55, 50566, 350.00\n")]
    [InlineData("nvidia-smi --query-gpu=memory.total --format=csv", "memory.total\n81559 MiB\n81559 MiB\n")]
    [InlineData("nvidia-smi | grep -o 'CUDA Version: [0-9.]*'", "CUDA Version: 12.4\n")]
    [InlineData("nvidia-smi -L | wc -l", "2\n")]
    public async Task The_shim_answers_as_the_drivers_tool_does(string command, string expected)
    {
        var folder = Directory.CreateTempSubdirectory("nirmaan-shim-").FullName;
        NvidiaShim.Write(folder, Gpu.Of("h100-sxm"), 2);
        NvidiaShim.SetLoad(folder, 50);
        var output = await Tools.RunAsync("/bin/sh", ["-c", $"PATH='{folder}:/usr/bin:/bin'; {command}"], "", TestContext.Current.CancellationToken);
        output.ShouldBe(expected);
        Directory.Delete(folder, recursive: true);
    }

    private static Task<TestSandbox> StartAsync(params string[] settings)
    {
        var node = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(p => Path.Combine(p, "node")).FirstOrDefault(File.Exists);
        if (node is null) { Assert.Skip("node is not on the PATH: the agent's stand-in cannot run."); }
        var agent = Path.Combine(AppContext.BaseDirectory, "fake-agent");
        File.WriteAllText(agent, $"#!/bin/sh\nexec '{node}' '{Path.Combine(AppContext.BaseDirectory, "Containers", "fake-agent.cjs")}'\n");
        if (!OperatingSystem.IsWindows()) { File.SetUnixFileMode(agent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute); }
        return TestSandbox.StartAsync(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1), null,
            [$"Sandbox:AgentPath={agent}", "Sandbox:MinerPath=/bin/sleep 600", .. settings]);
    }

    private static async Task<string> RentAsync(TestSandbox sandbox, FakeControl control)
    {
        var env = new Dictionary<string, string> { ["AGENT_CONTROL_URL"] = control.Url, ["AGENT_TOKEN"] = "token-1",
            ["AGENT_TEMPLATE"] = FakeMiner.Template.ReplaceLineEndings("") };
        var (dseq, _) = await new AkashTenant(sandbox).RentAsync(Sdls.Miner(env: env));
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        return dseq;
    }

    private static async Task<string> AddressAsync(TestSandbox sandbox, string dseq) =>
        new Uri("http://" + (await new AkashTenant(sandbox).GetAsync(dseq))["leases"]![0]!["status"]!["services"]!["miner"]!["uris"]![0]!.GetValue<string>()).AbsolutePath;

    private static async Task<IReadOnlyList<JsonNode>> ContainersAsync(TestSandbox sandbox) =>
        [.. (await sandbox.WorldAsync())["containers"]!.AsArray().Select(c => c!)];

    private static Task<JsonNode> ToldAsync(TestSandbox sandbox) => UntilAsync(() =>
    {
        try
        {
            return Task.FromResult(Directory.EnumerateFiles(sandbox.WorkFolder, "told.json", SearchOption.AllDirectories)
                .Select(f => JsonNode.Parse(File.ReadAllText(f))).FirstOrDefault());
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or IOException) { return Task.FromResult<JsonNode?>(null); }
    });

    private static bool Gone(JsonNode told, string which)
    {
        var stat = $"/proc/{told[which]!.GetValue<int>()}/stat";
        // A zombie has ended; its parent just has not asked yet.
        try { return File.ReadAllText(stat).Split(' ')[2] == "Z"; }
        catch (IOException) { return true; }
    }

    private static void Kill(JsonNode told, string which)
    {
        try { Process.GetProcessById(told[which]!.GetValue<int>()).Kill(); }
        catch (ArgumentException)
        {
            // It ended by itself.
        }
    }

    /// <summary>Asks again until there is something, at most half a minute.</summary>
    private static async Task<T> UntilAsync<T>(Func<Task<T?>> ask) where T : class
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            if (await ask() is { } found) { return found; }
            await tick.WaitForNextTickAsync(patience.Token);
        }
    }
}
