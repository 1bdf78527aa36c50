using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Sandbox.Tests.Suppliers;

public sealed class IoNetVmTests
{
    private const string Vmaas = "/ionet/enterprise/v1/io-cloud/vmaas", Caas = "/ionet/enterprise/v1/io-cloud/caas";

    /// <summary>The body of a VM with RTX A4000s in the United States.</summary>
    internal static JsonObject Body(int gpus = 1) => new()
    {
        ["resource_private_name"] = "nirmaan-1", ["duration_hours"] = 4, ["gpus_per_vm"] = gpus, ["hardware_id"] = 203, ["location_ids"] = new JsonArray(1), ["vms_qty"] = 1,
        ["ssh_keys"] = new JsonObject { ["ops"] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzB4pWnZ0Jv0x5qkQm2w7uY1o8s9tXcVbNfReTzKiLo ops" }, ["vm_image_type"] = "general",
        ["network_services"] = new JsonObject { ["agent"] = new JsonObject { ["port"] = 8080, ["protocol"] = "tcp", ["whitelist"] = new JsonArray("203.0.113.0/24") } },
    };

    private static Task<Answer> SendAsync(TestSandbox sandbox, HttpMethod method, string path, JsonNode? body = null) =>
        sandbox.SendAsync(method, path, body?.ToJsonString(), ("X-API-KEY", "sandbox-ionet-key-1"));

    private static async Task<string> DeployAsync(TestSandbox sandbox)
    {
        var answer = await SendAsync(sandbox, HttpMethod.Post, Vmaas + "/deploy", Body());
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer.Json["deployment_id"]!.GetValue<string>();
    }

    private static async Task<JsonNode> VmAsync(TestSandbox sandbox, string id) =>
        (await SendAsync(sandbox, HttpMethod.Get, $"{Vmaas}/deployment/{id}/vms")).Json["data"]!["workers"]![0]!;

    public static TheoryData<string, string, string> Misfits() => new()
    {
        { """{"surprise":1}""", "surprise", "extra_forbidden" },
        { """{"container_config":{}}""", "container_config", "extra_forbidden" },
        { """{"gpus_per_vm":9}""", "gpus_per_vm", "less_than_equal" },
        { """{"duration_hours":9000}""", "duration_hours", "less_than_equal" },
        { """{"location_ids":[1,2]}""", "location_ids", "too_long" },
        { """{"vm_image_type":"windows"}""", "vm_image_type", "enum" },
        { """{"ssh_keys":{"a":1}}""", "a", "string_type" },
        { """{"network_services":{"a":{"port":70000,"protocol":"tcp","whitelist":["0.0.0.0/0"]}}}""", "port", "less_than_equal" },
        { """{"network_services":{"a":{"port":80,"protocol":"icmp","whitelist":["0.0.0.0/0"]}}}""", "protocol", "enum" },
        { """{"network_services":{"a":{"port":80,"protocol":"tcp","whitelist":[]}}}""", "whitelist", "too_short" },
        { """{"network_services":{"a":{"port":80,"protocol":"tcp","whitelist":["all"]}}}""", "whitelist", "ip_any_network" },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public async Task A_body_that_does_not_fit_is_answered_as_a_list_of_places_and_types(string change, string field, string type)
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var body = Body();
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject()) { body[name] = value?.DeepClone(); }
        var answer = await SendAsync(sandbox, HttpMethod.Post, Vmaas + "/deploy", body);
        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Json["detail"]!.AsArray().ShouldContain(d => d!["type"]!.GetValue<string>() == type && d["loc"]!.AsArray().Last()!.ToString() == field);
    }

    [Fact]
    public async Task A_vm_is_no_container_and_is_paid_from_the_same_credit()
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:IoNet:CreditUsd=100");
        var id = await DeployAsync(sandbox);
        (await SendAsync(sandbox, HttpMethod.Get, $"{Caas}/deployment/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(sandbox, HttpMethod.Get, $"{Caas}/deployments")).Json["data"]!["total"]!.GetValue<int>().ShouldBe(0);
        var world = await sandbox.WorldAsync();
        var paid = world["ionet-vm"]!["deployments"]![0]!["paidUsd"]!.GetValue<decimal>();
        world["ionet"]!["accounts"]![0]!["creditUsd"]!.GetValue<decimal>().ShouldBe(100m - paid);
        paid.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Its_keys_and_ports_come_back_as_they_were_ordered()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var id = await DeployAsync(sandbox);
        var details = (await SendAsync(sandbox, HttpMethod.Get, $"{Vmaas}/deployment/{id}")).Json["data"]!;
        details["ssh_keys"]!.ToJsonString().ShouldBe(Body()["ssh_keys"]!.ToJsonString());
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(10));
        var agent = (await VmAsync(sandbox, id))["network_services"]!["agent"]!;
        (agent["port"]!.GetValue<int>(), agent["whitelist"]![0]!.GetValue<string>(), agent["public_port"]!.GetValue<int>() > 0).ShouldBe((8080, "203.0.113.0/24", true));
    }

    [Fact]
    public async Task Where_there_is_no_ssh_server_a_vm_is_up_and_nobody_gets_in()
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:IoNet:SshServer=/nowhere/sshd");
        var id = await DeployAsync(sandbox);
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(10));
        var vm = await VmAsync(sandbox, id);
        (vm["status"]!.GetValue<string>(), vm["ssh_access"]!.GetValue<string>()).ShouldBe(("running", $"ssh {Environment.UserName}@127.0.0.1 -p 9"));
    }

    [Fact]
    public async Task Its_docker_runs_describes_and_removes_containers_of_the_yard()
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:IoNet:SshServer=/nowhere/sshd");
        var id = await DeployAsync(sandbox);
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(10));
        var vm = (await VmAsync(sandbox, id))["vm_id"]!.GetValue<string>();
        async Task<(int Exit, string Output, string Errors)> DockerAsync(string[] words, params string[] env)
        {
            static string Line(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) + "\n";
            using var body = new StringContent(string.Concat(words.Select(Line)) + "\n" + string.Concat(env.Select(Line)));
            using var answer = await sandbox.Http.PostAsync($"/sandbox/vms/{vm}/docker", body, TestContext.Current.CancellationToken);
            var lines = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n');
            string Text(int i) => Encoding.UTF8.GetString(Convert.FromBase64String(lines[i]));
            return (int.Parse(lines[0]), Text(1), Text(2));
        }
        string[] run = ["run", "--detach", "--name", "box", "--label", "nirmaan.name=op-1", "--env", "OPEN=1", "--env", "SECRET", "--publish", "3000:3000", "ghcr.io/nirmaan/miner:1.0.0"];
        (await DockerAsync(run, "SECRET=two\nlines")).Exit.ShouldBe(0);
        (await DockerAsync(run)).ShouldSatisfyAllConditions(a => a.Exit.ShouldBe(125), a => a.Errors.ShouldContain("already in use"));
        (await DockerAsync(["run", "--frobnicate", "x"])).Exit.ShouldBe(125);
        (await DockerAsync(["inspect", "other"])).ShouldSatisfyAllConditions(a => a.Exit.ShouldBe(1), a => a.Errors.ShouldContain("No such container: other"));
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        var box = JsonNode.Parse((await DockerAsync(["inspect", "box"])).Output)![0]!;
        (box["State"]!["Status"]!.GetValue<string>(), box["Config"]!["Labels"]!["nirmaan.name"]!.GetValue<string>()).ShouldBe(("running", "op-1"));
        box["NetworkSettings"]!["Ports"]!["3000/tcp"]![0]!["HostPort"]!.GetValue<string>().ShouldBe("3000");
        (await DockerAsync(["rename", "box", "box.old"])).Exit.ShouldBe(0);
        (await DockerAsync(["rm", "-f", "box.old"])).Exit.ShouldBe(0);
        (await DockerAsync(["ps", "-aq"])).Output.ShouldBeEmpty();
        (await sandbox.WorldAsync())["containers"]!.AsArray().ShouldHaveSingleItem()!["phase"]!.GetValue<string>().ShouldBe("stopped");
    }
}
