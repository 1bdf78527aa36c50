using System.Text.Json;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Akash;
using Nirmaan.Testing;

namespace Nirmaan.Providers.Tests.Akash;

/// <summary>Our SDL before the judge that the Console API itself uses: the npm package @akashnetwork/chain-sdk.</summary>
public sealed class OfficialValidatorTests
{
    private const string Script = """
        const sdk = require('@akashnetwork/chain-sdk'), yaml = require('js-yaml');
        const answers = JSON.parse(require('fs').readFileSync(0, 'utf8')).map(text => {
          const r = sdk.generateManifest(yaml.load(text));
          if (!r.ok) return { ok: false, why: JSON.stringify(r.value) };
          const service = r.value.groups[0].services[0], spec = r.value.groupSpecs[0].resources[0];
          return { ok: true, env: service.env, command: service.command, expose: service.expose.map(e => `${e.port}>${e.externalPort} ${e.global}`),
            gpu: spec.resource.gpu.attributes.map(a => a.key), price: spec.price };
        });
        console.log(JSON.stringify(answers));
        """;

    private sealed record Verdict(bool Ok, string? Why, string[] Env, string[] Command, string[] Expose, string[] Gpu, JsonElement Price);

    [Fact]
    public async Task It_takes_our_sdl_for_every_gpu_and_reads_our_model_and_price_from_it()
    {
        var gpus = GpuCatalogue.All.Select(g => g.Model).ToList();
        var verdicts = await JudgeAsync(gpus.Select(g => AkashSdl.Write(Rig.Request(SupplierName.Akash, g.Id, maxUsd: 0.45m))));
        verdicts.ShouldAllBe(v => v.Ok);
        verdicts.Select(v => v.Gpu).ShouldBe(gpus.Select(g => new[] { AkashGpus.CardOf(g).ToKey() }));
        verdicts.Select(v => v.Price.GetProperty("denom").GetString() + v.Price.GetProperty("amount").GetString()).Distinct().ShouldHaveSingleItem().ShouldBe("uact750");
    }

    [Fact]
    public async Task It_reads_the_environment_command_and_ports_exactly_as_they_were_meant()
    {
        var request = Rig.Request(SupplierName.Akash, needs: new TemplateNeeds(24, 1, 4, 16, 60, null, [9100], false, false), env:
        [
            ("AGENT_TEMPLATE", """{"name":"x","rules":[{"match":"^\\s+job: (?<id>\\d+) # done"}]}"""), ("LINES", "one\ntwo\n\tthree"), ("QUOTES", "it's \"so\""),
            ("YES", "yes"), ("EMPTY", ""), ("NUMBER", "0123"), ("LONG", new string('x', 500) + " " + new string('y', 500)), ("WORDS", "süß 日本 🦊"), ("EQUALS", "a=b=c"),
        ]);
        var verdict = (await JudgeAsync([AkashSdl.Write(request, ["/agent", "$HOME", "--x=1 2"])])).ShouldHaveSingleItem();
        verdict.Why.ShouldBeNull();
        verdict.Env.ShouldBe(request.Env.Append(new("NIRMAAN_OPERATION", request.Name)).OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}"));
        verdict.Command.ShouldBe(["/agent", "$HOME", "--x=1 2"]);
        verdict.Expose.ShouldBe(["8080>80 true", "9100>9100 true"]);
    }

    [Fact]
    public async Task It_lets_pass_what_our_own_check_refuses()
    {
        var good = AkashSdl.Write(Rig.Request(SupplierName.Akash));
        string[] flawed =
        [
            good.Replace("model: rtxa6000", "model: RTX A6000", StringComparison.Ordinal), good.Replace("amount: 1000", "amount: 0", StringComparison.Ordinal),
            good.Replace("\"MINER_ID_0=", "\"MINER_ID_0 ", StringComparison.Ordinal),
        ];
        (await JudgeAsync(flawed)).ShouldAllBe(v => v.Ok);
        flawed.ShouldAllBe(sdl => AkashSdlCheck.Run(sdl, 8080, null).Count == 1);
    }

    private static async Task<List<Verdict>> JudgeAsync(IEnumerable<string> sdls)
    {
        var answer = await NpmTools.RunNodeAsync(["--input-type=commonjs", "-e", Script], JsonSerializer.Serialize(sdls), Rig.Token);
        return JsonSerializer.Deserialize<List<Verdict>>(answer, JsonSerializerOptions.Web)!;
    }
}
