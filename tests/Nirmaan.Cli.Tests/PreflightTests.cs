namespace Nirmaan.Cli.Tests;

public sealed class PreflightTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_unknown_supplier_is_bad_input_that_names_the_known_ones() =>
        (await Run.NirmaanAsync("preflight", "vast")).ShouldFail(2, "'vast'", "akash, ionet, ionet-vm, runpod, own");

    [Fact]
    public async Task Without_a_key_the_setting_that_is_missing_is_named() =>
        (await Run.NirmaanAsync("preflight", "akash")).ShouldFail(2, "Providers:Akash:ApiKey is missing");

    [Fact]
    public async Task Settings_that_are_no_JSON_are_bad_input_with_the_files_name() =>
        (await Run.NirmaanAsync("preflight", "akash", "--settings", _folder.Write("settings.json", "{"))).ShouldFail(2, "--settings", "settings.json");

    [Fact]
    public async Task A_supplier_out_of_reach_is_exit_3_with_the_settings_taken_from_the_environment()
    {
        var environment = new Dictionary<string, string> { ["Providers__RunPod__ApiKey"] = "rpa_test_key", ["Providers__RunPod__BaseUrl"] = "http://127.0.0.1:9", ["Providers__RunPod__QuickRetries"] = "0" };
        var said = await Run.NirmaanAsync(environment, "", "preflight", "runpod");
        said.Code.ShouldBe(3, said.Error);
        said.Errors.ShouldHaveSingleItem().ShouldContain("runpod could not be read");
        said.Out.ShouldContain("nothing was created, changed or paid");
    }

    [Fact]
    public async Task The_report_as_JSON_holds_no_key()
    {
        var settings = _folder.Write("settings.json", """{"Providers":{"RunPod":{"ApiKey":"rpa_secret_key","BaseUrl":"http://127.0.0.1:9","QuickRetries":0}}}""");
        var said = await Run.NirmaanAsync("preflight", "runpod", "--settings", settings, "--json");
        said.Out.ShouldContain("\"steps\"");
        said.Out.ShouldNotContain("rpa_secret_key");
    }
}
