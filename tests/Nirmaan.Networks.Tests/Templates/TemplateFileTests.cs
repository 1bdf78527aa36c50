using Nirmaan.Domain.Fleet;
using Nirmaan.Networks.Templates;

namespace Nirmaan.Networks.Tests.Templates;

public sealed class TemplateFileTests
{
    private const string Good = """
        name: my-miner
        version: 3
        network: mynet
        workload: mynet-llm
        image: ghcr.io/example/miner:1.0
        command: [python3, miner.py, "--fast"]
        env:
          MODE: "on"
        secretEnv: [TOKEN]
        needs: { minVramGb: 12, gpus: 2, vcpu: 0.5, ramGb: 16, diskGb: 50, cudaMin: "12.1", inboundPorts: [8000, 9000], vm: false, dockerSocket: true }
        payout: { kind: ss58, env: HOTKEY }
        logs:
          files: ["logs/*.log"]
          rules:
            - { match: 'ready$', state: serving, reason: model-loaded }
        readyWithinMinutes: 20
        stopGraceSeconds: 30
        licence: Apache-2.0
        season: { from: 2024-04-01, to: 2025-01-17T12:00:00Z }
        """;

    [Fact]
    public void A_template_is_read_whole()
    {
        var template = TemplateFile.Read("my.yaml", Good);
        (template.Name, template.Version, template.Network, template.Workload, template.Image).ShouldBe(("my-miner", 3, "mynet", "mynet-llm", "ghcr.io/example/miner:1.0"));
        template.Command.ShouldBe(["python3", "miner.py", "--fast"]);
        template.Env.ShouldHaveSingleItem().ShouldBe(KeyValuePair.Create("MODE", "on"));
        template.SecretEnv.ShouldBe(["TOKEN"]);
        (template.Needs.MinVramGb, template.Needs.Gpus, template.Needs.Vcpu, template.Needs.CudaMin, template.Needs.Vm, template.Needs.DockerSocket).ShouldBe((12, 2, 0.5m, "12.1", false, true));
        template.Needs.InboundPorts.ShouldBe([8000, 9000]);
        (template.Payout.Kind, template.Payout.Env).ShouldBe(("ss58", "HOTKEY"));
        template.Logs.Files.ShouldBe(["logs/*.log"]);
        template.Logs.Rules.ShouldHaveSingleItem().State.ShouldBe("serving");
        (template.ReadyWithinMinutes, template.StopGraceSeconds, template.Licence).ShouldBe((20, 30, "Apache-2.0"));
        template.Season!.To.ShouldBe(new DateTimeOffset(2025, 1, 17, 12, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void A_template_may_keep_to_the_supplier_that_lost_its_machine() =>
        TemplateFile.Read("my.yaml", Change("stopGraceSeconds: 30", "stopGraceSeconds: 30\nfailover: same-supplier")).Failover.ShouldBe(Failover.SameSupplier);

    [Fact]
    public void A_file_says_after_how_many_hours_without_work_a_machine_is_given_back_or_never()
    {
        TemplateFile.Read("my.yaml", Change("stopGraceSeconds: 30", "stopGraceSeconds: 30\nidleStopHours: 6")).IdleStopHours.ShouldBe(6);
        TemplateFile.Read("my.yaml", Good).IdleStopHours.ShouldBeNull();
    }

    [Fact]
    public void A_file_says_whose_program_it_packs_or_nobodys()
    {
        TemplateFile.Read("my.yaml", Change("stopGraceSeconds: 30", "stopGraceSeconds: 30\nupstream: { repository: makers/miner, release: v1.2, asOf: 2026-01-10 }")).Upstream
            .ShouldBe(new TemplateUpstream("makers/miner", "v1.2", new DateOnly(2026, 1, 10)));
        TemplateFile.Read("my.yaml", Change("stopGraceSeconds: 30", "stopGraceSeconds: 30\nupstream: { repository: makers/miner, asOf: 2026-01-10 }")).Upstream!.Release.ShouldBeNull();
        TemplateFile.Read("my.yaml", Good).Upstream.ShouldBeNull();
    }

    [Theory]
    [InlineData("\nseason: { from: 2024-04-01, to: 2025-01-17T12:00:00Z }", "")]
    [InlineData("season: { from: 2024-04-01, to: 2025-01-17T12:00:00Z }", "season: null")]
    [InlineData("season: { from: 2024-04-01, to: 2025-01-17T12:00:00Z }", "season: { from: 2024-04-01 }")]
    [InlineData("cudaMin: \"12.1\", ", "")]
    public void Only_season_failover_and_cuda_may_be_absent(string find, string replace) => Should.NotThrow(() => TemplateFile.Read("my.yaml", Change(find, replace)));

    [Theory]
    [InlineData("version: 3", "", "version", null)]
    [InlineData("secretEnv: [TOKEN]\n", "", "secretEnv", null)]
    [InlineData("gpus: 2, ", "", "needs.gpus", null)]
    [InlineData(", reason: model-loaded", "", "logs.rules[0].reason", null)]
    [InlineData("licence: Apache-2.0", "licence:", "licence", null)]
    [InlineData("stopGraceSeconds: 30", "stopGraceSeconds: 30\nhealthcheck: yes", "healthcheck", "healthcheck")]
    [InlineData("vm: false", "vm: false, gpuName: a6000", "needs.gpuName", "gpuName")]
    [InlineData("reason: model-loaded", "reason: model-loaded, level: info", "logs.rules[0].level", "level")]
    [InlineData("'ready$'", "'(ready'", "logs.rules[0].match", "(ready")]
    [InlineData("state: serving", "state: earning", "logs.rules[0].state", "earning")]
    [InlineData("state: serving", "state: Serving", "logs.rules[0].state", "Serving")]
    [InlineData("version: 3", "version: 3.5", "version", "3.5")]
    [InlineData("gpus: 2", "gpus: 0", "needs.gpus", "0")]
    [InlineData("vcpu: 0.5", "vcpu: many", "needs.vcpu", "many")]
    [InlineData("vm: false", "vm: no", "needs.vm", "no")]
    [InlineData("cudaMin: \"12.1\"", "cudaMin: \"12\"", "needs.cudaMin", "12")]
    [InlineData("[8000, 9000]", "[8000, 90000]", "needs.inboundPorts[1]", "90000")]
    [InlineData("[python3, miner.py, \"--fast\"]", "[]", "command", "[ ]")]
    [InlineData("\"--fast\"", "$HOME", "command[2]", "$HOME")]
    [InlineData("image: ghcr.io/example/miner:1.0", "image: ghcr.io/example/miner", "image", "ghcr.io/example/miner")]
    [InlineData("miner:1.0", "miner:latest", "image", "ghcr.io/example/miner:latest")]
    [InlineData("MODE: \"on\"", "2MODE: x", "env", "2MODE")]
    [InlineData("kind: ss58", "kind: bitcoin", "payout.kind", "bitcoin")]
    [InlineData("logs/*.log", "../*.log", "logs.files[0]", "../*.log")]
    [InlineData("logs/*.log", "/var/log/x", "logs.files[0]", "/var/log/x")]
    [InlineData("from: 2024-04-01", "from: April", "season.from", "April")]
    [InlineData("from: 2024-04-01", "from: 2026-04-01", "season.to", "2025-01-17 12:00:00Z")]
    [InlineData("stopGraceSeconds: 30", "stopGraceSeconds: 30\nfailover: anywhere", "failover", "anywhere")]
    [InlineData("stopGraceSeconds: 30", "stopGraceSeconds: 30\nidleStopHours: 0", "idleStopHours", "0")]
    [InlineData("stopGraceSeconds: 30", "stopGraceSeconds: 30\nupstream: { repository: miner, asOf: 2026-01-10 }", "upstream.repository", "miner")]
    [InlineData("stopGraceSeconds: 30", "stopGraceSeconds: 30\nupstream: { repository: a/b, asOf: soon }", "upstream.asOf", "soon")]
    [InlineData("stopGraceSeconds: 30", "stopGraceSeconds: 30\nupstream: { repository: a/b }", "upstream.asOf", null)]
    [InlineData("needs: {", "needs: text\nx: {", "needs", "text")]
    public void What_is_wrong_is_named_by_file_field_and_value(string find, string replace, string field, string? value)
    {
        var wrong = Should.Throw<TemplateFileException>(() => TemplateFile.Read("my.yaml", Change(find, replace)));
        (wrong.File, wrong.Field, wrong.Value).ShouldBe(("my.yaml", field, value));
        wrong.Message.ShouldStartWith($"my.yaml: {field}: {(value is null ? "missing" : $"'{value}'")}; expected ");
    }

    [Theory]
    [InlineData("name: a\nname: b")]
    [InlineData("name: [unclosed")]
    public void What_is_no_yaml_is_named_by_its_line(string yaml) => Should.Throw<TemplateFileException>(() => TemplateFile.Read("my.yaml", yaml)).Message.ShouldStartWith("my.yaml: 'line ");

    [Theory]
    [InlineData("")]
    [InlineData("just a text")]
    [InlineData("- a\n- b")]
    public void A_file_that_is_no_map_is_refused(string yaml) => Should.Throw<TemplateFileException>(() => TemplateFile.Read("my.yaml", yaml)).Message.ShouldContain("expected one document that is a map");

    private static string Change(string find, string replace)
    {
        Good.ShouldContain(find);
        return Good.Replace(find, replace, StringComparison.Ordinal);
    }
}
