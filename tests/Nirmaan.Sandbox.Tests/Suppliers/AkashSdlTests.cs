using System.Text.Json;
using Nirmaan.Sandbox.Suppliers.Akash.Sdl;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Sandbox.Tests.Suppliers;

public sealed class AkashSdlTests
{
    private static readonly string s_full = """
        version: "2.0"
        services:
          web:
            image: nginx:1.27
            command: [sh, -c]
            args: ["echo <a> & b"]
            expose:
              - { port: 3000, to: [{ service: miner }, { global: true, ip: public }] }
              - { port: 53, proto: udp, accept: [example.org], to: [{ global: true }], http_options: { max_body_size: 10, next_cases: [off] } }
          miner:
            image: miner:1
            env: ["A=1", "B=é"]
            credentials: { host: ghcr.io, username: u, password: secret1 }
            params: { storage: { data: { mount: /data } }, permissions: { read: [logs] } }
            expose: [{ port: 80, to: [{ global: true }] }]
        profiles:
          compute:
            web: { resources: { cpu: { units: 500m, attributes: { arch: x86 } }, memory: { size: 512Mi }, storage: [{ size: 1Gi }, { name: shm, size: 1G, attributes: { class: ram } }] } }
            miner:
              resources:
                cpu: { units: 0.5 }
                memory: { size: 1.5Gi }
                storage: [{ size: 1Gi }, { name: data, size: 5Gi, attributes: { persistent: true, class: beta3 } }]
                gpu: { units: 2, attributes: { vendor: { nvidia: [{ model: rtx4090, ram: 24Gi, interface: pcie }, { model: rtx3090 }] } } }
          placement:
            west: { attributes: { region: us-west }, signedBy: { anyOf: [akash1x] }, pricing: { web: { denom: uakt, amount: 10 }, miner: { denom: uact, amount: "12.50" } } }
            east: { pricing: { miner: { denom: uact, amount: 100 } } }
        deployment:
          web: { west: { profile: web, count: 2 } }
          miner: { west: { profile: miner, count: 1 }, east: { profile: miner, count: 3 } }
        endpoints: { public: { kind: ip } }
        """;

    /// <summary>Every way to break the plain miner that the facts name, and some more.</summary>
    private static IEnumerable<string> Texts()
    {
        var plain = Sdls.Miner();
        string Changed(string from, string to)
        {
            plain.ShouldContain(from);
            return plain.Replace(from, to, StringComparison.Ordinal);
        }
        return
        [
            plain, s_full,
            Changed("\"2.0\"", "2.0"), Changed("\"2.0\"", "\"3.0\""), Changed("image: ghcr.io/nirmaan/miner:1.0.0", "image: ''"),
            Changed("expose:", "exposes:"),
            Changed("expose: [{ port: 8080, as: 80, to: [{ global: true }] }]", ""), Changed("global: true", "global: false"),
            Changed("global: true", "global: yes"),
            Changed("port: 8080", "port: 0"), Changed("port: 8080", "port: 80.5"), Changed("port: 8080", "port: '8080'"), Changed("'WORKER=one'", "WORKER"),
            Changed("'WORKER=one'", "5"),
            Changed("model: rtxa6000", "model: RTX A6000"), Changed("[{ model: rtxa6000 }]", ""),
            Changed("nvidia: [{ model: rtxa6000 }]", "amd: [{ model: mi300 }]"),
            Changed("{ model: rtxa6000 }", "{ ram: 48Gi, interface: sxm }"), Changed("{ model: rtxa6000 }", "{ model: rtxa6000, interface: PCIe }"),
            Changed("gpu: { units: 1", "gpu: { units: 0"), Changed("gpu: { units: 1", "gpu: { units: '1'"),
            Changed(", attributes: { vendor: { nvidia: [{ model: rtxa6000 }] } }", ""),
            Changed("vendor: { nvidia: [{ model: rtxa6000 }] }", "vendor: {}"), Changed("{ vendor: { nvidia: [{ model: rtxa6000 }] } }", "{}"),
            Changed("size: 16Gi", "size: \"4096\""), Changed("size: 16Gi", "size: 4096"), Changed("size: 64Gi", "size: lots"),
            Changed("units: 4 ", "units: 0 "), Changed("units: 4 ", "units: 0m "),
            Changed("units: 4 ", "units: 1500m "), Changed("storage: { size: 64Gi }", "storage: { size: 64Gi, attributes: { class: nvme } }"),
            Changed("storage: { size: 64Gi }", "storage: { name: data, size: 64Gi, attributes: { class: beta3, persistent: true } }"),
            Changed("storage: { size: 64Gi }", "storage: { size: 64Gi, attributes: { class: ram, persistent: true } }"),
            Changed("amount: 5000", "amount: 0"), Changed("amount: 5000", "amount: -1"), Changed("amount: 5000", "amount: '1.5'"),
            Changed("amount: 5000", "amount: cheap"),
            Changed("denom: uact", "denom: usd"), Changed("denom: uact", "denom: ibc/1234"), Changed("denom: uact", "denom: uakt"),
            Changed("count: 1", "count: 0"), Changed("count: 1", "count: '1'"), Changed("profile: miner,", "profile: other,"),
            Changed("akash: { profile", "moon: { profile"),
            Changed("deployment:\n  miner:", "deployment:\n  other:"), plain + "\nfoo: 1", plain + "\nendpoints: { ip: { kind: ip } }", "[]", "just text",
            "version: \"2.0\"",
        ];
    }

    [Fact]
    public async Task The_same_texts_pass_fail_and_crash_as_in_the_official_validator_and_give_the_same_manifests()
    {
        var infra = Tools.Infra();
        var texts = Texts().ToList();
        var script = Path.Combine(Path.GetDirectoryName(infra)!, "tests/Nirmaan.Sandbox.Tests/Suppliers/sdl-parity.cjs");
        var official = JsonSerializer.Deserialize<JsonElement[]>(await Tools.RunAsync("node", [script, infra], JsonSerializer.Serialize(texts),
            TestContext.Current.CancellationToken))!;

        official.Length.ShouldBe(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            var (verdict, manifest, hash) = Ours(texts[i]);
            verdict.ShouldBe(official[i].GetProperty("verdict").GetString(), $"official: {official[i]}\n{texts[i]}");
            if (verdict != "ok") { continue; }
            manifest.ShouldBe(official[i].GetProperty("manifest").GetString());
            hash.ShouldBe(official[i].GetProperty("hash").GetString());
        }
    }

    [Fact]
    public void The_worked_example_of_the_facts_gives_its_manifest()
    {
        var examples = Path.Combine(Tools.SharedFolder(), "examples");
        var sdl = AkashSdl.Parse(File.ReadAllText(Path.Combine(examples, "miner-gpu.yaml")));
        sdl.Manifest.ShouldBe(File.ReadAllText(Path.Combine(examples, "miner-gpu.manifest.json")).Trim());
    }

    [Fact]
    public void A_manifest_sent_back_with_its_names_in_another_order_has_the_same_version()
    {
        var sdl = AkashSdl.Parse(Sdls.Miner());
        var shuffled = JsonSerializer.Serialize(JsonSerializer.Deserialize<Dictionary<string,
            JsonElement>[]>(sdl.Manifest)!.Select(g => g.Reverse().ToDictionary()));
        shuffled.ShouldNotBe(sdl.Manifest);
        AkashSdl.HashOfSent(shuffled).ShouldBe(sdl.Hash);
    }

    private static (string Verdict, string Manifest, string Hash) Ours(string text)
    {
        try
        {
            var sdl = AkashSdl.Parse(text);
            return ("ok", sdl.Manifest, sdl.Hash);
        }
        catch (SdlRefusedException) { return ("refused", "", ""); }
        catch (SdlCrashedException) { return ("crashed", "", ""); }
    }
}
