using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Nirmaan.Control.Data;
using Npgsql;

namespace Nirmaan.Control.Tests.Data;

public sealed class PrivateClusterTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"nirmaan-cluster-{Guid.NewGuid():N}");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (Directory.Exists(_folder)) { Directory.Delete(_folder, recursive: true); }
    }

    private Task<PrivateCluster> StartAsync(Action<PrivateClusterOptions>? change = null, string? folder = null)
    {
        var options = new PrivateClusterOptions { Folder = folder ?? _folder };
        options.Settings["fsync"] = "off";
        change?.Invoke(options);
        return PrivateCluster.StartAsync(options, Token);
    }

    private static async Task<object?> AskAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Token);
    }

    private async Task<string> RefusalAsync(Action<PrivateClusterOptions>? change = null) =>
        (await Should.ThrowAsync<InvalidOperationException>(StartAsync(change))).Message;

    [Fact]
    public async Task A_first_start_makes_the_cluster_and_the_database()
    {
        await using var cluster = await StartAsync();
        cluster.Reused.ShouldBeFalse();
        (await AskAsync(cluster.ConnectionString, "SELECT current_database() || ' ' || current_setting('timezone')")).ShouldBe("nirmaan UTC");
    }

    [Fact]
    public async Task Without_the_password_nobody_gets_in()
    {
        await using var cluster = await StartAsync();
        var guess = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Password = "guess" }.ConnectionString;
        (await Should.ThrowAsync<PostgresException>(AskAsync(guess, "SELECT 1"))).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Fact]
    public async Task The_next_start_finds_the_data_on_the_same_port()
    {
        int port;
        await using (var first = await StartAsync())
        {
            port = first.Port;
            await AskAsync(first.ConnectionString, "CREATE TABLE kept (x int)");
        }
        await using var second = await StartAsync();
        second.Port.ShouldBe(port);
        (await AskAsync(second.ConnectionString, "SELECT to_regclass('kept')::text")).ShouldBe("kept");
    }

    [Fact]
    public async Task Disposing_stops_the_server()
    {
        var cluster = await StartAsync();
        await cluster.DisposeAsync();
        await Should.ThrowAsync<NpgsqlException>(AskAsync(cluster.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_running_server_is_reused_and_left_running()
    {
        await using var owner = await StartAsync();
        await using (var guest = await StartAsync(o => o.Database = "other"))
        {
            guest.Reused.ShouldBeTrue();
            (await AskAsync(guest.ConnectionString, "SELECT current_database()")).ShouldBe("other");
        }
        (await AskAsync(owner.ConnectionString, "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task Two_starts_at_once_share_one_server()
    {
        var clusters = await Task.WhenAll(StartAsync(), StartAsync());
        try { clusters.Select(c => c.Port).Distinct().ShouldHaveSingleItem(); }
        finally { foreach (var cluster in clusters) { await cluster.DisposeAsync(); } }
    }

    [Fact]
    public async Task A_server_told_to_stay_outlives_its_starter()
    {
        await using (await StartAsync(o => o.KeepRunning = true)) { }
        await using var next = await StartAsync();
        next.Reused.ShouldBeTrue();

        var server = await ServerOfAsync(_folder);
        using (var stop = Process.Start("kill", ["-INT", $"{server}"])) { await stop.WaitForExitAsync(Token); }
        await UntilAsync(() => !Serves(server));
    }

    [Theory]
    [InlineData("-KILL", false)]
    [InlineData("-TERM", true)]
    [InlineData("-KILL", true)]
    public async Task A_server_does_not_outlive_a_killed_starter(string signal, bool isGroup)
    {
        await using var other = await StartAsync();
        var held = Path.Combine(_folder, "held");
        Directory.CreateDirectory(held);
        using var holder = Process.Start(new ProcessStartInfo("setsid", [Path.Combine(AppContext.BaseDirectory, "Nirmaan.Control.Tests"),
            "-explicit", "only", "-method", $"{typeof(PrivateClusterTests).FullName}.{nameof(Hold_a_cluster_until_killed)}"])
        {
            RedirectStandardOutput = true,
            Environment = { ["NIRMAAN_TEST_HOLD"] = held, ["NIRMAAN_TEST_POSTGRES"] = other.ConnectionString },
        })!;
        await UntilAsync(() => File.Exists(Path.Combine(held, "ready")));
        var server = await ServerOfAsync(held);
        Serves(server).ShouldBeTrue();

        using (var kill = Process.Start("kill", [signal, "--", $"{(isGroup ? "-" : "")}{holder.Id}"])) { await kill.WaitForExitAsync(Token); }
        await UntilAsync(() => !Serves(server));
    }

    [Fact(Explicit = true)]
    public async Task Hold_a_cluster_until_killed()
    {
        var held = Environment.GetEnvironmentVariable("NIRMAAN_TEST_HOLD")!;
        await using var cluster = await StartAsync(folder: held);
        await File.WriteAllTextAsync(Path.Combine(held, "ready"), "", Token);
        await new TaskCompletionSource().Task.WaitAsync(Token);
    }

    [Fact]
    public async Task A_remembered_port_that_is_taken_is_given_up()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        var taken = ((IPEndPoint)squatter.LocalEndpoint).Port;
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "port"), $"{taken}", Token);
        await using var cluster = await StartAsync();
        cluster.Port.ShouldNotBe(taken);
    }

    [Fact]
    public async Task A_told_port_that_is_taken_is_refused_by_name()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        var taken = ((IPEndPoint)squatter.LocalEndpoint).Port;
        (await RefusalAsync(o => o.Port = taken)).ShouldContain("could not bind");
    }

    [Fact]
    public async Task A_stale_pid_file_does_not_mislead()
    {
        await using (await StartAsync()) { }
        // A process that lives and is no PostgreSQL, on a port where nothing listens.
        var stale = $"{Environment.ProcessId}\n{_folder}/data\n1\n1\n\n127.0.0.1\n";
        await File.WriteAllTextAsync(Path.Combine(_folder, "data", "postmaster.pid"), stale, Token);
        await using var cluster = await StartAsync();
        cluster.Reused.ShouldBeFalse();
    }

    [Fact]
    public async Task A_wrong_setting_is_told_in_the_servers_words() =>
        (await RefusalAsync(o => o.Settings["max_connections"] = "plenty")).ShouldContain("plenty");

    [Fact]
    public async Task A_folder_without_programs_is_refused_by_name()
    {
        Directory.CreateDirectory(_folder);
        (await RefusalAsync(o => o.BinFolder = _folder)).ShouldBe($"{_folder} (NIRMAAN_PG_BIN or PrivateCluster:BinFolder) holds no initdb and postgres.");
    }

    [Fact]
    public async Task Data_of_a_version_that_is_not_here_is_refused_with_what_to_install()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "data"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "data", "PG_VERSION"), "9\n", Token);
        var refusal = await RefusalAsync();
        refusal.ShouldStartWith("No PostgreSQL 9, which wrote the data, on this machine");
        refusal.ShouldContain("apt-get install postgresql");
    }

    [Fact]
    public async Task A_failed_first_start_leaves_no_half_made_data()
    {
        (await RefusalAsync(o => o.BinFolder = FakePrograms("exit 1"))).ShouldContain("no such luck");
        Directory.Exists(Path.Combine(_folder, "data")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_npm_packages_missing_links_are_made()
    {
        var bin = FakePrograms("exit 1");
        var native = Path.GetDirectoryName(bin)!;
        await File.WriteAllTextAsync(Path.Combine(native, "pg-symlinks.json"), """[{"source":"native/lib.so.1.2","target":"native/lib.so"}]""", Token);
        await File.WriteAllTextAsync(Path.Combine(native, "lib.so.1.2"), "library", Token);
        await RefusalAsync(o => o.BinFolder = bin);
        (await File.ReadAllTextAsync(Path.Combine(native, "lib.so"), Token)).ShouldBe("library");
    }

    private string FakePrograms(string initdb)
    {
        var bin = Path.Combine(_folder, "package", "native", "bin");
        Directory.CreateDirectory(bin);
        foreach (var (name, does) in new[] { ("initdb", $"echo no such luck >&2; {initdb}"), ("postgres", "exit 1") })
        {
            File.WriteAllText(Path.Combine(bin, name), $"#!/bin/sh\n{does}\n");
            if (!OperatingSystem.IsWindows()) { File.SetUnixFileMode(Path.Combine(bin, name), (UnixFileMode)0b111_101_101); }
        }
        return bin;
    }

    private static async Task<int> ServerOfAsync(string folder) =>
        int.Parse((await File.ReadAllLinesAsync(Path.Combine(folder, "data", "postmaster.pid"), Token))[0], CultureInfo.InvariantCulture);

    private static bool Serves(int id)
    {
        try { using var process = Process.GetProcessById(id); return !process.HasExited; }
        catch (ArgumentException) { return false; }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition()) { await look.WaitForNextTickAsync(patience.Token); }
    }
}
