namespace Nirmaan.Agent.Tests;

public sealed class HeartbeatTests
{
    private static readonly object s_rules = new
    {
        rules = new object[] { new { match = "ready", state = "idle" }, new { match = "job", state = "working", reason = "job-done" } },
    };

    [Fact]
    public async Task Heartbeats_come_in_order_with_the_miners_token()
    {
        await using var plane = await ControlPlane.StartAsync();
        await using var run = new AgentRun().With(plane).WithMiner("exec sleep 600").Start();
        await AgentRun.UntilAsync(() => plane.Taken.Count >= 4);
        plane.Taken.Select(b => b.Sequence).Take(4).ShouldBe([1, 2, 3, 4]);
        plane.Taken.Select(b => b.BootId).Distinct().ShouldHaveSingleItem();
        plane.Posts.ShouldAllBe(p => p.Authorization == "Bearer token-of-the-miner");
    }

    [Fact]
    public async Task A_heartbeat_carries_state_gpus_and_jobs()
    {
        await using var plane = await ControlPlane.StartAsync();
        await using var run = new AgentRun().With(plane).WithGpu("0, NVIDIA RTX A6000, 550.54.15, 49140, 97, 71, 31022, 291.33")
            .WithMiner("echo ready; echo job; exec sleep 600", s_rules).Start();
        await AgentRun.UntilAsync(() => plane.Taken.Any(b => b.JobsDone == 1));
        var beat = plane.Taken.First(b => b.JobsDone == 1);
        beat.State.ShouldBe("working");
        beat.Gpus.ShouldBe([new Heartbeat.GpuState(0, "NVIDIA RTX A6000", 97, 71, 31022, 291.33)]);
        beat.LastJobAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_heartbeat_tells_where_the_running_miner_is_paid_by_its_environment_and_its_file()
    {
        await using var plane = await ControlPlane.StartAsync();
        await using var run = new AgentRun().With(plane).With("MINER_ID_0", "0xaa-tag").With("MINER_ID_1", "0xaa-tag_1").With("MINER_ID_NAME", "no payout")
            .WithMiner("exec sleep 600", more: new() { ["payout"] = new { kind = "evm-address", env = "MINER_ID_0" } });
        await File.WriteAllTextAsync(Path.Combine(run.Folder, ".env"), "# mine\nMINER_ID_0=\"0xbb\"\nMINER_ID_1=\n", AgentRun.Token);
        run.Start();
        await AgentRun.UntilAsync(() => plane.Taken.Any(b => b.Payouts is not null));
        plane.Taken.First(b => b.Payouts is not null).Payouts!.OrderBy(p => p.Source, StringComparer.Ordinal)
            .ShouldBe([new(".env MINER_ID_0", "0xbb"), new("environment MINER_ID_0", "0xaa-tag"), new("environment MINER_ID_1", "0xaa-tag_1")]);
    }

    [Fact]
    public async Task News_is_told_soon_however_long_the_regular_time()
    {
        await using var plane = await ControlPlane.StartAsync();
        plane.NextInSeconds = 600;
        await using var run = new AgentRun().With(plane).With("AGENT_HEARTBEAT_SECONDS", "600")
            .WithMiner("while [ ! -e go ]; do sleep 0.02; done; echo ready; exec sleep 600", s_rules).Start();
        await AgentRun.UntilAsync(() => plane.Taken.Count > 0);
        await File.WriteAllTextAsync(Path.Combine(run.Folder, "go"), "", AgentRun.Token);
        await AgentRun.UntilAsync(() => plane.Taken.Any(b => b.State == "idle"));
    }

    [Fact]
    public async Task The_control_plane_says_how_often_it_wants_to_hear()
    {
        await using var plane = await ControlPlane.StartAsync();
        plane.NextInSeconds = 45;
        await using var run = new AgentRun().With(plane).WithMiner("exec sleep 600").Start();
        (await run.UntilAsync(s => s.Heartbeats.EverySeconds == 45)).Heartbeats.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task The_last_heartbeat_says_stopped()
    {
        await using var plane = await ControlPlane.StartAsync();
        await using var run = new AgentRun().With(plane).WithMiner("exec sleep 600").Start();
        await AgentRun.UntilAsync(() => plane.Taken.Count > 0);
        await run.StopAsync();
        plane.Taken[^1].State.ShouldBe("stopped");
    }

    [Fact]
    public async Task While_the_control_plane_is_away_heartbeats_wait_on_disk_and_then_come_in_order()
    {
        await using var plane = await ControlPlane.StartAsync();
        plane.Refuse = _ => 503;
        plane.RetryAfter = "1";
        await using var run = new AgentRun().With(plane).WithMiner("exec sleep 600").Start();
        await run.UntilAsync(s => s.Heartbeats is { Unsent: >= 4, Problem: "the control plane answered 503" });

        plane.Refuse = _ => null;
        await AgentRun.UntilAsync(() => plane.Taken.Count >= 4);
        plane.Posts.First(p => p.Status == 202).ShouldSatisfyAllConditions(p => p.IsBatch.ShouldBeTrue(), p => p.Beats.Count.ShouldBeGreaterThanOrEqualTo(4));
        var taken = plane.Taken;
        taken.Select(b => b.Sequence).ShouldBe(taken.Select((_, i) => i + 1L));
    }

    [Fact]
    public async Task Unsent_heartbeats_survive_a_restart_of_the_agent()
    {
        await using var plane = await ControlPlane.StartAsync();
        plane.Refuse = _ => 503;
        await using var run = new AgentRun().With(plane).WithMiner("exec sleep 600").Start();
        var first = await run.UntilAsync(s => s.Heartbeats.Unsent >= 3);
        run.Signal("KILL");
        await run.EndAsync();

        plane.Refuse = _ => null;
        run.Start();
        await AgentRun.UntilAsync(() => plane.Taken.Select(b => b.BootId).Distinct().Count() == 2);
        plane.Taken[0].BootId.ShouldBe(first.BootId);
        plane.Taken.Where(b => b.BootId == first.BootId).Select(b => b.Sequence).Take(3).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_refused_token_keeps_the_heartbeats()
    {
        await using var plane = await ControlPlane.StartAsync();
        plane.Refuse = _ => 401;
        await using var run = new AgentRun().With(plane).WithMiner("exec sleep 600").Start();
        var status = await run.UntilAsync(s => s.Heartbeats is { Unsent: >= 2, Problem: not null });
        status.Heartbeats.Problem.ShouldBe("the control plane answered 401");
        status.Heartbeats.Rejected.ShouldBe(0);
    }

    [Fact]
    public async Task A_batch_that_is_too_large_is_halved_until_it_fits()
    {
        await using var plane = await ControlPlane.StartAsync();
        plane.Refuse = _ => 503;
        plane.RetryAfter = "1";
        await using var run = new AgentRun().With(plane).With("AGENT_HEARTBEAT_SECONDS", "0.1").WithMiner("exec sleep 600").Start();
        await run.UntilAsync(s => s.Heartbeats.Unsent >= 8);
        plane.Refuse = count => count > 3 ? 413 : null;
        await AgentRun.UntilAsync(() => plane.Taken.Count >= 8);
        var taken = plane.Taken;
        taken.Select(b => b.Sequence).ShouldBe(taken.Select((_, i) => i + 1L));
    }

    [Fact]
    public async Task A_heartbeat_that_would_never_be_taken_does_not_hold_up_the_others()
    {
        await using var plane = await ControlPlane.StartAsync();
        var first = true;
        plane.Refuse = count =>
        {
            if (!first || count > 1) { return first ? 422 : null; }
            first = false;
            return 422;
        };
        await using var run = new AgentRun().With(plane).WithMiner("exec sleep 600").Start();
        var status = await run.UntilAsync(s => s.Heartbeats is { Rejected: 1, LastAcceptedAt: not null });
        status.Warnings.ShouldContain("the control plane answered 422 to a heartbeat, which is given up");
        plane.Taken[0].Sequence.ShouldBe(2);
    }

    [Fact]
    public async Task A_wish_for_patience_is_honoured()
    {
        await using var plane = await ControlPlane.StartAsync();
        plane.Refuse = _ => 429;
        plane.RetryAfter = "600";
        await using var run = new AgentRun().With(plane).WithMiner("exec sleep 600").Start();
        await run.UntilAsync(s => s.Heartbeats.Unsent >= 5);
        plane.Posts.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Without_a_control_plane_heartbeats_are_kept()
    {
        await using var run = new AgentRun().WithMiner("exec sleep 600").Start();
        (await run.UntilAsync(s => s.Heartbeats.Unsent >= 2)).Warnings.ShouldContain(w => w.Contains("AGENT_CONTROL_URL is not set"));
    }

    [Fact]
    public async Task A_state_folder_that_cannot_be_written_does_not_stop_the_miner()
    {
        await using var run = new AgentRun().With("AGENT_STATE_DIR", "/proc/none").WithMiner("exec sleep 600").Start();
        (await run.UntilAsync(s => s.State == "serving")).Warnings.ShouldContain(w => w.Contains("cannot be used"));
    }
}
