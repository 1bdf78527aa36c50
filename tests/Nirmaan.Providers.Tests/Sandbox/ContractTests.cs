using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Providers.Tests.Sandbox;

/// <summary>
/// Whole lives of our adapters through Prism, which checks every message of both sides against the suppliers' published contracts. A tap in
/// front of it keeps its complaints, because an adapter would take a bad answer for a bad day of the supplier.
/// </summary>
public sealed class ContractTests
{
    private static CancellationToken Token => Rig.Token;

    [Theory]
    [InlineData("published")]
    [InlineData("next")]
    public async Task Our_life_on_akash_breaks_nothing_of_the_published_contract(string contract)
    {
        await using var rig = await SandboxRig.StartAsync("Sandbox:Profile=strict", $"Sandbox:Akash:Contract={contract}");
        await using var prism = await Prism.StartAsync("akash-console.openapi.json", $"{rig.Url}/akash");
        await using var tap = await Tap.StartAsync(prism.Url);
        rig.Connect(tap.Url, rig.Url);

        (await rig.Akash.ListOffersAsync(Token)).ShouldNotBeEmpty();
        var request = SandboxRig.Request(SupplierName.Akash);
        var created = (await rig.Akash.CreateAsync(request, Token)).ShouldBeOfType<Effect.Done>();
        var id = created.ExternalId!;
        await rig.AdvanceAsync(TimeSpan.FromSeconds(60));
        var bid = (await rig.Akash.ListBidsAsync(id, request.Wish, Token)).First(b => b.Unsuitable is null);
        (await rig.Akash.AcceptBidAsync(id, bid.Ref, created.Answer, Token)).ShouldBeOfType<Effect.Done>();
        await rig.AdvanceAsync(TimeSpan.FromMinutes(4));
        (await rig.Akash.FindAsync(id, Token))!.Status.ShouldBe(SupplierStatus.Running);
        (await rig.Akash.ListAsync(Token)).Count.ShouldBe(1);
        (await rig.Akash.ReadBalanceAsync(Token)).AvailableUsd.ShouldNotBeNull();
        rig.Connect(tap.Url, rig.Url);
        (await rig.Akash.FindAsync(id, Token))!.GpuCount.ShouldBe(1);
        (await rig.Akash.ChangeAsync(id, request with { Template = request.Template with { Image = "ghcr.io/nirmaan/heurist-llm:1.0.1" } }, Token)).ShouldBeOfType<Effect.Done>();
        (await rig.Akash.CloseAsync(id, Token)).ShouldBeOfType<Effect.Done>();
        tap.Refused.ShouldBeEmpty();
        tap.Calls.ShouldBe(["DELETE", "GET", "POST", "PUT"], ignoreOrder: true);
    }

    [Fact]
    public async Task Our_life_on_io_net_breaks_nothing_of_its_specification()
    {
        await using var rig = await SandboxRig.StartAsync("Sandbox:Profile=strict");
        await using var prism = await Prism.StartAsync("ionet-enterprise.openapi.json", $"{rig.Url}/ionet");
        await using var tap = await Tap.StartAsync(prism.Url, ("/v1/io-cloud/caas/hardware", $"{rig.Url}/ionet"));
        rig.Connect(rig.Url, tap.Url);

        (await rig.IoNet.ListOffersAsync(Token)).ShouldNotBeEmpty();
        var request = SandboxRig.Request(SupplierName.IoNet, "rtx-a4000", "203@1x1");
        var id = (await rig.IoNet.CreateAsync(request, Token)).ShouldBeOfType<Effect.Done>().ExternalId!;
        (await rig.IoNet.ListAsync(Token)).Count.ShouldBe(1);
        await rig.AdvanceAsync(TimeSpan.FromMinutes(10));
        (await rig.IoNet.FindAsync(id, Token))!.Status.ShouldBe(SupplierStatus.Running);
        (await rig.IoNet.ChangeAsync(id, request, Token)).ShouldBeOfType<Effect.Done>();
        (await rig.IoNet.ExtendAsync(id, 2, Token)).ShouldBeOfType<Effect.Done>().UsdPaid.ShouldNotBeNull();
        (await rig.IoNet.CloseAsync(id, Token)).ShouldBeOfType<Effect.Done>();
        tap.Refused.ShouldBeEmpty();
        tap.Calls.ShouldBe(["DELETE", "GET", "PATCH", "POST"], ignoreOrder: true);
    }

    [Fact]
    public async Task Our_life_of_a_vm_on_io_net_breaks_nothing_of_its_specification()
    {
        const string Catalogue = "/enterprise/v1/io-cloud/vmaas/hardware";
        await using var rig = await SandboxRig.StartAsync("Sandbox:Profile=strict");
        await using var prism = await Prism.StartAsync("ionet-enterprise.openapi.json", $"{rig.Url}/ionet");
        // The catalogue is of a newer document than the specification.
        await using var tap = await Tap.StartAsync(prism.Url, (Catalogue, $"{rig.Url}/ionet"));
        var known = Directory.CreateTempSubdirectory("nirmaan-known-").FullName;
        rig.Connect(
            rig.Url, rig.Url, ("IoNetVm:Enabled", "true"), ("IoNetVm:BaseUrl", tap.Url), ("IoNetVm:ApiKey", Rig.IoNetKey), ("IoNetVm:MaxCallsPerSecond", "0"),
            ("IoNetVm:IdentityFile", await IoNet.IoNetVmConformance.KeyAsync()), ("IoNetVm:KnownHostsFolder", known), ("IoNetVm:TrustFirstHostKey", "true"),
            ("IoNetVm:AgentNetworks:0", "203.0.113.7/32"));

        (await rig.IoNetVm.ListOffersAsync(Token)).ShouldNotBeEmpty();
        var request = SandboxRig.Request(SupplierName.IoNetVm, "rtx-a4000", "203@1x1");
        var id = (await rig.IoNetVm.CreateAsync(request, Token)).ShouldBeOfType<Effect.Done>().ExternalId!;
        (await rig.IoNetVm.ListAsync(Token)).Count.ShouldBe(1);
        await rig.AdvanceAsync(TimeSpan.FromMinutes(10));
        (await rig.IoNetVm.FindAsync(id, Token))!.Status.ShouldBe(File.Exists("/usr/sbin/sshd") ? SupplierStatus.Bare : SupplierStatus.Starting);
        (await rig.IoNetVm.ExtendAsync(id, 2, Token)).ShouldBeOfType<Effect.Done>().UsdPaid.ShouldNotBeNull();
        (await rig.IoNetVm.CloseAsync(id, Token)).ShouldBeOfType<Effect.Done>();
        Directory.Delete(known, recursive: true);
        tap.Refused.ShouldBeEmpty();
        tap.Calls.ShouldBe(["DELETE", "GET", "POST"], ignoreOrder: true);
    }

    /// <summary>Passes calls on and keeps those that were answered with an error.</summary>
    private sealed class Tap : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly HttpClient _next;
        private readonly string _target;
        private readonly (string Path, string Target)[] _beside;

        private Tap(WebApplication app, string target, (string, string)[] beside) =>
            (_app, _next, _target, _beside) = (app, app.Services.GetRequiredService<IHttpClientFactory>().CreateClient(), target, beside);

        public ConcurrentQueue<string> Refused { get; } = new();

        public ConcurrentDictionary<string, int> Methods { get; } = new();

        public IEnumerable<string> Calls => Methods.Keys;

        public string Url => _app.Urls.Single();

        /// <param name="beside">Paths that the contract does not know, and where they go instead.</param>
        public static async Task<Tap> StartAsync(string target, params (string Path, string Target)[] beside)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.Services.AddHttpClient();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var tap = new Tap(app, target, beside);
            app.Run(tap.PassAsync);
            await app.StartAsync(Token);
            return tap;
        }

        public async ValueTask DisposeAsync() => await _app.DisposeAsync();

        private async Task PassAsync(HttpContext context)
        {
            var path = context.Request.GetEncodedPathAndQuery();
            var target = Array.Find(_beside, b => b.Path == context.Request.Path).Target ?? _target;
            using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), target + path);
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, Token);
            if (body.Length > 0)
            {
                request.Content = new ByteArrayContent(body.ToArray());
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(context.Request.ContentType!);
            }
            if (context.Request.Headers["x-api-key"].ToString() is { Length: > 0 } key) { request.Headers.Add("x-api-key", key); }
            using var response = await _next.SendAsync(request, Token);
            var text = await response.Content.ReadAsStringAsync(Token);
            Methods.AddOrUpdate(context.Request.Method, 1, (_, n) => n + 1);
            if (!response.IsSuccessStatusCode) { Refused.Enqueue($"{context.Request.Method} {path}: {(int)response.StatusCode} {text}"); }
            (context.Response.StatusCode, context.Response.ContentType) = ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString());
            await context.Response.WriteAsync(text, Token);
        }
    }
}
