using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>Money, account and settings over REST.</summary>
internal static class AkashAccountEndpoints
{
    // An average month of 30.437 days in blocks of 6 seconds, as the API reckons monthly costs.
    private const decimal BlocksPerMonth = 438_292.8m;

    public static void Map(RouteGroupBuilder v1, RouteGroupBuilder v2)
    {
        v1.MapGet("/balances", Balances).WithName("akash.balances");
        v1.MapGet("/user/me", Me).WithName("akash.user");
        v1.MapGet("/wallets", Wallets).WithName("akash.wallets");
        v1.MapGet("/wallet-settings", (HttpContext http) =>
        {
            http.Account();
            return Wire.Json(new { data = new { autoReloadEnabled = false, autoReloadMode = "threshold", autoReloadThreshold = 20, autoReloadAmount = 100 } });
        }).WithName("akash.wallet-settings");
        v1.MapGet("/weekly-cost", WeeklyCost).WithName("akash.weekly-cost");
        v1.MapGet("/deployment-funding-config", (AkashWorld world) => world.Options.IsNext
            ? Wire.Json(new { data = new { targetRunwayHours = AkashFunding.TargetHours, balanceHeadroomUsd = AkashFunding.HeadroomUsd,
                defaultDepositUsd = AkashFunding.DefaultDepositUsd } })
            : throw AkashProblemException.NotFound("Not found")).WithName("akash.funding-config");
        v1.MapGet("/deployment/{owner}/{dseq}", Chain).WithName("akash.chain-deployment");
        v1.MapGet("/addresses/{address}/deployments/{skip:int}/{limit:int}", AddressDeployments).WithName("akash.address-deployments");
        v1.MapGet("/leases-duration/{owner}", LeasesDuration).WithName("akash.leases-duration");
        v2.MapGet("/deployment-settings/{dseq}", GetSettings).WithName("akash.settings");
        v2.MapPost("/deployment-settings", PostSettingsAsync).WithName("akash.create-settings");
        v2.MapPatch("/deployment-settings/{dseq}", PatchSettingsAsync).WithName("akash.update-settings");
    }

    private static IResult Balances(HttpContext http, string? address, AkashWorld world)
    {
        lock (world.Gate)
        {
            var account = address is null ? http.Account() : world.AccountAt(address) ?? throw AkashProblemException.NotFound("UserWallet Not Found");
            var unit = world.Options.Balances == AkashBalanceUnit.Usd ? AkashWorld.PerUsd : 1m;
            var (balance, deployments) = (account.Grant / unit, account.Deployments.Where(d => d.IsActive).Sum(d => d.Escrow.Funds) / unit);
            return Wire.Json(new { data = new { balance, deployments, total = balance + deployments } });
        }
    }

    private static IResult Me(HttpContext http)
    {
        var account = http.Account();
        var id = account.UserId.ToString();
        return Wire.Json(new { data = new { id, userId = $"sandbox|{id}", username = $"user-{id[..8]}", email = $"{id[..8]}@sandbox.example",
            emailVerified = true, subscribedToNewsletter = false } });
    }

    private static IResult Wallets(HttpContext http, string? userId, AkashWorld world)
    {
        var account = http.Account();
        if (!Guid.TryParse(userId, out var id)) { throw AkashBody.Invalid([AkashBody.Issue("invalid_format", ["userId"], "Invalid UUID")]); }
        lock (world.Gate)
        {
            var own = new { id = 1, userId = account.UserId.ToString(), creditAmount = account.Grant, address = account.Owner, denom = "uact",
                isTrialing = false, topUpMinAmountUsd = 20, createdAt = Wire.Zoned(account.CreatedAt) };
            return Wire.Json(new { data = id == account.UserId ? [own] : Array.Empty<object>() });
        }
    }

    private static IResult WeeklyCost(HttpContext http, AkashWorld world)
    {
        var account = http.Account();
        lock (world.Gate)
        {
            var perBlock = account.Deployments.Where(d => d.IsActive).Sum(d => d.Escrow.Rate);
            return Wire.Json(new { data = new { weeklyCost = Math.Round(perBlock * AkashBlocks.PerHour * 24 * 7 / AkashWorld.PerUsd, 2) } });
        }
    }

    private static IResult Chain(string owner, string dseq, AkashWorld world, AkashSupply supply)
    {
        lock (world.Gate)
        {
            if (world.Find(AkashRoutes.Dseq(dseq)) is not { } d || d.Account.Owner != owner) { throw AkashProblemException.NotFound("Deployment not found"); }
            return Wire.Json(new
            {
                owner, dseq, balance = d.Escrow.Funds, denom = "uact", status = d.State, totalMonthlyCostUDenom = d.Escrow.Rate * BlocksPerMonth,
                createdHeight = d.CreatedHeight, createdDate = Wire.Zoned(d.CreatedAt),
                closedHeight = d.ClosedAt is { } c ? AkashBlocks.HeightAt(c) : (long?)null, closedDate = d.ClosedAt is { } closed ? Wire.Zoned(closed) : null,
                leases = d.Leases.Select(l => new
                {
                    gseq = l.Group.Gseq, oseq = 1, provider = new { address = l.Provider.Owner, hostUri = supply.HostUri(l.Provider), isDeleted = false,
                        attributes = l.Provider.Attributes.Select(a => new { key = a.Key, value = a.Value }) },
                    status = l.State, monthlyCostUDenom = l.Bid.Price * BlocksPerMonth, cpuUnits = l.Group.Spec.Units.Sum(u => u.MilliCpu * u.Count),
                    gpuUnits = l.Group.Spec.Gpus,
                    memoryQuantity = l.Group.Spec.Units.Sum(u => u.MemoryBytes * u.Count),
                    storageQuantity = l.Group.Spec.Units.Sum(u => u.Storage.Sum(v => v.Bytes) * u.Count),
                }),
                events = d.Events.Select(e => new { txHash = AkashWire.Hash($"{d.Dseq}/{e.At:O}/{e.Type}"), date = Wire.Zoned(e.At), type = e.Type }),
                other = new
                {
                    deployment = new { id = new { owner, dseq }, state = d.State, hash = d.Sdl.Hash, created_at = AkashBlocks.Text(d.CreatedHeight) },
                    groups = d.Groups.Select(g => AkashSupply.Group(d, g)), escrow_account = AkashWire.Escrow(d),
                },
            });
        }
    }

    private static IResult AddressDeployments(HttpRequest request, string address, int skip, int limit, AkashWorld world, AkashSupply supply)
    {
        string? status = request.Query["status"];
        if (limit is < 1 or > 100 || skip < 0 || status is not ("active" or "closed"))
        {
            throw AkashProblemException.BadRequest("skip, limit (1 to 100) and status (active or closed) are required");
        }
        lock (world.Gate)
        {
            var all = (world.AccountAt(address)?.Deployments ?? []).Where(d => d.State == status).ToList();
            if (request.Query["reverseSorting"] == "true") { all.Reverse(); }
            return Wire.Json(new
            {
                count = all.Count,
                results = all.Skip(skip).Take(limit).Select(d => new
                {
                    owner = address, dseq = d.Dseq, status = d.State, createdHeight = d.CreatedHeight, cpuUnits = Sum(d, u => u.MilliCpu),
                    gpuUnits = d.Groups.Sum(g => g.Spec.Gpus), memoryQuantity = Sum(d, u => u.MemoryBytes),
                    storageQuantity = Sum(d, u => u.Storage.Sum(v => v.Bytes)),
                    leases = d.Leases.Select(l => new
                    {
                        id = AkashWire.Hash(l.Id)[..32].ToLowerInvariant(), owner = address,
                        provider = new { address = l.Provider.Owner, hostUri = supply.HostUri(l.Provider) }, dseq = d.Dseq, gseq = l.Group.Gseq, oseq = 1,
                        state = l.State,
                        price = AkashWire.Coin(l.Bid.Price),
                    }),
                }),
            });
        }
    }

    private static IResult LeasesDuration(HttpRequest request, string owner, AkashWorld world)
    {
        string? dseq = request.Query["dseq"];
        lock (world.Gate)
        {
            var leases = (world.AccountAt(owner)?.Deployments ?? []).Where(d => dseq is null || d.Dseq == dseq).SelectMany(d => d.Leases)
                .Where(l => l.ClosedAt is not null).Select(l =>
            {
                var (opened, closed) = (l.CreatedHeight, AkashBlocks.HeightAt(l.ClosedAt!.Value));
                var seconds = (long)(l.ClosedAt.Value - l.CreatedAt).TotalSeconds;
                return new
                {
                    dseq = l.Deployment.Dseq, oseq = 1, gseq = l.Group.Gseq, provider = l.Provider.Owner, startHeight = opened,
                    startDate = Wire.Zoned(l.CreatedAt), closedHeight = closed, closedDate = Wire.Zoned(l.ClosedAt.Value),
                    durationInBlocks = closed - opened, durationInSeconds = seconds, durationInHours = Math.Round(seconds / 3600m, 4),
                };
            }).ToList();
            var total = leases.Sum(l => l.durationInSeconds);
            return Wire.Json(new { leaseCount = leases.Count, totalDurationInSeconds = total, totalDurationInHours = Math.Round(total / 3600m, 4), leases });
        }
    }

    private static IResult GetSettings(HttpContext http, string dseq, AkashWorld world)
    {
        var account = http.Account();
        lock (world.Gate)
        {
            var deployment = account.Deployments.Find(d => d.Dseq == AkashRoutes.Dseq(dseq));
            return deployment is null || (deployment.SettingsAt is null && !world.Options.IsNext)
                ? Wire.Json(new { message = "Deployment setting not found" }, 404) : Settings(deployment, world);
        }
    }

    private static async Task<IResult> PostSettingsAsync(HttpContext http, AkashWorld world)
    {
        var account = http.Account();
        var body = await AkashBody.ReadAsync(http.Request);
        var data = body.Inner("data");
        var (dseq, on) = (data.Dseq("dseq"), data.Flag("autoTopUpEnabled"));
        body.Check();
        lock (world.Gate)
        {
            var deployment = world.Of(account, dseq!);
            SetTopUp(deployment, on ?? world.Options.IsNext, world);
            return Settings(deployment, world, 201);
        }
    }

    private static async Task<IResult> PatchSettingsAsync(HttpContext http, string dseq, AkashWorld world, AkashDeployments verbs)
    {
        var account = http.Account();
        var body = await AkashBody.ReadAsync(http.Request);
        var data = body.Inner("data");
        var on = data.Flag("autoTopUpEnabled", required: !world.Options.IsNext);
        var hours = world.Options.IsNext ? (int?)data.Number("runtimeLimitHours", min: 1, max: 8760, whole: true) : null;
        body.Check();
        lock (world.Gate)
        {
            if (account.Deployments.Find(d => d.Dseq == AkashRoutes.Dseq(dseq)) is not { } deployment)
            {
                return Wire.Json(new { message = "Deployment setting not found" }, 404);
            }
            if (on is { } flag) { SetTopUp(deployment, flag, world); }
            if (hours is { } total)
            {
                var present = deployment.RuntimeLimitHours ?? 0;
                if (total < present || total > present + 48)
                {
                    throw AkashProblemException.BadRequest("runtimeLimitHours is a new total: it cannot fall, and rises by 48 at most per call");
                }
                verbs.LimitRuntime(deployment, total);
            }
            return Settings(deployment, world);
        }
    }

    private static void SetTopUp(AkashDeployment deployment, bool on, AkashWorld world)
    {
        if (!on && world.Options.IsNext) { throw AkashProblemException.BadRequest("Deployments are always funded; autoTopUpEnabled cannot be false"); }
        (deployment.TopsUp, deployment.SettingsAt) = (on, deployment.SettingsAt ?? world.Now);
    }

    private static IResult Settings(AkashDeployment d, AkashWorld world, int status = 200)
    {
        var since = Wire.Zoned(d.SettingsAt ?? d.CreatedAt);
        Dictionary<string, object?> data = new()
        {
            ["id"] = new Guid(Convert.FromHexString(AkashWire.Hash($"settings/{d.Dseq}")[..32])).ToString(), ["userId"] = d.Account.UserId.ToString(),
            ["dseq"] = d.Dseq, ["autoTopUpEnabled"] = d.TopsUp || world.Options.IsNext,
            ["estimatedTopUpAmount"] = d.Escrow.Rate * AkashBlocks.PerHour * 24, ["topUpFrequencyMs"] = 3_600_000, ["createdAt"] = since, ["updatedAt"] = since,
        };
        if (world.Options.IsNext)
        {
            data["runtimeLimitHours"] = d.RuntimeLimitHours;
            data["runtimeEndsAt"] = d.RuntimeEndsAt is { } end ? Wire.Zoned(end) : null;
        }
        return Wire.Json(new { data }, status);
    }

    private static decimal Sum(AkashDeployment d, Func<Sdl.SdlUnit, decimal> of) => d.Groups.Sum(g => g.Spec.Units.Sum(u => of(u) * u.Count));
}
