using System.Text.Json;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.Suppliers.Akash.Sdl;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>A tenant's verbs: create, lease, update, deposit, close.</summary>
internal sealed class AkashDeployments(AkashWorld world, AkashMarket market, AkashLeasing leasing, AkashFunding funding, Agenda agenda)
{
    private const decimal MaxUnitPrice = 10_000_000, Mi = 1024m * 1024, Ti = Mi * Mi;

    /// <summary>Puts a deployment and its orders on chain. Not idempotent: each call makes one.</summary>
    public AkashDeployment Create(AkashAccount account, string sdlText, decimal? depositUsd, string? name, int? runtimeHours)
    {
        var sdl = Read(sdlText);
        if (world.Options.IsNext) { depositUsd = AkashFunding.DefaultDepositUsd; }
        if (depositUsd is null) { throw AkashProblemException.BadRequest("deposit is required"); }
        if (depositUsd < AkashFunding.DefaultDepositUsd) { throw AkashProblemException.BadRequest("Deposit too low"); }
        CheckLimits(sdl);
        CheckCredit(account, depositUsd.Value);

        var deployment = new AkashDeployment(account, world.NextDseq(), sdl, world.Now) { Name = name };
        deployment.Groups.AddRange(sdl.Groups.Select((g, i) => new AkashGroup(i + 1, g)));
        deployment.Events.Add((world.Now, "MsgCreateDeployment"));
        world.Add(deployment);
        funding.Deposit(deployment, depositUsd.Value * AkashWorld.PerUsd);
        market.Announce(deployment);
        if (runtimeHours is { } hours) { LimitRuntime(deployment, hours); }
        return deployment;
    }

    /// <summary>Takes bids and hands over the manifest. Repeated, it takes nothing new while a lease lives and sends the manifest again.</summary>
    public void Lease(AkashDeployment deployment, IReadOnlyList<(int Gseq, int Oseq, string Provider)> wanted, string? manifest)
    {
        if (!deployment.LiveLeases.Any())
        {
            leasing.Take(deployment, wanted);
            funding.OnLeased(deployment);
        }
        foreach (var lease in deployment.LiveLeases.ToList()) { leasing.SendManifest(lease, manifest); }
    }

    /// <summary>Gives a deployment another manifest on the same machines.</summary>
    public void Update(AkashDeployment deployment, string sdlText)
    {
        var sdl = Read(sdlText);
        if (!deployment.IsActive) { throw AkashProblemException.BadRequest("Deployment closed"); }
        if (!sdl.Groups.Select(Shape).SequenceEqual(deployment.Groups.Select(g => Shape(g.Spec))))
        {
            throw world.Options.IsNext
                ? new AkashProblemException(422, "deployment_resources_changed", "Resources are fixed when a deployment is created. Create a new one.")
                : AkashProblemException.BadRequest("Invalid SDL: resources of an existing deployment cannot change");
        }
        if (sdl.Hash != deployment.Sdl.Hash) { deployment.Events.Add((world.Now, "MsgUpdateDeployment")); }
        deployment.Sdl = sdl;
        for (var i = 0; i < deployment.Groups.Count; i++) { deployment.Groups[i].Spec = sdl.Groups[i]; }
        foreach (var lease in deployment.LiveLeases.ToList()) { leasing.SendManifest(lease, null); }
    }

    /// <summary>Changes some services' image, environment, command or arguments.</summary>
    public void Patch(AkashDeployment deployment, JsonObject services)
    {
        var document = deployment.Sdl.Document.DeepClone().AsObject();
        foreach (var (name, change) in services)
        {
            if (document["services"]?[name] is not JsonObject service)
            {
                throw AkashProblemException.BadRequest($"Invalid SDL: service {name} is not defined");
            }
            foreach (var (field, value) in change as JsonObject ?? [])
            {
                if (field == "env") { service["env"] = Merge(service["env"] as JsonArray ?? [], value as JsonObject ?? []); }
                else { service[field] = value?.DeepClone(); }
            }
        }
        // JSON is YAML: the changed document goes the way every SDL goes.
        Update(deployment, document.ToJsonString());
    }

    /// <summary>Adds money to a deployment's escrow.</summary>
    public void Deposit(AkashDeployment deployment, decimal usd)
    {
        if (!deployment.IsActive) { throw AkashProblemException.BadRequest("Deployment closed"); }
        CheckCredit(deployment.Account, usd);
        funding.Deposit(deployment, usd * AkashWorld.PerUsd);
    }

    /// <summary>Closes a deployment; one that is closed stays so.</summary>
    public void Close(AkashDeployment deployment)
    {
        if (deployment.IsActive) { funding.Close(deployment); }
    }

    /// <summary>Ends a deployment so many hours after its creation.</summary>
    public void LimitRuntime(AkashDeployment deployment, int hours)
    {
        var end = deployment.CreatedAt.AddHours(hours);
        (deployment.RuntimeLimitHours, deployment.RuntimeEndsAt) = (hours, end);
        agenda.At(end, $"runtime limit of {deployment.Dseq}", _ =>
        {
            lock (world.Gate)
            {
                if (deployment.RuntimeEndsAt == end) { Close(deployment); }
            }
            return Task.CompletedTask;
        });
    }

    private static AkashSdl Read(string text)
    {
        try { return AkashSdl.Parse(text); }
        catch (SdlRefusedException e) { throw AkashProblemException.BadRequest($"Invalid SDL: {e.Message}"); }
    }

    private static void CheckLimits(AkashSdl sdl)
    {
        if (sdl.Groups.Count is 0 or > 20) { throw AkashProblemException.BadRequest("Invalid SDL: 1 to 20 groups are allowed"); }
        foreach (var unit in sdl.Groups.SelectMany(g => g.Units))
        {
            if (unit.Price > MaxUnitPrice) { throw AkashProblemException.BadRequest("Unit price exceeds the maximum allowed by the network"); }
            if (unit.Price <= 0) { throw AkashProblemException.BadRequest("Invalid unit price: must be greater than zero"); }
            if (unit.Gpus is < 0 or > 24) { throw AkashProblemException.BadRequest("Invalid GPU attributes"); }
            if (unit.MilliCpu is < 10 or > 384_000 || unit.MemoryBytes < Mi || unit.MemoryBytes > 2 * Ti || unit.Count > 50
                || unit.Storage.Any(v => v.Bytes < 5 * Mi || v.Bytes > 32 * Ti))
            {
                throw AkashProblemException.BadRequest("Invalid SDL: resources lie outside the network's limits");
            }
        }
    }

    private void CheckCredit(AkashAccount account, decimal usd)
    {
        if (account.Grant >= usd * AkashWorld.PerUsd) { return; }
        throw world.Options.IsNext
            ? new AkashProblemException(402, "insufficient_balance", "Insufficient balance",
                new { requiredAmountUsd = usd, availableAmountUsd = Math.Round(account.Grant / AkashWorld.PerUsd, 6) })
            : new AkashProblemException(402, AkashErrors.CodeOf(402), "Insufficient balance");
    }

    /// <summary>What is fixed for a deployment's life: its resources, not its price nor its software.</summary>
    private static string Shape(SdlGroup group) => JsonSerializer.Serialize(new
    {
        group.Name,
        Units = group.Units.Select(u => new { u.MilliCpu, u.MemoryBytes, u.Storage, u.Gpus, u.GpuKeys, Endpoints = u.Endpoints.Select(e => e.Kind), u.Count }),
        Services = group.Services.Select(s => new { s.Name, s.UnitId, s.Count }),
    });

    private static JsonArray Merge(JsonArray env, JsonObject changes)
    {
        var kept = env.Select(e => e!.GetValue<string>()).Where(e => !changes.ContainsKey(e.Split('=')[0]));
        return new JsonArray([.. kept.Concat(changes.Where(c => c.Value is not null).Select(c => $"{c.Key}={c.Value}")).Select(e => (JsonNode?)e)]);
    }
}
