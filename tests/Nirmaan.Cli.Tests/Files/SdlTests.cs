using Nirmaan.Testing;

namespace Nirmaan.Cli.Tests.Files;

public sealed class SdlTests
{
    public static TheoryData<string> Shipped => [.. Directory.GetFiles(Path.Combine(NpmTools.Root, "src", "Nirmaan.Networks", "Templates"), "*.yaml").Select(f => Path.GetFileName(f)!)];

    private static string Template(string name) => Path.Combine(NpmTools.Root, "src", "Nirmaan.Networks", "Templates", name);

    [Theory]
    [MemberData(nameof(Shipped))]
    public async Task Every_shipped_template_has_an_sdl(string name)
    {
        var said = await Run.NirmaanAsync("sdl", Template(name));
        said.Code.ShouldBe(0, said.Error);
        said.Out.ShouldStartWith("version: \"2.0\"\n");
        said.Out.ShouldContain("- model: rtxa6000");
    }

    [Fact]
    public async Task The_gpu_is_a_choice()
    {
        var said = await Run.NirmaanAsync("sdl", Template("heurist-sd.yaml"), "--gpu", "rtx-4090", "--max-usd-per-gpu-hour", "0.5");
        said.Code.ShouldBe(0, said.Error);
        said.Out.ShouldContain("- model: rtx4090");
    }

    [Fact]
    public async Task The_ceiling_is_the_sdls_price()
    {
        var dear = await Run.NirmaanAsync("sdl", Template("heurist-sd.yaml"), "--max-usd-per-gpu-hour", "2");
        var cheap = await Run.NirmaanAsync("sdl", Template("heurist-sd.yaml"), "--max-usd-per-gpu-hour", "1");
        Amount(dear).ShouldBeInRange((2 * Amount(cheap)) - 2, (2 * Amount(cheap)) + 2);
    }

    [Theory]
    [InlineData("--gpu", "rtx-9999", "'rtx-9999'")]
    [InlineData("--gpu", "rtx-a4000", "at least the template's needs.minVramGb, 40")]
    [InlineData("--max-usd-per-gpu-hour", "0", "more than 0")]
    [InlineData("--max-usd-per-gpu-hour", "cheap", "'cheap'")]
    public async Task An_option_that_cannot_be_is_bad_input(string option, string value, string part) =>
        (await Run.NirmaanAsync("sdl", Template("heurist-llm.yaml"), option, value)).ShouldFail(2, option, part);

    [Fact]
    public async Task A_template_that_cannot_be_read_is_bad_input()
    {
        using var folder = new TempFolder();
        var text = await File.ReadAllTextAsync(Template("heurist-sd.yaml"), TestContext.Current.CancellationToken);
        var path = folder.Write("mine.yaml", text.Replace("minVramGb: 12", "minVramGb: plenty", StringComparison.Ordinal));
        (await Run.NirmaanAsync("sdl", path)).ShouldFail(2, path, "needs.minVramGb", "plenty");
    }

    private static int Amount(Said said) => int.Parse(said.Out.Split("amount: ")[1].Split('\n')[0], System.Globalization.CultureInfo.InvariantCulture);
}
