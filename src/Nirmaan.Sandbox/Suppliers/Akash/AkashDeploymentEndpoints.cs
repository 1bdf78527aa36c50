using System.Text.Json.Nodes;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>The life of a deployment over REST.</summary>
internal static class AkashDeploymentEndpoints
{
    private static readonly string[] s_sealed = ["sealedSecrets", "inheritSecretsFrom"];

    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapPost("/deployments", CreateAsync).WithName("akash.create-deployment");
        v1.MapGet("/deployments", List).WithName("akash.deployments");
        v1.MapGet("/deployments/{dseq}", (HttpContext http, string dseq, AkashWorld world, AkashWire wire) => Get(http, dseq, world, wire))
            .WithName("akash.deployment");
        v1.MapPut("/deployments/{dseq}", PutAsync).WithName("akash.update-deployment");
        v1.MapPatch("/deployments/{dseq}", PatchAsync).WithName("akash.patch-deployment");
        v1.MapDelete("/deployments/{dseq}", Delete).WithName("akash.close-deployment");
        v1.MapGet("/activities/{id}", Activity).WithName("akash.activity");
        v1.MapPost("/deposit-deployment", DepositAsync).WithName("akash.deposit");
        v1.MapGet("/bids", (HttpContext http, string? dseq, AkashWorld world) => Bids(http, dseq, world)).WithName("akash.bids");
        v1.MapGet("/bids/{dseq}", (HttpContext http, string dseq, AkashWorld world) => Bids(http, dseq, world)).WithName("akash.bids-of");
        v1.MapPost("/leases", LeaseAsync).WithName("akash.create-lease");
    }

    private static async Task<IResult> CreateAsync(HttpContext http, AkashWorld world, AkashDeployments verbs)
    {
        var account = http.Account();
        var body = await AkashBody.ReadAsync(http.Request);
        var data = body.Inner("data");
        var (sdl, deposit) = (data.Text("sdl", required: true, max: 512 * 1024), data.Number("deposit"));
        var name = world.Options.IsNext ? data.Text("name", min: 1, max: 256) : null;
        var hours = world.Options.IsNext ? data.Number("runtimeLimitHours", min: 1, max: 48, whole: true) : null;
        foreach (var secret in s_sealed.Where(s => data.Raw(s) is not null)) { data.Complain("custom", secret, "The sandbox seals no secrets"); }
        body.Check();
        lock (world.Gate)
        {
            var deployment = verbs.Create(account, sdl!, deposit, name, (int?)hours);
            return Wire.Json(new
            {
                data = new { dseq = deployment.Dseq, manifest = deployment.Sdl.Manifest,
                    signTx = new { code = 0, transactionHash = AkashWire.Hash($"create/{deployment.Dseq}"), rawLog = "" } },
            }, 201);
        }
    }

    private static IResult List(HttpContext http, AkashWorld world, AkashWire wire)
    {
        var account = http.Account();
        var (skip, limit) = (AkashRoutes.Whole(http.Request, "skip", 0, int.MaxValue),
            AkashRoutes.Whole(http.Request, "limit", 1, world.Options.IsNext ? 100 : int.MaxValue));
        lock (world.Gate)
        {
            var found = account.Deployments.AsEnumerable();
            if (world.Options.IsNext)
            {
                string state = http.Request.Query["state"].FirstOrDefault() ?? "active";
                if (state is not ("active" or "closed"))
                {
                    throw AkashBody.Invalid([AkashBody.Issue("invalid_value", ["state"], "Invalid option: expected one of \"active\"|\"closed\"")]);
                }
                found = found.Where(d => d.State == state);
                if (http.Request.Query["search"].FirstOrDefault() is { Length: > 0 } search)
                {
                    found = found.Where(d => d.Dseq == search || (d.Name?.Contains(search, StringComparison.OrdinalIgnoreCase) ?? false));
                }
                if (http.Request.Query["reverse"] == "true") { found = found.Reverse(); }
            }
            else { found = found.Where(d => d.IsActive); }
            var all = found.ToList();
            var (from, size) = (skip ?? 0, limit ?? (world.Options.IsNext ? 100 : 1000));
            return Wire.Json(new
            {
                data = new
                {
                    deployments = all.Skip(from).Take(size).Select(wire.Row),
                    // As on the real server, hasMore is only computed when both were asked for.
                    pagination = new
                    {
                        total = all.Count, skip = from, limit = size, hasMore = skip is not null && limit is not null && from + size < all.Count,
                    },
                },
            });
        }
    }

    private static IResult Get(HttpContext http, string dseq, AkashWorld world, AkashWire wire)
    {
        var account = http.Account();
        lock (world.Gate) { return Wire.Json(new { data = wire.Single(world.Of(account, AkashRoutes.Dseq(dseq))) }); }
    }

    private static async Task<IResult> PutAsync(HttpContext http, string dseq, AkashWorld world, AkashDeployments verbs, AkashWire wire)
    {
        var account = http.Account();
        var body = await AkashBody.ReadAsync(http.Request);
        var data = body.Inner("data");
        var (sdl, name) = (data.Text("sdl", required: true), world.Options.IsNext ? data.Text("name", min: 1, max: 256) : null);
        body.Check();
        lock (world.Gate)
        {
            var deployment = world.Of(account, AkashRoutes.Dseq(dseq));
            verbs.Update(deployment, sdl!);
            deployment.Name = name ?? deployment.Name;
            return Wire.Json(new { data = wire.Full(deployment, withStatus: true) });
        }
    }

    private static async Task<IResult> PatchAsync(HttpContext http, string dseq, AkashWorld world, AkashDeployments verbs, AkashWire wire)
    {
        if (!world.Options.IsNext) { throw AkashProblemException.NotFound("Not found"); }
        var account = http.Account();
        var body = await AkashBody.ReadAsync(http.Request);
        var data = body.Inner("data");
        var (name, version, services) = (data.Text("name", min: 1, max: 256), data.Text("ifManifestVersion"), data.Raw("services"));
        if (services is not (null or JsonObject)) { data.Complain("invalid_type", "services", "Invalid input: expected object"); }
        body.Check();
        lock (world.Gate)
        {
            var deployment = world.Of(account, AkashRoutes.Dseq(dseq));
            if (version is not null && version != deployment.Sdl.Hash)
            {
                throw new AkashProblemException(409, "deployment_definition_changed", "The deployment's definition has changed. Read it again and retry.");
            }
            if (services is JsonObject changes) { verbs.Patch(deployment, changes); }
            deployment.Name = name ?? deployment.Name;
            return Wire.Json(new { data = wire.Single(deployment), manifestVersion = deployment.Sdl.Hash });
        }
    }

    private static IResult Delete(HttpContext http, string dseq, AkashWorld world, AkashDeployments verbs)
    {
        var account = http.Account();
        lock (world.Gate)
        {
            verbs.Close(world.Of(account, AkashRoutes.Dseq(dseq)));
            return world.Options.IsNext && http.Request.Query["async"] == "true" ? Wire.Json(new { data = new { activityId = $"close-{dseq}" } }, 202)
                : Wire.Json(new { data = new { success = true } });
        }
    }

    private static IResult Activity(HttpContext http, string id, AkashWorld world)
    {
        var account = http.Account();
        lock (world.Gate)
        {
            var closed = id.StartsWith("close-", StringComparison.Ordinal) && account.Deployments.Exists(d => d.Dseq == id["close-".Length..] && !d.IsActive);
            return closed && world.Options.IsNext ? Wire.Json(new { data = new { id, status = "succeeded" } })
                : throw AkashProblemException.NotFound("Activity not found");
        }
    }

    private static async Task<IResult> DepositAsync(HttpContext http, AkashWorld world, AkashDeployments verbs, AkashWire wire)
    {
        var account = http.Account();
        var body = await AkashBody.ReadAsync(http.Request);
        var data = body.Inner("data");
        var (dseq, usd) = (data.Dseq("dseq"), data.Number("deposit", required: true, min: 0));
        body.Check();
        lock (world.Gate)
        {
            var deployment = world.Of(account, dseq!);
            verbs.Deposit(deployment, usd!.Value);
            return Wire.Json(new { data = wire.Full(deployment, withStatus: true) });
        }
    }

    private static IResult Bids(HttpContext http, string? dseq, AkashWorld world)
    {
        var account = http.Account();
        lock (world.Gate)
        {
            var deployment = world.Of(account, AkashRoutes.Dseq(dseq));
            return Wire.Json(new { data = deployment.Bids.Select(b => AkashWire.Bid(deployment, b)) });
        }
    }

    private static async Task<IResult> LeaseAsync(HttpContext http, AkashWorld world, AkashDeployments verbs, AkashWire wire)
    {
        var account = http.Account();
        var body = await AkashBody.ReadAsync(http.Request);
        // Flat, unlike its neighbours; the newer contract keeps the definition and can do without the manifest.
        var manifest = body.Text("manifest", required: !world.Options.IsNext);
        var wanted = body.List("leases").Select(l => (Dseq: l.Dseq("dseq"), Gseq: (int?)l.Number("gseq", true, whole: true),
            Oseq: (int?)l.Number("oseq", true, whole: true), Provider: l.Text("provider", true))).ToList();
        if (wanted.Count == 0) { body.Complain("too_small", "leases", "Too small: expected array to have >=1 items"); }
        body.Check();
        lock (world.Gate)
        {
            var deployment = world.Of(account, wanted[0].Dseq!);
            if (wanted.Exists(w => w.Dseq != deployment.Dseq)) { throw AkashProblemException.BadRequest("All leases must belong to one deployment"); }
            verbs.Lease(deployment, [.. wanted.Select(w => (w.Gseq!.Value, w.Oseq!.Value, w.Provider!))], manifest);
            return Wire.Json(new { data = wire.Full(deployment, withStatus: !world.Options.IsNext) });
        }
    }
}
