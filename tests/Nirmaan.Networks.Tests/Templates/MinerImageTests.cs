using System.Diagnostics;
using System.Text.RegularExpressions;
using Nirmaan.Networks.Templates;
using Nirmaan.Testing;

namespace Nirmaan.Networks.Tests.Templates;

/// <summary>The recipes of infra/miners against the templates. The images themselves need docker and are not built here.</summary>
public sealed class MinerImageTests
{
    private static readonly string s_root = NpmTools.Root;

    public static TheoryData<string> Templates => ["heurist-sd", "heurist-llm", "morpheus-llm"];

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task A_templates_image_is_built_under_the_name_and_tag_that_machines_pull(string template)
    {
        var (code, said) = await BuildAsync("--print", template);
        code.ShouldBe(0, said);
        said.ShouldContain($"docker build -t {TemplateFile.Shipped(template).Image} ");
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task An_images_base_is_pinned(string template)
    {
        var bases = Regex.Matches((await BuildAsync("--print", template)).Said, @"BASE=(\S+)").Select(m => m.Groups[1].Value);
        bases.ShouldHaveSingleItem().ShouldMatch(@":(v?\d+\.\d+\.\d+|[0-9a-f]{7,40})$");
    }

    [Fact]
    public async Task All_shipped_templates_have_a_recipe() =>
        Regex.Count((await BuildAsync("--print")).Said, @"-f infra/miners/agent\.Dockerfile").ShouldBe(Directory.GetFiles(Path.Combine(s_root, "src/Nirmaan.Networks/Templates"), "*.yaml").Length);

    [Fact]
    public void The_agent_is_every_images_first_process() =>
        File.ReadAllText(Path.Combine(s_root, "infra/miners/agent.Dockerfile")).ShouldContain("ENTRYPOINT [\"/usr/local/bin/nirmaan-agent\"]");

    [Fact]
    public void No_recipe_fetches_weights() =>
        Directory.GetFiles(Path.Combine(s_root, "infra/miners"), "*Dockerfile", SearchOption.AllDirectories).SelectMany(File.ReadAllLines)
            .ShouldAllBe(l => !Regex.IsMatch(l, "huggingface|safetensors|HF_TOKEN|snapshot_download", RegexOptions.IgnoreCase));

    [Theory]
    [InlineData("no template", "vast-llm")]
    [InlineData("unknown option", "--push-all")]
    public async Task What_cannot_be_built_is_named(string why, string word)
    {
        var (code, said) = await BuildAsync("--print", word);
        code.ShouldBe(2);
        said.ShouldContain(why);
        said.ShouldContain(word);
    }

    private static async Task<(int Code, string Said)> BuildAsync(params string[] words)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["infra/miners/build.sh", .. words]) { WorkingDirectory = s_root, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await Task.WhenAll(bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), bash.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (bash.ExitCode, string.Concat(said));
    }
}
