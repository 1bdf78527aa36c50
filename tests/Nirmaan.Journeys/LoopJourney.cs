using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Testing;

namespace Nirmaan.Journeys;

/// <summary>What the persons come for, each from the first click to the end, in one world whose time is real. In the order in which they stand here.</summary>
[TestCaseOrderer(typeof(AsWritten))]
public sealed partial class LoopJourney(PlayedLoop world) : IClassFixture<PlayedLoop>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(8);

    // First, since it decides some hours before the present: time passes there when it is told to.
    [Fact]
    public async Task An_admin_lowers_a_cap_sees_what_it_costs_approves_half_of_the_plan_watches_it_and_reads_its_grade()
    {
        await using var admin = await world.OpenHeldAsync("admin");
        await admin.GoAsync("/admin/constraints");
        // Machines of different prices must go and none may come: that is more than one move, whatever the market offers.
        await admin.FillAsync("Heurist Llama Points", "2");
        await admin.FillAsync("Most GPUs moved or new", "0");
        await admin.FillAsync("Horizon, hours", "2");
        await admin.FillAsync("Why", "less on a season that is over");
        await admin.Page.GetByText("Most rent on Heurist Llama Points: $4.00/h → $2.00/h").WaitForAsync();
        await admin.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = SetVersion() }).ClickAsync();
        await admin.Page.GetByText("less on a season that is over").Last.WaitForAsync();
        await admin.GoAsync("/admin/plan");
        var dear = Cost().Match(await Until.SeenAsync(() => admin.Page.Locator("main").InnerTextAsync(), text => Cost().IsMatch(text), s_patience, "what the cap costs a day"));
        decimal.Parse(dear.Groups[1].Value, NumberStyles.Number, CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        await admin.PressAsync("Make a plan");
        await admin.Page.WaitForURLAsync("**/admin/plans/*");
        await admin.ReadyAsync();
        var ticks = admin.Page.GetByRole(AriaRole.Checkbox);
        await ticks.First.WaitForAsync();
        var (all, half) = (await ticks.CountAsync(), await ticks.CountAsync() / 2);
        half.ShouldBeGreaterThan(0, "a plan with one move has no half");
        for (var i = 0; i < all; i++) { await ticks.Nth(i).SetCheckedAsync(i < half); }
        await admin.Page.GetByText($"{half} of {all} moves:").WaitForAsync();
        await admin.ScreenshotAsync("half-a-plan-1400", isWhole: true);
        await admin.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = Approve() }).ClickAsync();
        await admin.AnswerAsync("Approve");
        await admin.Page.GetByText($"{half} of {all} moves approved by admin@nirmaan.example").WaitForAsync();

        await using var time = await world.OpenHeldAsync("ops");
        await time.GoAsync("/sandbox");
        var plan = admin.Page.Url.Split('/')[^1];
        await PassAsync(time, "10 minutes on", async () => (await PlanAsync(plan)).GetProperty("state").GetString() == "done", most: 18);
        await Until.SeenAsync(() => admin.Page.Locator("main").InnerTextAsync(), text => Moved().Match(text) is { Success: true } m && m.Groups[1].Value == m.Groups[2].Value, s_patience, "every approved GPU in its place");
        (await admin.Page.Locator("tr").Filter(new LocatorFilterOptions { HasText = "left out by admin@nirmaan.example" }).CountAsync()).ShouldBe(all - half);
        await PassAsync(time, "1 hour on", async () => (await PlanAsync(plan)).GetProperty("grade").ValueKind != JsonValueKind.Null, most: 4);
        await admin.Page.GetByText("Was it right?").WaitForAsync();
        (await admin.StatAsync("Gained per day")).ShouldContain("$");
        await admin.ScreenshotAsync("graded-plan-1400", isWhole: true);
    }

    private async Task<JsonElement> PlanAsync(string id)
    {
        using var api = world.Loop.Api();
        return (await api.GetFromJsonAsync<JsonElement>($"plans/{id}", TestContext.Current.CancellationToken)).GetProperty("plan");
    }

    /// <summary>Lets time pass by a button of the sandbox's page, again and again, until something is so.</summary>
    private static async Task PassAsync(Visit sandbox, string button, Func<Task<bool>> isSo, int most)
    {
        for (var pressed = 0; !await isSo(); pressed++)
        {
            pressed.ShouldBeLessThan(most, $"presses of '{button}'");
            var stands = sandbox.Page.GetByText("It stands still at");
            var before = await stands.InnerTextAsync();
            await sandbox.PressAsync(button);
            await Until.SeenAsync(async () => await stands.CountAsync() > 0 ? await stands.InnerTextAsync() : before, now => now != before, s_patience, "a later time at which the world stands still");
        }
    }

    [Fact]
    public async Task Anyone_looks_an_address_up_without_signing_in_downloads_its_csv_and_the_shown_command_verifies_it()
    {
        await using var staker = await world.OpenAsync();
        await staker.GoAsync("/");
        await staker.ScreenshotAsync("overview-1400");
        var epochs = await Until.SeenAsync(() => ItemsAsync("distributions"), all => all.Count > 0, s_patience, "a closed epoch");
        using var site = world.Loop.Api(null);
        var paid = await site.GetFromJsonAsync<JsonElement>($"/epochs/{epochs[0].GetProperty("epoch").GetInt32()}/MOR/distribution.json", TestContext.Current.CancellationToken);
        var address = paid.GetProperty("leaves")[0].GetProperty("account").GetString()!;
        await staker.GoAsync("/stakers");
        await staker.FillAsync("Address", address);
        await staker.PressAsync("Show returns");
        await staker.Page.WaitForURLAsync($"**/stakers/{address}");
        await staker.ReadyAsync();
        await staker.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Epoch by epoch" }).WaitForAsync();
        await staker.ShouldBeAccessibleAsync();

        var shown = await site.GetFromJsonAsync<JsonElement>($"stakers/{address}/returns", TestContext.Current.CancellationToken);
        var download = await staker.Page.RunAndWaitForDownloadAsync(() => staker.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "CSV", Exact = true }).ClickAsync());
        download.SuggestedFilename.ShouldBe($"returns-{address}.csv");
        var csv = await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        Net(csv).ShouldBe(Net(shown), "the CSV's totals are the page's");
        var rows = staker.Page.Locator(".panel").Filter(new LocatorFilterOptions { HasText = "Epoch by epoch" }).Locator("tbody tr");
        await rows.First.WaitForAsync();
        (await rows.CountAsync()).ShouldBe(csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - 1, "a line of the file for each row");

        var command = await staker.Page.Locator(".command code").First.InnerTextAsync();
        await staker.ScreenshotAsync("staker-1400", isWhole: true);
        var said = await Shell.RunAsync(command);
        said.Code.ShouldBe(0, $"{command}\n{said.Text}");
        said.Text.ShouldContain(address);
        await staker.GoAsync("/work");
        await staker.ShouldBeAccessibleAsync();
    }

    [Fact]
    public async Task Ops_launch_twenty_text_miners_and_eight_A4000_and_get_them_all()
    {
        await using var ops = await world.OpenAsync("ops");
        foreach (var (page, count) in await LaunchBothAsync(ops))
        {
            await ops.GoAsync(page);
            await Until.SeenAsync(async () => Number(await ops.StatAsync("Rented")), rented => rented == count, s_patience, $"{count} rented machines");
        }
    }

    [Fact]
    public async Task A_machine_dies_and_io_net_acts_without_an_answer_and_nothing_bills_without_an_owner()
    {
        // One of the story's: the launch above is counted by the next journey.
        var lost = (await InstancesAsync()).First(i => i.GetProperty("provider").GetString() == "ionet" && i.GetProperty("gpu").GetString() == "rtx-a6000" && i.GetProperty("state").GetString() == "running");
        await using var ops = await world.OpenAsync("ops");
        await ops.GoAsync("/sandbox");
        var rented = ops.Page.Locator(".panel").Filter(new LocatorFilterOptions { HasText = "What truly is rented" });
        await rented.GetByRole(AriaRole.Searchbox).FillAsync(lost.GetProperty("externalId").GetString()!);
        await rented.Locator("tr").Filter(new LocatorFilterOptions { Has = ops.Page.Locator($"a[href='/ops/instances/{lost.GetProperty("id").GetString()}']") })
            .GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Lose", Exact = true }).ClickAsync();
        await ops.Page.Locator(".fault-button").Filter(new LocatorFilterOptions { HasText = "io.net acts, then times out" }).ClickAsync();
        await ops.Page.Locator("tr").Filter(new LocatorFilterOptions { HasText = "act-then-time-out" }).First.WaitForAsync();
        await LaunchAsync(ops, "heurist-sd", 1, "0.40", "rtx-a4000", "ionet", "io.net will not answer this one");
        var launch = ops.Page.Url;

        await using var jobs = await world.OpenAsync("ops");
        await jobs.GoAsync("/ops/jobs");
        await Until.SeenAsync(
            async () =>
            {
                foreach (var job in new[] { "fleet:reconcile", "fleet:replace-lost" }) { await jobs.RunNowAsync(job); }
                return (await InstancesAsync()).Count(i => i.GetProperty("replaces").GetString() == lost.GetProperty("id").GetString() && i.GetProperty("state").GetString() == "running");
            },
            count => count == 1, s_patience, "a running replacement of the lost machine");
        await ops.GoAsync(launch);
        await Until.SeenAsync(async () => Number(await ops.StatAsync("Rented")), rented => rented == 1, s_patience, "the machine of the unanswered call");

        await Until.SeenAsync(() => ItemsAsync("operations?state=unknown"), unknown => unknown.Count == 0, s_patience, "nothing unknown");
        await ops.GoAsync("/sandbox");
        await Until.SeenAsync(async () => Number(await ops.StatAsync("Without an owner")), count => count == 0, s_patience, "nothing without an owner");
        await ops.ScreenshotAsync("recovered-1400", isWhole: true);
    }

    [Fact]
    public async Task A_staker_claims_what_a_closed_epoch_says_and_the_balance_arrives()
    {
        await world.PresentAsync();
        var (chain, cancel) = (world.Loop.OnChain, TestContext.Current.CancellationToken);
        using var site = world.Loop.Api(null);
        var epochs = await Until.SeenAsync(() => ItemsAsync("distributions"), all => all.Count > 0, s_patience, "a closed epoch");
        var paid = await site.GetFromJsonAsync<JsonElement>($"/epochs/{epochs[0].GetProperty("epoch").GetInt32()}/MOR/distribution.json", cancel);
        var epoch = paid.GetProperty("epoch").GetInt32();
        var leaves = paid.GetProperty("leaves").EnumerateArray().Select(l => (Account: EvmAddress.Parse(l.GetProperty("account").GetString()!), Units: BigInteger.Parse(l.GetProperty("cumulative").GetString()!, CultureInfo.InvariantCulture))).ToList();

        // An admin whose browser holds the proposer's wallet.
        await using var admin = await world.OpenAsync("admin");
        await new TestWallet(chain, chain.Accounts[0]).EnterAsync(admin);
        await admin.GoAsync("/admin/publish");
        await admin.PressAsync("Connect Test wallet");
        var panel = admin.Page.Locator(".panel").Filter(new LocatorFilterOptions { HasText = $"MOR: epoch {epoch} is to be published" });
        foreach (var step in new[] { "Fund the distributor", "Announce the root", "Publish the root" })
        {
            // Once the chain's time has passed what the timelock asks for.
            if (step.StartsWith("Publish", StringComparison.Ordinal))
            {
                await Until.SeenAsync(
                    async () =>
                    {
                        await chain.SetNextBlockTimeAsync((await chain.Rpc.GetBlockAsync(BlockTag.Latest, cancel))!.Time.AddSeconds(61), cancel);
                        await chain.MineAsync(1, cancel);
                        await admin.GoAsync("/admin/publish");
                        return await panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = step }).CountAsync();
                    },
                    buttons => buttons > 0, s_patience, "the end of the timelock's delay");
                await admin.PressAsync("Connect Test wallet");
            }
            await panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = step }).ClickAsync();
            if (step.StartsWith("Announce", StringComparison.Ordinal)) { await admin.ScreenshotAsync("publish-announce", isWhole: true); }
            await admin.PressAsync("Sign in the wallet");
            await admin.Page.GetByText("Done", new PageGetByTextOptions { Exact = false }).First.WaitForAsync();
            await admin.PressAsync("Done");
        }
        await admin.Page.GetByText("everything that is closed is published").First.WaitForAsync();
        await admin.ScreenshotAsync("published", isWhole: true);

        var (account, units) = leaves.First(l => l.Units > 0);
        var before = await chain.Rpc.CallAsync(chain.Contracts.Mor, new BalanceOf(account), BlockTag.Latest, cancel);
        // Claims open when the root is final.
        await chain.MineAsync(12, cancel);
        await using var staker = await world.OpenAsync();
        await new TestWallet(chain, account).EnterAsync(staker);
        await staker.GoAsync("/me");
        await staker.PressAsync("Test wallet");
        await staker.Page.GetByText("Returns of this address").WaitForAsync();
        await staker.ReadyAsync();
        await staker.ScreenshotAsync("wallet-claim", isWhole: true);
        await staker.PressAsync("Claim");
        await staker.Page.GetByText("It settles all epochs up to the published one.").WaitForAsync();
        await staker.PressAsync("Sign in the wallet");
        await staker.Page.GetByText("Done", new PageGetByTextOptions { Exact = false }).First.WaitForAsync();
        await Until.SeenAsync(() => chain.Rpc.CallAsync(chain.Contracts.Mor, new BalanceOf(account), BlockTag.Latest, cancel), now => now - before == units, s_patience, "the claimed MOR in the wallet");
        (await Until.SeenAsync(() => staker.StatAsync("Claimable, MOR"), text => text.StartsWith('0'), s_patience, "nothing left to claim")).ShouldContain("MOR");
    }

    [Function("balanceOf(address account) returns (uint256)")]
    private sealed record BalanceOf(EvmAddress Account) : IFunction<BigInteger>;

    [Fact]
    public async Task All_that_ops_launched_earn()
    {
        await using var ops = await world.OpenAsync("ops");
        await using var jobs = await world.OpenAsync("ops");
        await jobs.GoAsync("/ops/jobs");
        foreach (var (page, count) in await LaunchBothAsync(ops))
        {
            await ops.GoAsync(page);
            await Until.SeenAsync(
                async () =>
                {
                    // What a network credited is read every ten minutes; ops need not wait for that.
                    await jobs.RunNowAsync("rewards:sample-points");
                    return Number(await ops.StatAsync("Earning"));
                },
                earning => earning == count, s_patience, $"{count} earning miners");
            await ops.ScreenshotAsync($"launched-{count}-1400", isWhole: true);
        }
    }

    [Fact]
    public async Task An_admin_approves_a_plan_that_moves_gpus_from_Heurist_to_Morpheus_and_watches_it()
    {
        await using var admin = await world.OpenAsync("admin");
        var before = (await InstancesAsync()).Count(i => i.GetProperty("workload").GetString() == "morpheus-llm");
        // What is rented already is to be moved before anything new is rented; few at a time.
        await admin.GoAsync("/admin/constraints");
        await admin.FillAsync("Heurist Llama Points", "4");
        await admin.FillAsync("Horizon, hours", "48");
        await admin.FillAsync("Cost of starting a GPU, USD", "50");
        await admin.FillAsync("Most GPUs moved or new", "4");
        await admin.FillAsync("Why", "use what we hold before renting more");
        await admin.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = SetVersion() }).ClickAsync();
        await admin.Page.GetByText("use what we hold before renting more").Last.WaitForAsync();
        await admin.GoAsync("/admin/plan");
        await admin.Page.GetByText("After rent per day, then").WaitForAsync();
        await admin.PressAsync("Make a plan");
        await admin.Page.WaitForURLAsync("**/admin/plans/*");
        await admin.ReadyAsync();
        await admin.Page.Locator("tr").Filter(new LocatorFilterOptions { HasText = "heurist" }).Filter(new LocatorFilterOptions { HasText = "morpheus" }).First.WaitForAsync();
        await admin.ScreenshotAsync("plan-1400", isWhole: true);
        await admin.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = Approve() }).ClickAsync();
        await admin.AnswerAsync("Approve");

        await using var ops = await world.OpenAsync("ops");
        await ops.GoAsync("/ops/jobs");
        await Until.SeenAsync(
            async () =>
            {
                await ops.RunNowAsync("allocation:execute");
                return await admin.Page.Locator("main").InnerTextAsync();
            },
            text => Moved().Match(text) is { Success: true } m && int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) > 0, s_patience, "the first GPUs that moved");
        await Until.SeenAsync(
            async () => (await InstancesAsync()).Count(i => i.GetProperty("workload").GetString() == "morpheus-llm" && i.GetProperty("state").GetString() == "running"),
            count => count > before, s_patience, "a running machine that was set from Heurist to Morpheus");
        await admin.ScreenshotAsync("plan-moving-1400", isWhole: true);
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("ops")]
    [InlineData(null)]
    public async Task No_call_fails_inside_whatever_words_it_gets(string? role)
    {
        Assert.SkipWhen(Testing.NpmTools.MissingForChain() is not null, Testing.NpmTools.MissingForChain() ?? "");
        await world.PresentAsync();
        using var api = world.Loop.Api(role);
        var (calls, failed) = await RestSweep.RunAsync(api, TestContext.Current.CancellationToken);
        calls.ShouldBeGreaterThan(300);
        failed.ShouldBeEmpty();
    }

    // The menu of an admin names every page; things are reached from their lists. Last, so that there is something on all of them.
    [Fact]
    public async Task Every_page_fits_on_a_phone_and_on_a_wide_screen()
    {
        await using var admin = await world.OpenAsync("admin");
        await LaunchBothAsync(admin);
        var paths = await LinksAsync(admin, "#nav a");
        paths.Count.ShouldBeGreaterThan(15);
        List<string> things = [];
        foreach (var (list, thing) in new[] { ("/ops/fleet", "/ops/instances/"), ("/ops/launch", "/ops/launches/"), ("/admin/plans", "/admin/plans/"), ("/stakers", "/stakers/"), ("/epochs", "/epochs/"), ("/methodology", "/methodology/") })
        {
            await admin.GoAsync(list);
            things.AddRange((await LinksAsync(admin, $"main a[href^='{thing}']")).Take(1));
        }
        foreach (var path in paths.Concat(things).Distinct())
        {
            await admin.GoAsync(path);
            foreach (var width in new[] { 400, 1400 })
            {
                await admin.Page.SetViewportSizeAsync(width, 900);
                await admin.ShouldFitAsync();
            }
        }
    }

    private static async Task<IReadOnlyList<string>> LinksAsync(Visit visit, string selector) =>
        await visit.Page.EvaluateAsync<string[]>("selector => [...document.querySelectorAll(selector)].map(link => link.getAttribute('href'))", selector);

    /// <summary>The two launches of the article, once for all journeys; the page of each and how many miners it is.</summary>
    private async Task<IReadOnlyList<(string Page, int Count)>> LaunchBothAsync(Visit ops)
    {
        if (world.Launched.Count == 0)
        {
            await LaunchAsync(ops, "heurist-llm", 20, "0.60", "rtx-a6000", null, "twenty text miners, cheapest");
            world.Launched.Add((ops.Page.Url, 20));
            await LaunchAsync(ops, "heurist-sd", 8, "0.40", "rtx-a4000", "ionet", "the article's order");
            world.Launched.Add((ops.Page.Url, 8));
        }
        return world.Launched;
    }

    private static async Task LaunchAsync(Visit ops, string workload, int count, string max, string gpu, string? supplier, string reason)
    {
        await ops.GoAsync("/ops/launch");
        await ops.Page.GetByLabel("Workload").SelectOptionAsync(workload);
        await ops.FillAsync("Miners", count.ToString(CultureInfo.InvariantCulture));
        await ops.FillAsync("Price ceiling, USD per GPU-hour", max);
        await ops.Page.GetByLabel("GPU", new PageGetByLabelOptions { Exact = true }).SelectOptionAsync(gpu);
        if (supplier is not null) { await ops.Page.GetByLabel("Supplier", new PageGetByLabelOptions { Exact = true }).SelectOptionAsync(supplier); }
        await ops.FillAsync("Reason", reason);
        await ops.Page.Locator(".launch-plan").GetByText($"{count} of {count}").WaitForAsync();
        await ops.ScreenshotAsync($"launch-{workload}-{count}-1400");
        await ops.PressAsync("Launch");
        await ops.AnswerAsync("Launch");
        await ops.Page.WaitForURLAsync("**/ops/launches/*");
        await ops.ReadyAsync();
    }

    private Task<IReadOnlyList<JsonElement>> InstancesAsync() => ItemsAsync("instances?limit=200");

    private async Task<IReadOnlyList<JsonElement>> ItemsAsync(string path)
    {
        using var api = world.Loop.Api();
        var page = await api.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);
        return [.. page.GetProperty("items").EnumerateArray()];
    }

    /// <summary>MOR in all, by the column of the file.</summary>
    private static decimal Net(string csv)
    {
        var lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.Split(',')).ToList();
        var (asset, net) = (Array.IndexOf(lines[0], "asset"), Array.IndexOf(lines[0], "net"));
        return lines.Skip(1).Where(line => line[asset] == "MOR").Sum(line => decimal.Parse(line[net], CultureInfo.InvariantCulture));
    }

    /// <summary>MOR in all, as the page is told.</summary>
    private static decimal Net(JsonElement returns) =>
        returns.GetProperty("epochs").EnumerateArray().SelectMany(e => e.GetProperty("lines").EnumerateArray()).Where(l => l.GetProperty("asset").GetString() == "MOR")
            .Sum(l => decimal.Parse(l.GetProperty("net").GetString()!, CultureInfo.InvariantCulture)) / 1_000_000_000_000_000_000m;

    private static int Number(string text) => int.Parse(Digits().Match(text).Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"(\d+) of (\d+) GPUs?\s+switched")]
    private static partial Regex Moved();

    [GeneratedRegex(@"The cap on Heurist Llama Points costs \$([\d.,]+) a day")]
    private static partial Regex Cost();

    [GeneratedRegex("^Set version")]
    private static partial Regex SetVersion();

    [GeneratedRegex("^Approve ")]
    private static partial Regex Approve();
}
