using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Nirmaan.Web.Host;

namespace Nirmaan.Web.Tests.Host;

public sealed class HostDatabaseTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"nirmaan-host-{Guid.NewGuid():N}");

    public void Dispose()
    {
        Environment.ExitCode = 0;
        if (Directory.Exists(_folder)) { Directory.Delete(_folder, recursive: true); }
    }

    private Task<HostDatabase> OpenAsync() => HostDatabase.OpenAsync(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["PrivateCluster:Folder"] = _folder, ["PrivateCluster:Settings:fsync"] = "off" }).Build());

    [Fact]
    public async Task A_host_whose_private_server_ends_by_itself_ends_as_failed()
    {
        await using var database = await OpenAsync();
        using var life = new Life();
        var ended = database.EndWithItAsync(life, NullLogger.Instance);
        var server = (await File.ReadAllLinesAsync(Path.Combine(_folder, "data", "postmaster.pid"), TestContext.Current.CancellationToken))[0];
        using (var kill = Process.Start("kill", ["-QUIT", server])) { await kill.WaitForExitAsync(TestContext.Current.CancellationToken); }
        await ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        (life.IsStopped, Environment.ExitCode).ShouldBe((true, 1));
    }

    [Fact]
    public async Task A_host_that_stops_first_is_not_failed()
    {
        await using var database = await OpenAsync();
        using var life = new Life();
        var ended = database.EndWithItAsync(life, NullLogger.Instance);
        life.StopApplication();
        await ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Environment.ExitCode.ShouldBe(0);
    }

    private sealed class Life : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public bool IsStopped => _stopping.IsCancellationRequested;
        public CancellationToken ApplicationStarted => CancellationToken.None;
        public CancellationToken ApplicationStopping => _stopping.Token;
        public CancellationToken ApplicationStopped => CancellationToken.None;
        public void StopApplication() => _stopping.Cancel();
        public void Dispose() => _stopping.Dispose();
    }
}
