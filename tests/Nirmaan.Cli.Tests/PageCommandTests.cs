using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Nirmaan.Cli.Tests.Files;
using Nirmaan.Web.Components.Staking;

namespace Nirmaan.Cli.Tests;

/// <summary>The command that the pages show beside an epoch and beside a staker's amount, run in a shell as it stands there, with the built <c>nirmaan</c>.</summary>
public sealed class PageCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_epochs_command_verifies_it()
    {
        using var epochs = await Epochs.MakeAsync();
        var said = await ShellAsync(epochs, site => VerifyCommand.Of(site, 1, "MOR"));
        said.Code.ShouldBe(0, said.Error);
        said.Error.ShouldStartWith("ok: epoch 1 of MOR");
        said.Errors.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_later_epochs_command_verifies_it_on_top_of_the_one_before_and_proves_the_part()
    {
        using var epochs = await Epochs.MakeAsync();
        var said = await ShellAsync(epochs, site => VerifyCommand.Of(site, 2, "MOR", Epochs.Bob));
        said.Code.ShouldBe(0, said.Error);
        said.Errors.ShouldHaveSingleItem().ShouldStartWith("ok: epoch 2 of MOR");
        JsonNode.Parse(said.Out)!["cumulative"]!.ToString().ShouldBe("39960043");
    }

    [Fact]
    public async Task The_command_says_no_when_the_page_lies()
    {
        using var epochs = await Epochs.MakeAsync();
        epochs.Write("second.json", (await File.ReadAllTextAsync(epochs.Second, Cancel)).Replace("\"amount\":\"3\"", "\"amount\":\"4\"", StringComparison.Ordinal));
        var said = await ShellAsync(epochs, site => VerifyCommand.Of(site, 2, "MOR", Epochs.Bob));
        (said.Code, said.Out).ShouldBe((1, ""));
        said.Error.ShouldContain($"{Epochs.Bob}: amount 4; recomputed 3");
    }

    [Fact]
    public async Task The_commands_that_rest_names_give_the_same_file_again()
    {
        using var epochs = await Epochs.MakeAsync();
        // As distributions/{epoch}/inputs spells them.
        const string Command = "nirmaan distribute stakes.csv --from 2026-03-02T00:00:00Z --to 2026-03-03T00:00:00Z --pool 3 --asset MOR --previous first.json";
        var said = await ShellAsync(epochs, _ => $"cd '{Path.GetDirectoryName(epochs.First)}' && {Command}");
        (said.Code, said.Out).ShouldBe((0, await File.ReadAllTextAsync(epochs.Second, Cancel)));
    }

    [Fact]
    public void The_chains_command_names_contract_and_block_of_the_deployment()
    {
        VerifyCommand.OfChain("http://x/", 1, "MOR", "http://node", "0xabc", 7).ShouldBe("curl -fsSO \"http://x/epochs/1/MOR/distribution.json\" && nirmaan verify distribution.json --rpc http://node --contract 0xabc --from-block 7");
        VerifyCommand.OfChain("http://x/", 2, "MOR", "URL", "0xabc", 7).ShouldEndWith("--rpc URL --contract 0xabc --from-block 7 --previous previous.json");
    }

    private static async Task<Said> ShellAsync(Epochs epochs, Func<string, string> command)
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "there is no /bin/sh to run the page's command in");
        await using var site = await SiteAsync(epochs);
        using var folder = new TempFolder();
        // curl follows no proxy to this machine.
        var start = new ProcessStartInfo("/bin/sh", ["-c", command(site.Urls.Single() + "/")]) { WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["no_proxy"] = "127.0.0.1" } };
        start.Environment["PATH"] = $"{AppContext.BaseDirectory}{Path.PathSeparator}{start.Environment["PATH"]}";
        using var shell = Process.Start(start)!;
        var (written, errors) = (shell.StandardOutput.ReadToEndAsync(Cancel), shell.StandardError.ReadToEndAsync(Cancel));
        await shell.WaitForExitAsync(Cancel);
        return new Said(shell.ExitCode, await written, await errors);
    }

    /// <summary>Serves an epoch's files where the web host does.</summary>
    private static async Task<WebApplication> SiteAsync(Epochs epochs)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var site = builder.Build();
        site.MapGet("/epochs/{epoch:int}/MOR/{file}", (int epoch, string file) => (epoch, file) switch
        {
            (_, EpochFiles.Stakes) => Results.File(epochs.Stakes),
            (1, EpochFiles.Distribution) or (2, EpochFiles.Previous) => Results.File(epochs.First),
            (2, EpochFiles.Distribution) => Results.File(epochs.Second),
            _ => Results.NotFound(),
        });
        await site.StartAsync(Cancel);
        return site;
    }
}
