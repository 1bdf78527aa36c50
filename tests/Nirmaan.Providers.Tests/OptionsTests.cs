using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Tests;

public sealed class OptionsTests
{
    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection().AddLogging()
        .AddNirmaanProviders(new ConfigurationBuilder().AddInMemoryCollection(settings.GroupBy(s => s.Key).ToDictionary(s => "Providers:" + s.Key, s => (string?)s.Last().Value)).Build()).BuildServiceProvider();

    private static (string, string)[] Good(string supplier) =>
        [($"{supplier}:Enabled", "true"), ($"{supplier}:ApiKey", supplier switch { "Akash" => Rig.AkashKey, "RunPod" => Rig.RunPodKey, _ => Rig.IoNetKey }), ($"{supplier}:BaseUrl", "http://127.0.0.1:5290/x")];

    private static string Complaint(params (string, string)[] settings)
    {
        using var services = Services(settings);
        return Should.Throw<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate()).Message;
    }

    [Fact]
    public void Only_suppliers_that_are_enabled_are_there()
    {
        using var none = Services(("Akash:ApiKey", "nonsense"));
        none.GetServices<IComputeProvider>().ShouldBeEmpty();
        using var one = Services(Good("IoNet"));
        one.GetServices<IComputeProvider>().Select(p => p.Supplier.Value).ShouldBe(["ionet"]);
        using var all = Services([.. Good("Akash"), .. Good("IoNet"), .. Good("RunPod")]);
        all.GetServices<IComputeProvider>().Select(p => p.Supplier.Value).ShouldBe(["akash", "ionet", "runpod"]);
    }

    [Theory]
    [InlineData("Akash", "ApiKey", "", "Providers:Akash:ApiKey is missing.")]
    [InlineData("Akash", "ApiKey", "sk-123", "Providers:Akash:ApiKey must have the form ac.sk.<environment>")]
    [InlineData("Akash", "ApiKey", "ac.sk.production.00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "Providers:Akash:ApiKey is a production key, but BaseUrl 'http://127.0.0.1:5290/x'")]
    [InlineData("Akash", "BaseUrl", "http://console-api.akash.network", "Providers:Akash:BaseUrl 'http://console-api.akash.network/' must be https")]
    [InlineData("Akash", "BaseUrl", "relative", "Providers:Akash:BaseUrl 'relative' must be an absolute")]
    [InlineData("Akash", "DepositUsd", "0.1", "Providers:Akash:DepositUsd 0.1 must lie between 0.5 and 1000 USD.")]
    [InlineData("Akash", "MinUptime", "95", "Providers:Akash:MinUptime 95 must be a share from 0 to 1.")]
    [InlineData("Akash", "ManifestRetryDelay", "00:02:00", "Providers:Akash:ManifestRetryDelay 00:02:00")]
    [InlineData("Akash", "ReadTimeout", "00:00:00", "Providers:Akash:ReadTimeout 00:00:00 must be greater than zero.")]
    [InlineData("Akash", "WriteTimeout", "00:00:10", "Providers:Akash:WriteTimeout 00:00:10 must not be shorter than ReadTimeout 00:00:30.")]
    [InlineData("Akash", "QuickRetries", "9", "Providers:Akash:QuickRetries 9 must lie between 0 and 5.")]
    [InlineData("Akash", "GpusPerMachine:0", "0", "Providers:Akash:GpusPerMachine '0' must be different numbers from 1 to 24.")]
    [InlineData("Akash", "MiningPermission", " ", "Providers:Akash:MiningPermission must say who")]
    [InlineData("IoNet", "ApiKey", "two words", "Providers:IoNet:ApiKey holds a character that no key has")]
    [InlineData("IoNet", "MaxCallsPerSecond", "-1", "Providers:IoNet:MaxCallsPerSecond -1 must lie between 0")]
    [InlineData("IoNet", "LogReadTime", "00:05:00", "Providers:IoNet:LogReadTime 00:05:00 must lie between 0 and 60 seconds.")]
    [InlineData("RunPod", "Clouds:0", "PRIVATE", "Providers:RunPod:Clouds 'PRIVATE' must be SECURE, COMMUNITY or both.")]
    [InlineData("RunPod", "ProxyUrl", "https://proxy.example/{pod}", "Providers:RunPod:ProxyUrl 'https://proxy.example/{pod}' must be an http or https address with {pod} and {port} in it.")]
    [InlineData("RunPod", "MaxCallsPerSecond", "-1", "Providers:RunPod:MaxCallsPerSecond -1 must lie between 0")]
    [InlineData("RunPod", "BillingAge", "2.00:00:00", "Providers:RunPod:BillingAge 2.00:00:00 must lie between 0 and 24 hours.")]
    [InlineData("RunPod", "AgentCommand:0", "sh -c 'x'", "Providers:RunPod:AgentCommand must consist of words without blanks")]
    public void A_wrong_setting_stops_the_start_with_its_key_its_value_and_what_was_expected(string supplier, string key, string value, string complaint) =>
        Complaint([.. Good(supplier), ($"{supplier}:{key}", value)]).ShouldContain(complaint);

    [Theory]
    [InlineData("IdentityFile", "/nowhere/key", "Providers:IoNetVm:IdentityFile '/nowhere/key' must be a private key's file.")]
    [InlineData("PublicKeyFile", "/nowhere/key.pub", "Providers:IoNetVm:PublicKeyFile '/nowhere/key.pub' must be the public half of IdentityFile")]
    [InlineData("KnownHostsFolder", "", "Providers:IoNetVm:KnownHostsFolder must name a folder")]
    [InlineData("AgentNetworks:0", "everyone", "Providers:IoNetVm:AgentNetworks 'everyone' must be a network such as 203.0.113.7/32.")]
    [InlineData("SetUpTimeout", "00:00:00", "Providers:IoNetVm:SetUpTimeout 00:00:00 must be greater than zero.")]
    [InlineData("ConnectTimeout", "00:00:00.5", "Providers:IoNetVm:ConnectTimeout 00:00:00.5000000 must be at least 1 second.")]
    [InlineData("MaxCallsPerSecond", "-1", "Providers:IoNetVm:MaxCallsPerSecond -1 must lie between 0")]
    [InlineData("ApiKey", "two words", "Providers:IoNetVm:ApiKey holds a character that no key has")]
    public void A_wrong_setting_of_the_vms_stops_the_start_too(string key, string value, string complaint)
    {
        var folder = Directory.CreateTempSubdirectory("nirmaan-options-").FullName;
        try
        {
            var file = Path.Combine(folder, "key");
            File.WriteAllText(file, "private");
            File.WriteAllText(file + ".pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzB4pWnZ0Jv0x5qkQm2w7uY1o8s9tXcVbNfReTzKiLo somebody\n");
            (string, string)[] good = [.. Good("IoNetVm"), ("IoNetVm:IdentityFile", file), ("IoNetVm:KnownHostsFolder", folder)];
            using (var services = Services(good))
            {
                services.GetRequiredService<IStartupValidator>().Validate();
                services.GetRequiredService<IComputeProvider>().Supplier.Value.ShouldBe("ionet-vm");
            }
            Complaint([.. good, ($"IoNetVm:{key}", value)]).ShouldContain(complaint);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [Fact]
    public void Http_is_taken_inside_a_container_network()
    {
        using var services = Services([.. Good("IoNet"), ("IoNet:BaseUrl", "http://sandbox:5290/ionet")]);
        services.GetRequiredService<IStartupValidator>().Validate();
    }

    [Fact]
    public void Nobody_may_mine_until_somebody_has_confirmed_it()
    {
        using var silent = Services(Good("Akash"));
        silent.GetRequiredService<IComputeProvider>().Traits.Abilities.MiningPermission.ShouldBeNull();
        using var confirmed = Services([.. Good("Akash"), ("Akash:MiningPermission", "A. Person, 2026-11-20, by mail")]);
        confirmed.GetRequiredService<IComputeProvider>().Traits.Abilities.MiningPermission.ShouldBe("A. Person, 2026-11-20, by mail");
    }
}
