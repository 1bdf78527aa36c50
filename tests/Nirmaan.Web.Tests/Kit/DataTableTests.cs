using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Testing.Rendering;

namespace Nirmaan.Web.Tests.Kit;

public sealed class DataTableTests : BunitContext
{
    private static readonly MachineTable.Machine[] s_three = [new("gpu-10", 0.5m), new("gpu-2", null), new("gpu-1", 0.3m)];

    [Fact]
    public void Rows_that_have_not_come_are_loading() =>
        Render<MachineTable>().Find("[aria-busy]").GetAttribute("aria-label").ShouldBe("Loading machines");

    [Fact]
    public void No_rows_are_said_in_words() =>
        Table([]).Find(".empty").TextContent.ShouldContain("Nothing here yet.");

    [Fact]
    public void A_fault_is_said_and_can_be_tried_again()
    {
        var retries = 0;
        var table = Render<MachineTable>(p => p.Add(t => t.Fault, "The database is away.").Add(t => t.OnRetry, () => retries++));
        table.Find(".failed").TextContent.ShouldContain("The database is away.");
        table.Find(".failed button").Click();
        retries.ShouldBe(1);
    }

    [Fact]
    public void Rows_stand_in_the_order_given_until_a_column_is_chosen() => Names(Table(s_three)).ShouldBe(["gpu-10", "gpu-2", "gpu-1"]);

    [Fact]
    public void Sorting_text_counts_digits_as_numbers()
    {
        var table = Table(s_three);
        table.Find("th button").Click();
        Names(table).ShouldBe(["gpu-1", "gpu-2", "gpu-10"]);
        table.Find("th").GetAttribute("aria-sort").ShouldBe("ascending");
    }

    [Fact]
    public void Sorting_keeps_the_unknown_last_both_ways()
    {
        var table = Table(s_three);
        table.FindAll("th button")[1].Click();
        Names(table).ShouldBe(["gpu-1", "gpu-10", "gpu-2"]);
        table.FindAll("th button")[1].Click();
        Names(table).ShouldBe(["gpu-10", "gpu-1", "gpu-2"]);
    }

    [Fact]
    public void On_a_phone_the_order_is_chosen_from_a_list()
    {
        var table = Table(s_three);
        table.Find("select").Change("-Name");
        Names(table).ShouldBe(["gpu-10", "gpu-2", "gpu-1"]);
        table.Find("th").GetAttribute("aria-sort").ShouldBe("descending");
    }

    [Fact]
    public void The_filter_ignores_case_and_says_how_many_are_left()
    {
        var table = Table(s_three);
        table.Find("input").Input("GPU-1");
        Names(table).ShouldBe(["gpu-10", "gpu-1"]);
        table.Find(".table-count").TextContent.ShouldBe("2 of 3");
    }

    [Fact]
    public void A_filter_that_finds_nothing_can_be_cleared()
    {
        var table = Table(s_three);
        table.Find("input").Input("tpu");
        table.Find(".empty").TextContent.ShouldContain("Nothing matches “tpu”.");
        table.Find(".empty button").Click();
        Names(table).Count.ShouldBe(3);
    }

    [Fact]
    public void Long_tables_come_in_pages()
    {
        var table = Table([.. Enumerable.Range(1, 25).Select(i => new MachineTable.Machine($"m{i}", i))]);
        Names(table).Count.ShouldBe(10);
        table.FindAll(".pager button")[1].Click();
        table.FindAll(".pager button")[1].Click();
        Names(table).ShouldBe(["m21", "m22", "m23", "m24", "m25"]);
        table.Find(".pager span").TextContent.ShouldBe("21–25 of 25");
        table.FindAll(".pager button")[1].HasAttribute("disabled").ShouldBeTrue();
    }

    [Fact]
    public void A_page_that_is_gone_falls_back_to_the_last_one()
    {
        var table = Table([.. Enumerable.Range(1, 25).Select(i => new MachineTable.Machine($"m{i}", i))]);
        table.FindAll(".pager button")[1].Click();
        table.Render(p => p.Add(t => t.Items, s_three));
        Names(table).Count.ShouldBe(3);
    }

    [Fact]
    public void A_long_page_is_folded_on_a_phone_and_says_how_much_unfolds()
    {
        MachineTable.Machine[] many = [.. Enumerable.Range(1, 25).Select(i => new MachineTable.Machine($"m{i}", i))];
        var table = Render<MachineTable>(p => p.Add(t => t.Items, many).Add(t => t.PageSize, 20));
        table.Find(".unfold").TextContent.ShouldBe("Show all 20");
        table.Find(".unfold input").GetAttribute("type").ShouldBe("checkbox");
        table.FindAll(".pager button")[1].Click();
        table.FindAll(".unfold").ShouldBeEmpty("five rows are no long page");
    }

    [Fact]
    public void A_phone_folds_what_comes_after_ten_rows() =>
        File.ReadAllText(Path.Combine(Architecture.Repository.Root, "src/Nirmaan.Web/wwwroot/css/kit.css")).ShouldContain(".table tbody tr:nth-child(n + 11) { display: none; }");

    [Fact]
    public void The_first_cell_links_to_the_row() => Table(s_three).Find("td a").GetAttribute("href").ShouldBe("/m/gpu-10");

    [Fact]
    public void Cards_get_their_labels_from_the_titles() => Table(s_three).Find("style").TextContent.ShouldContain("td:nth-child(2){--label:\"Price\"}");

    [Fact]
    public void Filter_order_and_page_stand_in_the_address()
    {
        var table = Table(s_three, "t");
        table.Find("input").Input("gpu");
        table.Find("th button").Click();
        table.Find("th button").Click();
        Uri.UnescapeDataString(Services.GetRequiredService<NavigationManager>().Uri).ShouldBe("http://localhost/?t.q=gpu&t.sort=-Name");
    }

    [Fact]
    public void The_address_restores_filter_order_and_page()
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/?t.q=gpu-1&t.sort=-Name");
        Names(Table(s_three, "t")).ShouldBe(["gpu-10", "gpu-1"]);
    }

    private IRenderedComponent<MachineTable> Table(IReadOnlyList<MachineTable.Machine> items, string? address = null) =>
        Render<MachineTable>(p => p.Add(t => t.Items, items).Add(t => t.AddressName, address));

    private static List<string> Names(IRenderedComponent<MachineTable> table) => [.. table.FindAll("tbody td:first-child").Select(cell => cell.TextContent.Trim())];
}
