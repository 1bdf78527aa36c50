using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

public sealed class RunShellTests(ControlPostgres database)
{
    private async Task<FleetWorld> RunningAsync(Func<string, CancellationToken, IAsyncEnumerable<ShellPart>> shell, params (string, string)[] settings)
    {
        var world = await FleetWorld.CreateAsync(database, [.. settings.Append(("Fleet:Shell", "true")).DistinctBy(s => s.Item1)]);
        world.Akash.Shell = shell;
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        return world;
    }

    private static async IAsyncEnumerable<ShellPart> SayAsync(params ShellPart[] parts)
    {
        foreach (var part in parts)
        {
            await Task.Yield();
            yield return part;
        }
    }

    private static async IAsyncEnumerable<ShellPart> HangAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new ShellPart.Said(false, "begun\n");
        await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
    }

    private static async Task<(List<string> Lines, ShellCommand? Over)> RunAsync(FleetWorld world, string command)
    {
        var (lines, over) = (new List<string>(), (ShellCommand?)null);
        await foreach (var step in world.Get<RunShell>().RunAsync((await world.InstancesAsync())[0].Id, command, "ops@test", CancellationToken.None))
        {
            if (step is ShellStep.Wrote wrote) { lines.Add($"{wrote.Line.Source}: {wrote.Line.Text}"); } else { over = ((ShellStep.Over)step).Command; }
        }
        return (lines, over);
    }

    private static async Task<ShellCommand> RecordAsync(FleetWorld world) => (await world.Get<RunShell>().ListAsync((await world.InstancesAsync())[0].Id, CancellationToken.None)).ShouldHaveSingleItem();

    [Fact]
    public async Task A_command_gives_its_lines_and_its_exit_and_is_recorded_with_who_typed_it()
    {
        await using var world = await RunningAsync((_, _) => SayAsync(new ShellPart.Said(false, "on"), new ShellPart.Said(true, "careful\n"), new ShellPart.Said(false, "e\ntwo"), new ShellPart.Ended(3)));
        var (lines, over) = await RunAsync(world, "ls -l");
        lines.ShouldBe(["stderr: careful", "stdout: one", "stdout: two"]);
        var record = await RecordAsync(world);
        record.ShouldBe(over);
        (record.By, record.Command, record.Exit, record.Why, record.Characters).ShouldBe(("ops@test", "ls -l", 3, null, 16));
        (record.At, record.EndedAt).ShouldBe((world.Clock.GetUtcNow(), world.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_command_is_in_the_record_before_it_is_sent()
    {
        FleetWorld? world = null;
        ShellCommand? seen = null;
        async IAsyncEnumerable<ShellPart> LookAsync()
        {
            seen = await RecordAsync(world!);
            yield return new ShellPart.Ended(0);
        }
        await using var running = world = await RunningAsync((_, _) => LookAsync());
        await RunAsync(world, "reboot");
        seen.ShouldNotBeNull().ShouldSatisfyAllConditions(c => c.Command.ShouldBe("reboot"), c => c.EndedAt.ShouldBeNull(), c => c.Exit.ShouldBeNull());
    }

    [Fact]
    public async Task Secrets_are_struck_out_of_what_was_typed_and_of_what_was_said_also_in_two_halves()
    {
        var secret = "";
        await using var world = await RunningAsync((_, _) => SayAsync(new ShellPart.Said(false, $"x={secret[..5]}"), new ShellPart.Said(false, $"{secret[5..]}\n"), new ShellPart.Ended(0)));
        secret = world.Get<RentRequests>().SecretsOf((await world.MinersAsync())[0]).First(s => s.Length > 10);
        (await RunAsync(world, $"echo {secret}")).Lines.ShouldBe(["stdout: x=***"]);
        (await RecordAsync(world)).Command.ShouldBe("echo ***");
    }

    [Fact]
    public async Task A_command_that_takes_too_long_is_left_and_the_record_says_so()
    {
        await using var world = await RunningAsync((_, token) => HangAsync(token), ("Fleet:ShellTimeout", "00:00:00.2"));
        (await RunAsync(world, "sleep 1000")).Lines.ShouldBe(["stdout: begun"]);
        (await RecordAsync(world)).ShouldSatisfyAllConditions(c => c.Exit.ShouldBeNull(), c => c.Why.ShouldNotBeNull().ShouldContain("longer than"));
    }

    [Fact]
    public async Task A_command_that_writes_too_much_is_left_and_the_record_says_so()
    {
        async IAsyncEnumerable<ShellPart> FloodAsync()
        {
            while (true)
            {
                await Task.Yield();
                yield return new ShellPart.Said(false, new string('y', 99) + "\n");
            }
        }
        await using var world = await RunningAsync((_, _) => FloodAsync(), ("Fleet:ShellCharacters", "1000"));
        (await RunAsync(world, "yes")).Lines.Count.ShouldBe(10);
        (await RecordAsync(world)).ShouldSatisfyAllConditions(c => c.Exit.ShouldBeNull(), c => c.Why.ShouldNotBeNull().ShouldContain("more than 1000 characters"));
    }

    [Fact]
    public async Task Whoever_leaves_the_page_leaves_a_closed_record()
    {
        await using var world = await RunningAsync((_, token) => HangAsync(token));
        await foreach (var _ in world.Get<RunShell>().RunAsync((await world.InstancesAsync())[0].Id, "sleep 1000", "ops@test", CancellationToken.None)) { break; }
        (await RecordAsync(world)).ShouldSatisfyAllConditions(c => c.EndedAt.ShouldNotBeNull(), c => c.Exit.ShouldBeNull(), c => c.Why.ShouldBe("nobody waited for its end"));
    }

    [Fact]
    public async Task What_the_supplier_could_not_run_is_recorded_with_why()
    {
        async IAsyncEnumerable<ShellPart> FailAsync()
        {
            await Task.Yield();
            if (DateTimeOffset.MinValue < DateTimeOffset.MaxValue) { throw new SupplierUnavailableException("akash", "the gateway answered 503"); }
            yield break;
        }
        await using var world = await RunningAsync((_, _) => FailAsync());
        (await RunAsync(world, "true")).Over.ShouldNotBeNull().Why.ShouldBe("akash: the gateway answered 503");
    }

    [Theory]
    [InlineData("Fleet:Shell", "false", "true", "Fleet:Shell")]
    [InlineData("Fleet:Shell", "true", "", "command")]
    [InlineData("Fleet:Shell", "true", "a\nb", "command")]
    public async Task A_command_that_may_not_be_run_is_refused_and_leaves_no_record(string key, string value, string command, string names)
    {
        await using var world = await RunningAsync((_, _) => SayAsync(new ShellPart.Ended(0)), (key, value));
        (await Should.ThrowAsync<InvalidInputException>(() => RunAsync(world, command))).Message.ShouldContain(names);
        (await world.Get<RunShell>().ListAsync((await world.InstancesAsync())[0].Id, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_the_supplier_has_no_shell_nothing_is_run()
    {
        await using var world = await RunningAsync((_, _) => SayAsync(new ShellPart.Ended(0)));
        world.Akash.Shell = null;
        world.Get<RunShell>().IsThere(SupplierName.Akash).ShouldBeFalse();
        (await Should.ThrowAsync<InvalidInputException>(() => RunAsync(world, "true"))).Message.ShouldContain("shell");
    }
}
