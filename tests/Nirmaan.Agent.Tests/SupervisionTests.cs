using System.Diagnostics;
using System.Globalization;

namespace Nirmaan.Agent.Tests;

public sealed class SupervisionTests
{
    private static readonly object s_rules = new
    {
        rules = new object[]
        {
            new { match = "^Loading", state = "loading" },
            new { match = "No job received", state = "idle" },
            new { match = "Processing Request ID", state = "working" },
            new { match = @"Request ID \S+ completed", state = "working", reason = "job-done" },
            new { match = "CUDA out of memory", state = "failed", reason = "out of memory" },
            new { match = "memory", state = "idle", reason = "a later rule" },
        },
    };

    private static int Number(string path) => int.Parse(File.ReadAllText(path).Trim(), CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_command_is_executed_without_a_shell()
    {
        await using var run = new AgentRun().With("AGENT_TEMPLATE", """{"command":["/bin/echo","a;b","*","`id`"]}""").Start();
        await run.UntilAsync(s => s.LastLines!.Contains("a;b * `id`"));
    }

    [Fact]
    public async Task The_miner_gets_its_environment_and_not_the_agents_token()
    {
        await using var run = new AgentRun()
            .With("MINER_ID_0", "0xabc")
            .WithMiner("echo \"id=$MINER_ID_0 mode=$MODE port=$PORT token=$AGENT_TOKEN diagnostics=$DOTNET_EnableDiagnostics\"; exec sleep 60",
                more: new() { ["env"] = new { MODE = "fast", PORT = "1" } })
            .With("PORT", "8000").Start();
        await run.UntilAsync(s => s.LastLines!.Contains("id=0xabc mode=fast port=8000 token= diagnostics="));
    }

    [Fact]
    public async Task Lines_move_the_miner_from_state_to_state()
    {
        await using var run = new AgentRun().WithMiner("""
            for line in 'Loading model' 'No job received.' 'Processing Request ID: 7.'; do
              echo "$line"
              while [ ! -e "next-$line" ]; do sleep 0.02; done
            done
            exec sleep 60
            """, s_rules).Start();
        foreach (var (state, line) in new[] { ("loading", "Loading model"), ("idle", "No job received."), ("working", "Processing Request ID: 7.") })
        {
            await run.UntilAsync(s => s.State == state);
            await File.WriteAllTextAsync(Path.Combine(run.Folder, $"next-{line}"), "", AgentRun.Token);
        }
    }

    [Fact]
    public async Task A_finished_job_is_counted_with_its_time()
    {
        await using var run = new AgentRun().WithMiner("echo 'Request ID a completed.'; echo 'Request ID b completed.' >&2; exec sleep 60", s_rules).Start();
        var status = await run.UntilAsync(s => s.JobsDone == 2);
        (status.Now - status.LastJobAt!.Value).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task The_first_rule_that_matches_decides_and_a_fatal_line_ends_the_miner()
    {
        await using var run = new AgentRun().With("AGENT_RESTART_MIN_SECONDS", "600").With("AGENT_RESTART_MAX_SECONDS", "600")
            .WithMiner("echo $$ > pid; echo 'CUDA out of memory'; exec sleep 600", s_rules).Start();
        var status = await run.UntilAsync(s => s.State == "failed" && s.Miner.NextStartAt is not null);
        status.Reason.ShouldBe("out of memory");
        AgentRun.Lives(Number(Path.Combine(run.Folder, "pid"))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_miner_that_ends_is_started_again()
    {
        await using var run = new AgentRun().WithMiner("[ -e once ] && exec sleep 600; touch once; exit 3").Start();
        var status = await run.UntilAsync(s => s.Miner is { Restarts: 1, ProcessId: not null });
        status.State.ShouldBe("serving");
        run.Output.ShouldContain(line => line.Contains("ended by itself with exit code 3"));
    }

    [Fact]
    public async Task The_pause_before_a_restart_doubles_up_to_the_limit()
    {
        await using var run = new AgentRun().WithMiner("exit 1").Start();
        await run.UntilAsync(s => s.Miner.Restarts >= 4);
        run.Output.Where(line => line.Contains("next start in")).Select(line => line[(line.LastIndexOf(" in ", StringComparison.Ordinal) + 4)..]).Take(4)
            .ShouldBe(["0.2 s", "0.4 s", "0.8 s", "0.8 s"]);
    }

    [Fact]
    public async Task While_it_waits_the_status_says_for_how_long()
    {
        await using var run = new AgentRun().With("AGENT_RESTART_MIN_SECONDS", "600").With("AGENT_RESTART_MAX_SECONDS", "600").WithMiner("exit 1").Start();
        var status = await run.UntilAsync(s => s.Miner.NextStartAt is not null);
        status.Miner.SecondsToNextStart!.Value.ShouldBeInRange(570, 600);
    }

    [Fact]
    public async Task A_command_that_is_not_there_is_told_by_name()
    {
        await using var run = new AgentRun().With("AGENT_TEMPLATE", """{"command":["/no/such/miner"]}""").Start();
        (await run.UntilAsync(s => s.State == "failed")).Reason.ShouldBe("'/no/such/miner' cannot be executed");
    }

    [Fact]
    public async Task A_miner_killed_by_a_signal_is_told_so()
    {
        await using var run = new AgentRun().WithMiner("kill -9 $$").Start();
        (await run.UntilAsync(s => s.State == "failed")).Reason.ShouldBe("ended by signal 9");
    }

    [Fact]
    public async Task A_miner_that_is_not_ready_in_time_is_lost()
    {
        await using var run = new AgentRun().WithMiner("echo Loading; exec sleep 600", s_rules, new() { ["readyWithinMinutes"] = 0.01 }).Start();
        (await run.UntilAsync(s => s.State == "failed")).Reason.ShouldBe("not ready within 0.01 minutes");
    }

    [Fact]
    public async Task A_miner_that_was_ready_in_time_may_load_again()
    {
        await using var run = new AgentRun()
            .WithMiner("echo 'No job received'; sleep 0.2; echo Loading; exec sleep 600", s_rules, new() { ["readyWithinMinutes"] = 0.01 }).Start();
        await run.UntilAsync(s => s.State == "loading");
        var status = await run.UntilAsync(s => s.Now - s.Since > TimeSpan.FromSeconds(1));
        (status.State, status.Miner.Restarts).ShouldBe(("loading", 0));
    }

    [Fact]
    public async Task A_stop_gives_the_miner_time_to_end_well()
    {
        await using var run = new AgentRun().WithMiner("trap 'sleep 0.3; echo saved > saved; exit 0' TERM; echo up; while :; do sleep 0.05; done").Start();
        await run.UntilAsync(s => s.LastLines!.Contains("up"));
        (await run.StopAsync()).ShouldBe(0);
        File.Exists(Path.Combine(run.Folder, "saved")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_miner_that_does_not_end_is_killed_with_all_it_started()
    {
        await using var run = new AgentRun().WithMiner("""
            trap '' TERM
            sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 0.05; done' &
            echo $$ > parent
            while [ ! -s child ]; do sleep 0.02; done
            echo up
            while :; do sleep 0.05; done
            """, more: new() { ["stopGraceSeconds"] = 0.5 }).Start();
        await run.UntilAsync(s => s.LastLines!.Contains("up"));
        await run.StopAsync();
        AgentRun.Lives(Number(Path.Combine(run.Folder, "parent"))).ShouldBeFalse();
        AgentRun.Lives(Number(Path.Combine(run.Folder, "child"))).ShouldBeFalse();
    }

    [Fact]
    public async Task What_an_ended_miner_leaves_behind_is_killed_before_the_next_start()
    {
        await using var run = new AgentRun().WithMiner("[ -e left ] && exec sleep 600; sleep 600 & echo $! > left; exit 1").Start();
        await run.UntilAsync(s => s.Miner is { Restarts: 1, ProcessId: not null });
        AgentRun.Lives(Number(Path.Combine(run.Folder, "left"))).ShouldBeFalse();
    }

    [Fact]
    public async Task The_miner_does_not_outlive_a_killed_agent()
    {
        await using var run = new AgentRun().WithMiner("echo $$ > pid; exec sleep 600").Start();
        var miner = (await run.UntilAsync(s => s.Miner.ProcessId is not null)).Miner.ProcessId!.Value;
        run.Signal("KILL");
        await AgentRun.UntilAsync(() => !AgentRun.Lives(miner));
    }

    [Fact]
    public async Task As_process_1_the_agent_leaves_no_zombies_of_orphans()
    {
        string[] container = ["/usr/bin/unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];
        using (var probe = Process.Start(new ProcessStartInfo(container[0], [.. container[1..], "true"]) { RedirectStandardError = true })!)
        {
            await probe.WaitForExitAsync(AgentRun.Token);
            if (probe.ExitCode != 0) { Assert.Skip("a process namespace of its own needs rights that are not here"); }
        }
        await using var run = new AgentRun().WithMiner("""
            for i in 1 2 3; do (sleep 0.3 &); done
            sleep 0.1
            while grep -q '(sleep) [RS] ' /proc/[0-9]*/stat 2>/dev/null; do :; done
            echo "ended"
            while grep -q ') Z ' /proc/[0-9]*/stat 2>/dev/null; do :; done
            echo "buried"
            exec sleep 600
            """).Start(container);
        await AgentRun.UntilAsync(() => run.Output.Contains("ended"));
        await AgentRun.UntilAsync(() => run.Output.Contains("buried"));
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_the_agent_with_one_line()
    {
        await using var first = new AgentRun().WithMiner("exec sleep 600").Start();
        await first.UntilAsync(s => s.State == "serving");
        await using var second = new AgentRun().With("AGENT_PORT", $"{first.Port}").WithMiner("exec sleep 600").Start();
        (await second.EndAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task A_secret_never_shows_in_lines_or_status()
    {
        await using var run = new AgentRun().With("HF_TOKEN", "hf_verysecret")
            .WithMiner("echo \"fetching with $HF_TOKEN\"; exec sleep 600", more: new() { ["secretEnv"] = new[] { "HF_TOKEN" } }).Start();
        await run.UntilAsync(s => s.LastLines!.Contains("fetching with ***"));
        run.Output.ShouldNotContain(line => line.Contains("hf_verysecret"));
    }

    [Theory]
    [InlineData("payout", """{"kind":"evm-address","env":"MINER_ID_0"}""", "MINER_ID_0: missing, expected the payout address.")]
    [InlineData("secretEnv", """["HF_TOKEN"]""", "HF_TOKEN: missing, expected a secret of the template.")]
    public async Task Without_what_it_needs_from_the_environment_it_is_not_started(string key, string value, string reason)
    {
        await using var run = new AgentRun().With("AGENT_TEMPLATE", $$"""{"command":["/bin/touch","started"],"{{key}}":{{value}}}""").Start();
        (await run.UntilAsync(s => s.State == "failed")).Reason.ShouldBe(reason);
        File.Exists(Path.Combine(run.Folder, "started")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("", "AGENT_TEMPLATE: missing")]
    [InlineData("{", "AGENT_TEMPLATE: not a template")]
    [InlineData("""{"command":[]}""", "AGENT_TEMPLATE: command is empty")]
    [InlineData("""{"command":["run","--id=$ID"]}""", "'--id=$ID', but nothing here replaces a '$'")]
    [InlineData("""{"command":["x"],"stopGraceSeconds":-1}""", "stopGraceSeconds is not from 0 to 3600")]
    [InlineData("""{"command":["x"],"readyWithinMinutes":1e9}""", "readyWithinMinutes is not above 0")]
    [InlineData("""{"command":["x"],"logs":{"rules":[null]}}""", "logs.rules[0] is null")]
    [InlineData("""{"command":["x"],"logs":{"rules":[{"match":"(","state":"idle"}]}}""", "logs.rules[0].match")]
    [InlineData("""{"command":["x"],"logs":{"rules":[{"match":"a","state":"earning"}]}}""", "logs.rules[0].state is 'earning'")]
    public async Task A_template_that_cannot_be_run_is_told_and_the_agent_stays_to_tell_it(string template, string reason)
    {
        await using var run = new AgentRun().With("AGENT_TEMPLATE", template).Start();
        (await run.UntilAsync(s => s.State == "failed")).Reason!.ShouldContain(reason);
        (await run.GetAsync("/")).Status.ShouldBe(200);
        (await run.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_bad_setting_ends_the_agent_with_one_line()
    {
        await using var run = new AgentRun().With("AGENT_PORT", "http").Start();
        (await run.EndAsync()).ShouldBe(2);
        await AgentRun.UntilAsync(() => run.Output.Count > 0);
        run.Output.ShouldBe(["nirmaan-agent: AGENT_PORT: 'http', expected a number from 1 to 65535."]);
    }
}
