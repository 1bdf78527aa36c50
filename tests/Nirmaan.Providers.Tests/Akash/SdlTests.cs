using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Akash;

namespace Nirmaan.Providers.Tests.Akash;

public sealed class SdlTests
{
    private const string Golden = """
        version: "2.0"
        services:
          miner:
            image: "ghcr.io/nirmaan/heurist-llm:1.4.2"
            env:
            - "AGENT_CONTROL_URL=http://127.0.0.1:5280"
            - "AGENT_TEMPLATE={\"name\":\"x\",\"rules\":[\"a: b # c\"]}"
            - "AGENT_TOKEN=token-of-the-agent-42"
            - "MINER_ID_0=0x8ba1f109551bd432803012645ac136ddd64dba72-a"
            - "MINER_SECRET=secret-of-the-miner-42"
            - "NIRMAAN_OPERATION=nirmaan-0197b2c4d5e67f8091a2b3c4d5e6f708"
            expose:
            - port: 8080
              as: 80
              to:
              - global: true
            - port: 8000
              as: 8000
              to:
              - global: true
        profiles:
          compute:
            miner:
              resources:
                cpu:
                  units: 4
                memory:
                  size: 16Gi
                storage:
                - size: 60Gi
                gpu:
                  units: 2
                  attributes:
                    vendor:
                      nvidia:
                      - model: a100
                        ram: 80Gi
          placement:
            akash:
              signedBy:
                anyOf:
                - akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63
              pricing:
                miner:
                  denom: uact
                  amount: 4100
        deployment:
          miner:
            akash:
              profile: miner
              count: 1

        """;

    private static RentRequest Request(string gpu = "a100-80gb", int gpus = 2, decimal maxUsd = 1.23m, TemplateNeeds? needs = null, params (string, string)[] env) =>
        Rig.Request(SupplierName.Akash, gpu, gpus, maxUsd: maxUsd, needs: needs, env: env);

    [Fact]
    public void A_request_is_written_as_one_service_with_the_agents_port_as_ingress() =>
        AkashSdl.Write(Request(env: ("AGENT_TEMPLATE", """{"name":"x","rules":["a: b # c"]}"""))).ShouldBe(Golden);

    [Fact]
    public void The_same_request_gives_the_same_text_whatever_the_order_of_its_entries()
    {
        var request = Request();
        var turned = request with { Env = request.Env.Reverse().ToDictionary() };
        AkashSdl.Write(turned).ShouldBe(AkashSdl.Write(request));
    }

    [Fact]
    public void The_agents_command_and_further_ports_are_written_when_there_are_any()
    {
        var sdl = AkashSdl.Write(Request(needs: new TemplateNeeds(24, 1, 0.5m, 8, 20, null, [8080, 9100], false, false)), ["/agent", "--x"]);
        sdl.ShouldContain("command:\n    - \"/agent\"\n    - \"--x\"\n");
        sdl.ShouldContain("- port: 9100\n      as: 9100\n");
        sdl.ShouldContain("units: 0.5\n");
    }

    [Theory]
    [InlineData("rtx-a6000", "- model: rtxa6000\n")]
    [InlineData("h100-sxm", "- model: h100\n                interface: sxm\n")]
    [InlineData("h100-pcie", "- model: h100\n                interface: pcie\n")]
    [InlineData("v100-16gb", "- model: v100\n                ram: 16Gi\n")]
    [InlineData("newcard", "- model: newcard\n")]
    public void Each_gpu_is_asked_for_in_the_networks_words(string gpu, string expected) => AkashSdl.Write(Request(gpu)).ShouldContain(expected);

    [Fact]
    public void Every_canonical_gpu_survives_the_way_to_akash_and_back() =>
        GpuCatalogue.All.ShouldAllBe(g => AkashGpus.ModelOf(AkashGpus.CardOf(g.Model)) == g.Model && AkashGpus.OfKey(AkashGpus.CardOf(g.Model).ToKey()) == AkashGpus.CardOf(g.Model));

    public static TheoryData<string, string, string> Flaws => new()
    {
        { "version: \"2.0\"", "version: 2.2", "version: '2.2'; expected" },
        { "- global: true", "- service: other", "services.*.expose: 'no global port'" },
        { "as: 80", "as: 8000", "the agent's port 8080 as 80" },
        { "- port: 8080", "- port: 8081", "the agent's port 8080 as 80" },
        { "model: a100", "model: A100", "gpu model: 'A100'; expected lower-case" },
        { "model: a100", "model: rtx 4090", "gpu model: 'rtx 4090'; expected lower-case" },
        { "model: a100", "model: rtx9999", "gpu model: 'rtx9999'; expected a model that the network knows" },
        { "ram: 80Gi", "ram: 80GB", "gpu ram: '80GB'; expected the form 24Gi" },
        { "ram: 80Gi", "interface: nvlink", "gpu interface: 'nvlink'; expected pcie or sxm" },
        { "units: 2\n", "units: 0\n", "gpu.units: '0'; expected a whole number" },
        { "amount: 4100", "amount: 0", "amount: '0'; expected more than 0" },
        { "amount: 4100", "amount: 10000001", "amount: '10000001'; expected more than 0 and at most 10000000" },
        { "denom: uact", "denom: uakt", "denom: 'uakt'; expected uact" },
        { "size: 16Gi", "size: \"4096\"", "memory.size: '4096'; expected a number with" },
        { "size: 16Gi", "size: 4096Gi", "memory.size: '4096Gi'; expected 0.001Gi to 2048Gi" },
        { "- size: 60Gi", "- size: 60Gi\n          attributes: { class: nvme, persistent: true }", "class: 'nvme'; expected one of" },
        { "- size: 60Gi", "- size: 60Gi\n          attributes: { class: beta3 }", "persistent: ''; expected true for class beta3" },
        { "units: 4\n", "units: 400\n", "cpu.units: '400'; expected 0.01 cores to 384 cores" },
        { "count: 1", "count: 51", "count: '51'; expected 1 to 50" },
        { "MINER_ID_0=", "MINER_ID_0:", "env[2]: '(hidden)'; expected KEY=value" },
        { "MINER_ID_0=0x", "MINER-ID=0x", "env[2]: 'MINER-ID'; expected a name" },
        { "MINER_ID_0=0x", "MINER_ID_0=ac-secret", "MINER_ID_0: 'ac-...'; expected a value that does not begin with ac-" },
        { "\"MINER_ID_0=0x8ba1f109551bd432803012645ac136ddd64dba72-a\"", "MINER_ID_0=\"0x8b\"", "MINER_ID_0: '(hidden)'; expected a value without quotes" },
        { "\"ghcr.io/nirmaan/heurist-llm:1.4.2\"", "\"\"", "image: ''; expected an image reference" },
        { "services:\n  miner:", "services:\n  Miner:", "services.Miner: 'Miner'; expected lower-case" },
    };

    [Theory]
    [MemberData(nameof(Flaws))]
    public void A_flaw_is_named_with_its_field_its_value_and_what_was_expected(string good, string bad, string finding)
    {
        var sdl = AkashSdl.Write(Request());
        var flawed = sdl.Replace(good, bad, StringComparison.Ordinal);
        flawed.ShouldNotBe(sdl);
        AkashSdlCheck.Run(flawed, 8080).Select(f => f.ToString()).ShouldContain(f => f.Contains(finding, StringComparison.Ordinal));
    }

    [Fact]
    public void A_good_sdl_has_no_findings() => AkashSdlCheck.Run(AkashSdl.Write(Request()), 8080).ShouldBeEmpty();

    [Theory]
    [InlineData("")]
    [InlineData("just text")]
    [InlineData("a: [1")]
    public void What_is_no_yaml_map_is_a_finding(string text) => AkashSdlCheck.Run(text).ShouldHaveSingleItem().Expected.ShouldBe("a YAML map");

    [Fact]
    public void A_ceiling_below_the_smallest_price_is_refused_not_rounded_up() =>
        Should.Throw<AkashSdlException>(() => AkashSdl.Write(Request(maxUsd: 0.0001m))).Message.ShouldContain("amount: '0'; expected more than 0");

    [Fact]
    public void A_second_service_on_port_80_is_refused() =>
        Should.Throw<AkashSdlException>(() => AkashSdl.Write(Request(needs: new TemplateNeeds(24, 1, 4, 8, 20, null, [80], false, false)))).Message.ShouldContain("as: 80 twice");

    [Fact]
    public void The_values_of_the_environment_are_in_no_message() =>
        Should.Throw<AkashSdlException>(() => AkashSdl.Write(Request(env: ("BAD-NAME", "hush-hush")))).Message.ShouldNotContain("hush-hush");
}
