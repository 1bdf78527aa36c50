using System.Net;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>Virtual machines over REST.</summary>
internal static class IoNetVmEndpoints
{
    private static readonly string[] s_images = ["general", "datascience"], s_protocols = ["tcp", "udp"], s_currencies = ["usdc", "iocoin"];

    public static void Map(RouteGroupBuilder vmaas)
    {
        vmaas.MapGet("/hardware", (HttpContext http, IoNetWorld world, IoNetVmWire wire) =>
        {
            http.IoNetAccount();
            lock (world.Gate) { return Wire.Json(wire.Catalogue()); }
        }).WithName("ionet.vm-hardware");
        vmaas.MapGet("/hardware/max-gpus-per-vm", (HttpContext http, IoNetWorld world, IoNetVmWire wire) =>
        {
            http.IoNetAccount();
            lock (world.Gate) { return Wire.Json(wire.MaxGpus()); }
        }).WithName("ionet.vm-max-gpus");
        vmaas.MapGet("/available-vms", IoNetEndpoints.Replicas).WithName("ionet.vm-available");
        vmaas.MapGet("/price", Price).WithName("ionet.vm-price");
        vmaas.MapPost("/deploy", DeployAsync).WithName("ionet.vm-deploy");
        vmaas.MapGet("/deployments", (HttpContext http, IoNetWorld world, IoNetWire wire) => IoNetEndpoints.ListOf(http, world, wire, vms: true)).WithName("ionet.vm-deployments");
        vmaas.MapGet("/deployment/{id}", (HttpContext http, string id, IoNetWorld world, IoNetVmWire wire) =>
            IoNetEndpoints.With(http, id, world, d => Wire.Json(new { data = wire.Details(d) }), vms: true)).WithName("ionet.vm-deployment");
        vmaas.MapGet("/deployment/{id}/vms", (HttpContext http, string id, IoNetWorld world, IoNetVmWire wire) =>
            IoNetEndpoints.With(http, id, world, d => IoNetEndpoints.Page(http, 20, d.Workers.Select(w => wire.Vm(d, w))), vms: true)).WithName("ionet.vms");
        vmaas.MapGet("/deployment/{id}/vms-jobs/{vm}", (HttpContext http, string id, string vm, IoNetWorld world, IoNetVmWire wire) =>
            IoNetEndpoints.With(http, id, world, d => IoNetEndpoints.Page(http, 20, d.Workers.Where(w => w.ContainerId == vm).Select(w => wire.Vm(d, w))), vms: true))
            .WithName("ionet.vm-jobs");
        vmaas.MapPost("/deployment/{id}/extend", (HttpContext http, string id, IoNetWorld world, IoNetWire wire, IoNetVmWire vmWire) =>
            IoNetEndpoints.ExtendOfAsync(http, id, world, vmWire.Details, vms: true)).WithName("ionet.vm-extend");
        vmaas.MapDelete("/deployment/{id}", (HttpContext http, string id, IoNetWorld world) => IoNetEndpoints.With(http, id, world, d =>
        {
            world.Terminate(d);
            return Done(world, d);
        }, vms: true)).WithName("ionet.vm-destroy");
    }

    private static IResult Price(HttpContext http, IoNetWorld world, IoNetHardware hardware)
    {
        http.IoNetAccount();
        var query = IoNetBody.Of(http.Request.Query);
        var (places, id, currency) = (query.Text("location_ids", true), query.Id("hardware_id", true, world.Options.Ids == IoNetIds.Text), query.Text("currency", true));
        var (hours, perVm, vms) = (query.Whole("duration_hours", true, min: 1), query.Whole("gpus_per_vm", true, min: 1), query.Whole("replica_count", true));
        if (currency is not null && !s_currencies.Contains(currency)) { query.Complain("currency", "Input should be 'usdc' or 'iocoin'", "enum"); }
        query.Check();
        lock (world.Gate)
        {
            var (card, location) = (IoNetEndpoints.Card(id!), IoNetHardware.Place(places!.Trim('[', ']', ' ').Split(',')[0].Trim('"', ' '))
                ?? throw new IoNetProblemException(400, "Unknown location"));
            var quote = world.Quote(card, location, perVm!.Value, vms!.Value, hours!.Value);
            return Wire.Json(new
            {
                data = new
                {
                    replica_count = vms, gpus_per_vm = perVm, available_replica_count = new[] { hardware.Replicas(card, location.Iso2, perVm.Value) }, discount = 0,
                    ionet_fee = quote.Fee, ionet_fee_percent = IoNetQuote.FeePercent, currency_conversion_fee = quote.ConversionFee,
                    currency_conversion_fee_percent = IoNetQuote.ConversionPercent, total_cost_usdc = quote.Total,
                },
            });
        }
    }

    private static async Task<IResult> DeployAsync(HttpContext http, IoNetWorld world)
    {
        var account = http.IoNetAccount();
        var textIds = world.Options.Ids == IoNetIds.Text;
        var body = (await IoNetBody.ReadAsync(http.Request)).Only("resource_private_name", "node_pool_id", "duration_hours", "gpus_per_vm", "hardware_id",
            "location_ids", "vms_qty", "ssh_keys", "github_ids", "vm_image_type", "network_services");
        var (name, hours, perVm) = (body.Text("resource_private_name", true), body.Whole("duration_hours", min: 1, max: 8760), body.Whole("gpus_per_vm", true, min: 1, max: 8));
        var (hardwareId, places, vms) = (body.Id("hardware_id", true, textIds), body.Ids("location_ids", textIds), body.Whole("vms_qty", min: 1));
        if (places is { Count: > 1 }) { body.Complain("location_ids", "List should have at most 1 item after validation, not " + places.Count, "too_long"); }
        if (body.Has("node_pool_id") && places is not null)
        {
            body.Complain("node_pool_id", "Value error, node_pool_id and location_ids are mutually exclusive", "value_error");
        }
        var (keys, people, image) = (body.Map("ssh_keys"), body.Has("github_ids") ? body.Texts("github_ids") : null, body.Text("vm_image_type"));
        if (image is not null && !s_images.Contains(image)) { body.Complain("vm_image_type", "Input should be 'general' or 'datascience'", "enum"); }
        var services = Services(body);
        body.Check();
        lock (world.Gate)
        {
            var card = IoNetEndpoints.Card(hardwareId!, perVm!.Value, "gpus_per_vm");
            var location = places is null ? null : IoNetHardware.Place(places[0]) ?? throw new IoNetProblemException(400, "Unknown location");
            var made = new IoNetVmConfig((keys ?? new Dictionary<string, string?>()).ToDictionary(k => k.Key, k => k.Value ?? "", StringComparer.Ordinal), people ?? [], services);
            return Done(world, world.Deploy(account, name!, card, location, perVm.Value, vms ?? 1, hours ?? 1, new IoNetConfig("", 0, NoEnv, NoEnv, null), made));
        }
    }

    private static Dictionary<string, string> NoEnv => [];

    private static Dictionary<string, IoNetService> Services(IoNetBody body)
    {
        var services = new Dictionary<string, IoNetService>(StringComparer.Ordinal);
        if (!body.Has("network_services")) { return services; }
        var all = body.Inner("network_services");
        foreach (var name in all.Names)
        {
            var one = all.Inner(name);
            var (port, protocol, whitelist) = (one.Whole("port", true, min: 1, max: 65535), one.Text("protocol", true), one.Texts("whitelist"));
            if (protocol is not null && !s_protocols.Contains(protocol)) { one.Complain("protocol", "Input should be 'tcp' or 'udp'", "enum"); }
            if (whitelist is null && !one.Has("whitelist")) { one.Complain("whitelist", "Field required", "missing"); }
            if (whitelist?.FirstOrDefault(n => !IPNetwork.TryParse(n, out _)) is not null)
            {
                one.Complain("whitelist", "value is not a valid IPv4 or IPv6 network", "ip_any_network");
            }
            services[name] = new IoNetService(port ?? 0, protocol ?? "", whitelist ?? []);
        }
        return services;
    }

    private static IResult Done(IoNetWorld world, IoNetDeployment deployment) => world.Options.VmAnswers == IoNetVmAnswers.Empty
        ? Results.Ok() : Wire.Json(new { status = deployment.Status, deployment_id = deployment.Id });
}
