using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Akash;
using Nirmaan.Providers.IoNet;
using Nirmaan.Providers.RunPod;
using Nirmaan.Providers.Ssh;

namespace Nirmaan.Providers.Preflight;

/// <summary>
/// Reads all that an adapter reads, with the user's own key, before a dollar is spent: does the supplier answer as its contract says? It sends reads only, and a
/// guard next to the wire stops anything else. Every assumption that reads cannot prove is listed in docs/going-live.md.
/// </summary>
public static class SupplierPreflight
{
    internal const string Permission = "permission";
    private const int Detailed = 3, LogLines = 20;

    private sealed record Subject(SupplierName Name, string Section, Type Options, Type? Contract = null, JsonSerializerOptions? Json = null);

    private static readonly Subject[] s_subjects =
    [
        new(SupplierName.Akash, AkashOptions.Section, typeof(AkashOptions), typeof(IAkashApi), AkashJson.Default.Options),
        new(SupplierName.IoNet, IoNetOptions.Section, typeof(IoNetOptions), typeof(IIoNetApi), IoNetJson.Default.Options),
        new(SupplierName.IoNetVm, IoNetVmOptions.Section, typeof(IoNetVmOptions), typeof(IIoNetVmApi), IoNetJson.Default.Options),
        new(SupplierName.RunPod, RunPodOptions.Section, typeof(RunPodOptions), typeof(IRunPodApi), RunPodJson.Default.Options),
        new(SupplierName.Own, SshOptions.Section, typeof(SshOptions)),
    ];

    /// <summary>Suppliers that can be tried.</summary>
    public static IReadOnlyList<SupplierName> Suppliers => [.. s_subjects.Select(s => s.Name)];

    /// <summary>The keys of a supplier's section that hold one value each, such as <c>Providers:Akash:ApiKey</c>.</summary>
    public static IReadOnlyList<string> Keys(SupplierName supplier) => Find(supplier) is { } subject
        ? [.. subject.Options.GetProperties().Where(p => p.CanWrite && IsOne(p.PropertyType)).Select(p => $"{subject.Section}:{p.Name}")] : [];

    /// <summary>Asks one supplier everything. What it cannot answer stands in the report.</summary>
    /// <param name="configuration">Its section; <c>Enabled</c> need not be set.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The section cannot be used; the message names key, value and what was expected.</exception>
    /// <exception cref="ArgumentException">No such supplier.</exception>
    public static async Task<PreflightReport> RunAsync(SupplierName supplier, IConfiguration configuration, TimeProvider clock, CancellationToken cancellationToken)
    {
        var subject = Find(supplier) ?? throw new ArgumentException($"'{supplier}'; expected {string.Join(", ", Suppliers)}", nameof(supplier));
        var own = configuration.GetSection(subject.Section).AsEnumerable().Where(e => e.Value is not null).ToDictionary(e => e.Key, e => e.Value, StringComparer.OrdinalIgnoreCase);
        own[$"{subject.Section}:{nameof(SupplierOptions.Enabled)}"] = "true";
        var witness = subject.Contract is { } contract ? new Witness(contract, subject.Json!, clock) : null;
        var services = new ServiceCollection().AddLogging().AddSingleton(clock).AddNirmaanProviders(new ConfigurationBuilder().AddInMemoryCollection(own).Build());
        if (witness is not null) { services.ConfigureAll<HttpClientFactoryOptions>(o => o.HttpMessageHandlerBuilderActions.Add(b => b.AdditionalHandlers.Add(witness.Handler()))); }
        await using var host = services.BuildServiceProvider();
        var provider = host.GetRequiredService<IComputeProvider>();

        var (steps, meanings) = (new List<PreflightStep>(), new List<ContractDifference>());
        await OffersAsync(provider, steps, meanings, cancellationToken);
        await MachinesAsync(provider, steps, meanings, cancellationToken);
        await AskAsync("balance", steps, async () => Balance(await provider.ReadBalanceAsync(cancellationToken)), cancellationToken);
        steps.Add(provider.Traits.Abilities.MiningPermission is { } permission
            ? new(Permission, true, $"mining is permitted by {permission}")
            : new(Permission, false, $"nobody confirmed that its terms allow mining: launches are refused until {subject.Section}:MiningPermission says who did, and when"));
        var differences = (witness?.Differences() ?? []).Select(d => new ContractDifference(d.Call, d.Path, d.Said)).Concat(meanings);
        return new PreflightReport(supplier, own.GetValueOrDefault($"{subject.Section}:BaseUrl"), clock.GetUtcNow(), steps, [.. witness?.Calls ?? []], witness?.Compared ?? 0, [.. differences]);
    }

    private static Subject? Find(SupplierName supplier) => Array.Find(s_subjects, s => s.Name == supplier);

    private static bool IsOne(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is var one && (one.IsPrimitive || one.IsEnum || one == typeof(string) || one == typeof(decimal) || one == typeof(TimeSpan) || one == typeof(Uri));

    private static async Task AskAsync(string name, List<PreflightStep> steps, Func<Task<string>> ask, CancellationToken cancellationToken)
    {
        try { steps.Add(new(name, true, await ask())); }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { throw; }
        catch (SupplierUnavailableException e) { steps.Add(new(name, false, e.Message)); }
    }

    private static Task OffersAsync(IComputeProvider provider, List<PreflightStep> steps, List<ContractDifference> meanings, CancellationToken cancellationToken) => AskAsync("offers", steps, async () =>
    {
        var offers = await provider.ListOffersAsync(cancellationToken);
        foreach (var gpu in offers.Select(o => o.Gpu).Distinct().Where(g => GpuCatalogue.Find(g) is null).OrderBy(g => g.Id, StringComparer.Ordinal))
        {
            meanings.Add(new("offers", $"GPU {gpu}", "is not in our catalogue: machines with it are never rented"));
        }
        foreach (var odd in offers.Where(o => o.UsdPerGpuHour <= 0)) { meanings.Add(new("offers", odd.Key, Text($"costs {odd.UsdPerGpuHour} USD per GPU and hour; expected more than 0"))); }
        var prices = offers.Select(o => o.UsdPerGpuHour).OfType<decimal>().Order().ToList();
        var range = prices.Count == 0 ? "none with a price" : Text($"{prices[0]:0.####} to {prices[^1]:0.####} USD per GPU and hour");
        return Text($"{offers.Count} offers of {offers.Select(o => o.Gpu).Distinct().Count()} GPU models, {offers.Sum(o => (long)o.Available)} machines free, {range}");
    }, cancellationToken);

    private static async Task MachinesAsync(IComputeProvider provider, List<PreflightStep> steps, List<ContractDifference> meanings, CancellationToken cancellationToken)
    {
        IReadOnlyList<SupplierInstance> machines = [];
        await AskAsync("machines", steps, async () =>
        {
            machines = await provider.ListAsync(cancellationToken);
            foreach (var word in machines.Where(m => m.Status == SupplierStatus.Unrecognised).Select(m => m.RawState).Distinct(StringComparer.Ordinal))
            {
                meanings.Add(new("machines", $"state '{word}'", "is no state that we know: nothing is concluded from it"));
            }
            return Text($"{machines.Count} on the account, {machines.Count(IsOurs)} under a name of ours");
        }, cancellationToken);
        foreach (var machine in machines.Take(Detailed))
        {
            await AskAsync($"machine {machine.ExternalId}", steps, async () =>
            {
                if (await provider.FindAsync(machine.ExternalId, cancellationToken) is not { } found)
                {
                    meanings.Add(new("machines", machine.ExternalId, "stands in the list, and is not found by its id"));
                    return "not found by its id";
                }
                if (machine.Name is { } name && found.Name is { } other && name != other) { meanings.Add(new("machines", machine.ExternalId, "has one name in the list and another by its id")); }
                return Text($"{found.RawState}, {found.GpuCount?.ToString(CultureInfo.InvariantCulture) ?? "?"} x {found.Gpu?.Id ?? "unknown GPU"}, {(found.SpentUsd is { } spent ? Text($"{spent:0.##} USD spent") : "cost not said")}");
            }, cancellationToken);
        }
        if (machines.FirstOrDefault(m => m.Status == SupplierStatus.Running && IsOurs(m)) is { } running)
        {
            await AskAsync("log", steps, async () => await provider.ReadLogTailAsync(running.ExternalId, LogLines, cancellationToken) is { } lines ? Text($"{lines.Count} lines of {running.ExternalId}") : "it gives none; the agent's is read", cancellationToken);
        }
    }

    private static bool IsOurs(SupplierInstance machine) => machine.Name?.StartsWith(Operation.NamePrefix, StringComparison.Ordinal) == true;

    private static string Balance(SupplierBalance balance) => balance.AvailableUsd is { } available
        ? Text($"{available:0.##} USD free{(balance.ReservedUsd is { } reserved ? Text($", {reserved:0.##} USD reserved") : "")}")
        : $"not said{(balance.WhyUnknown is { } why ? $": {why}" : "")}";

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
