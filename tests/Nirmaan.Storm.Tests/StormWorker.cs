using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Nirmaan.Control;
using Nirmaan.Control.Data;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Providers;
using Nirmaan.Providers.Ssh;

namespace Nirmaan.Storm.Tests;

/// <summary>
/// One worker process: the control plane and every adapter in a container of their own. Its death is the cancellation of everything it does: no
/// call of it is heard and no write of it is made from then on, and what it remembered is gone.
/// </summary>
internal sealed class StormWorker : IAsyncDisposable
{
    private readonly CancellationTokenSource _life = new();
    private readonly ServiceProvider _services;
    private readonly StormWorld _world;

    public StormWorker(StormWorld world, string name, Mutation mutation)
    {
        (_world, Name) = (world, name);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(world.Clock);
        services.AddSingleton<IMiningNetwork>(new StormyNetwork(world.Network, this));
        services.AddSingleton<IAgentLogs, SilentAgents>();
        services.AddSingleton<ISshShell>(new Shell(this));
        services.AddNirmaanControl(world.Configuration, world.ConnectionString);
        services.AddNirmaanProviders(world.Configuration);
        services.PostConfigureAll<HttpClientFactoryOptions>(o => o.HttpMessageHandlerBuilderActions.Add(b => b.PrimaryHandler = new Wire(this)));
        services.ConfigureDbContext<NirmaanDbContext>(options => options.AddInterceptors(new DeathAtSave(this)));
        Mutations.Apply(mutation, services);
        _services = services.BuildServiceProvider();
    }

    public string Name { get; }

    public bool IsDead => _life.IsCancellationRequested;

    public CancellationToken Life => _life.Token;

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public IEnumerable<T> All<T>() => _services.GetServices<T>();

    /// <summary>Ends it here and now.</summary>
    public OperationCanceledException Die()
    {
        _life.Cancel();
        return new OperationCanceledException("the worker's process is gone", _life.Token);
    }

    /// <summary>Lets the weather have a call.</summary>
    /// <param name="act">The outside acts and answers.</param>
    /// <param name="fault">The answer, or exception, of a stroke that falls on the call.</param>
    private async Task<T> PassAsync<T>(string call, CallKind kind, Func<Task<T>> act, Func<Stroke, int, T> fault)
    {
        _life.Token.ThrowIfCancellationRequested();
        var (stroke, pick) = _world.Weather.Next(kind, $"{Name} {call}");
        switch (stroke)
        {
            case Stroke.None: return await act();
            case Stroke.DieBefore: throw Die();
            case Stroke.DieAfter: await act(); throw Die();
            case Stroke.SleepBefore:
                await _world.OvertakeAsync(this);
                return await act();
            case Stroke.SleepAfter:
                var answer = await act();
                await _world.OvertakeAsync(this);
                return answer;
            case Stroke.ActThenTimeOut or Stroke.ActThenError or Stroke.Cut:
                await act();
                return fault(stroke, pick);
            default: return fault(stroke, pick);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _life.Dispose();
    }

    /// <summary>HTTP, straight into the sandbox's pipeline.</summary>
    private sealed class Wire(StormWorker worker) : HttpMessageHandler
    {
        private static readonly HttpStatusCode[] s_errors = [HttpStatusCode.InternalServerError, HttpStatusCode.BadGateway, HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout];
        private static readonly HttpStatusCode[] s_refusals = [HttpStatusCode.BadRequest, HttpStatusCode.PaymentRequired, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.Conflict, HttpStatusCode.UnprocessableEntity];
        private static readonly string[] s_lists = ["/akash/v1/deployments", "/ionet/enterprise/v1/io-cloud/caas/deployments", "/runpod/v2/pods"];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var (path, world) = (request.RequestUri!.AbsolutePath, worker._world);
            var kind = request.Method != HttpMethod.Get && !path.EndsWith("/bid-screening", StringComparison.Ordinal) ? CallKind.Write : s_lists.Contains(path.TrimEnd('/')) ? CallKind.List : CallKind.Read;
            var key = request.RequestUri.PathAndQuery;
            if (kind == CallKind.Write && request.Method == HttpMethod.Post) { await world.BeforeSpending(path); }
            var said = await worker.PassAsync($"{request.Method} {path}", kind, async () =>
            {
                // The stream of a log ends in no time of the seed's: logs are no part of this.
                if (path.EndsWith("/logs", StringComparison.Ordinal) || path.Contains("/log/", StringComparison.Ordinal)) { return Say(HttpStatusCode.NotFound, "{\"error\":\"NotFound\",\"message\":\"no log\",\"detail\":\"no log\"}"); }
                var answer = await world.Server.SendAsync(request);
                if (kind == CallKind.List && answer.IsSuccessStatusCode && (world.Now.Minute % 4 == 0 || !world.Stale.ContainsKey(key))) { world.Stale[key] = await answer.Content.ReadAsByteArrayAsync(CancellationToken.None); }
                return answer;
            }, (stroke, pick) => stroke switch
            {
                Stroke.Late => throw world.Late(request, TimeSpan.FromSeconds(30 + pick)),
                Stroke.Lost or Stroke.ActThenTimeOut => throw new TaskCanceledException("no answer in time", new TimeoutException()),
                Stroke.Error or Stroke.ActThenError => Say(s_errors[pick % s_errors.Length], "{\"error\":\"try again\",\"message\":\"try again\"}"),
                Stroke.TooMany => Say(HttpStatusCode.TooManyRequests, "{\"error\":\"too many\",\"message\":\"too many\"}"),
                Stroke.Refuse => Say(s_refusals[pick % s_refusals.Length], "{\"error\":\"NotNow\",\"message\":\"not now\",\"detail\":\"not now\"}"),
                Stroke.Cut => Say(HttpStatusCode.OK, "{\"data\":{\"id"),
                _ => world.Stale.TryGetValue(key, out var old) ? Say(HttpStatusCode.OK, Encoding.UTF8.GetString(old)) : throw new HttpRequestException("connection reset"),
            });
            said.RequestMessage = request;
            return said;
        }

        private static HttpResponseMessage Say(HttpStatusCode status, string body) => new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }

    /// <summary>ssh, straight onto the played machines.</summary>
    private sealed class Shell(StormWorker worker) : ISshShell
    {
        public async Task<SshAnswer> RunAsync(SshDoor door, string script, IReadOnlyList<string> words, TimeSpan timeout, CancellationToken cancellationToken, IReadOnlyList<string>? env = null)
        {
            var kind = script is SshScripts.List or SshScripts.Logs ? CallKind.Read : CallKind.Write;
            var what = script switch { SshScripts.List => "list", SshScripts.Create => "create", SshScripts.Change => "change", SshScripts.Close => "close", _ => "logs" };
            if (script == SshScripts.Create) { await worker._world.BeforeSpending("ssh create"); }
            return await worker.PassAsync($"ssh {door.Label} {what} {string.Join(' ', words.Take(1))}", kind, () => Task.FromResult(worker._world.Machines.Run(door, script, words, env)), (stroke, _) => stroke switch
            {
                Stroke.Lost or Stroke.Late or Stroke.ActThenTimeOut => throw new TimeoutException("no answer in time"),
                Stroke.Error or Stroke.Cut or Stroke.ActThenError => new SshAnswer(255, "", "client_loop: send disconnect: Broken pipe"),
                Stroke.TooMany => new SshAnswer(SshScripts.Busy, "", ""),
                _ => new SshAnswer(255, "", $"ssh: connect to host {door.Host} port 22: No route to host"),
            });
        }

        public IAsyncEnumerable<SshPart> StreamAsync(SshDoor door, string script, IReadOnlyList<string> words, CancellationToken cancellationToken) =>
            throw new SupplierUnavailableException("ssh", "logs are no part of this: their stream ends in no time of the seed's");
    }

    /// <summary>A network whose calls may go wrong like everybody's.</summary>
    private sealed class StormyNetwork(PlainNetwork inner, StormWorker worker) : IMiningNetwork
    {
        public NetworkName Network => inner.Network;
        public IReadOnlyList<Template> Templates => inner.Templates;
        public NetworkNotice? NoticeAt(DateTimeOffset now) => null;
        public MinerIdentity IdentityOf(MinerId miner, Template template, string payoutAddress) => inner.IdentityOf(miner, template, payoutAddress);
        public Task<Effect> EnrolAsync(MinerId miner, string networkKey, Template template, CancellationToken cancellationToken) =>
            worker.PassAsync("enrol", CallKind.Write, () => inner.EnrolAsync(miner, networkKey, template, cancellationToken), Fault);
        public Task<string?> FindEnrolmentAsync(string networkKey, CancellationToken cancellationToken) =>
            worker.PassAsync("find enrolment", CallKind.Read, () => inner.FindEnrolmentAsync(networkKey, cancellationToken), (s, _) => throw new SupplierUnavailableException("network", s.ToString()));
        public Task<Effect> WithdrawAsync(string networkKey, CancellationToken cancellationToken) =>
            worker.PassAsync("withdraw", CallKind.Write, () => inner.WithdrawAsync(networkKey, cancellationToken), Fault);
        public Task<IReadOnlyList<PointsReading>> ReadPointsAsync(IReadOnlyCollection<string> payoutAddresses, DateTimeOffset now, CancellationToken cancellationToken) => inner.ReadPointsAsync(payoutAddresses, now, cancellationToken);
        public WorkloadName? WorkloadOf(string pointsKind) => null;
        public Task<IReadOnlyList<MinerCredit>> ReadCreditsAsync(IReadOnlyCollection<string> networkKeys, DateTimeOffset now, CancellationToken cancellationToken) => inner.ReadCreditsAsync(networkKeys, now, cancellationToken);
        public Task<RewardPage> ReadRewardsAsync(string? cursor, IReadOnlyCollection<string> payoutAddresses, CancellationToken cancellationToken) => inner.ReadRewardsAsync(cursor, payoutAddresses, cancellationToken);
        public Task<IReadOnlyList<PoolOutlook>> ReadOutlookAsync(DateTimeOffset now, CancellationToken cancellationToken) => inner.ReadOutlookAsync(now, cancellationToken);

        private static Effect Fault(Stroke stroke, int pick) => stroke switch
        {
            Stroke.TooMany => new Effect.NotSent("too many"),
            Stroke.Refuse => new Effect.Refused("refused", "not now", false),
            _ => new Effect.Uncertain("timeout", stroke.ToString()),
        };
    }

    /// <summary>The agents' logs are no part of this: a close asks for last words and hears none.</summary>
    private sealed class SilentAgents : IAgentLogs
    {
        public Task<IReadOnlyList<LogLine>?> ReadTailAsync(Uri endpoint, string token, int lines, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<LogLine>?>([]);
    }

    /// <summary>Death between two writes: before one is made, or right after.</summary>
    private sealed class DeathAtSave(StormWorker worker) : SaveChangesInterceptor
    {
        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
            Falls() ? throw worker.Die() : ValueTask.FromResult(result);

        public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default) =>
            Falls() ? throw worker.Die() : ValueTask.FromResult(result);

        private bool Falls()
        {
            worker._world.Weather.Note($"{worker.Name} save");
            if (!worker._world.Weather.Rages || worker._world.Weather.Draw.Next(150) > 0) { return false; }
            worker._world.Weather.Note($"{worker.Name} dies at a write");
            return true;
        }
    }
}
