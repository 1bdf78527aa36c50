using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Nirmaan.Cli.Files;
using Nirmaan.Domain.Amounts;
using Nirmaan.Providers.Preflight;

namespace Nirmaan.Cli.Commands;

internal static class PreflightCommand
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static readonly Command Preflight = new(
        "preflight", "preflight SUPPLIER [--settings FILE] [--json]", $"""
        Asks a supplier everything that an adapter reads, with your own key, and prints each difference from its contract.
        Suppliers: {string.Join(", ", SupplierPreflight.Suppliers)}. Nothing is created, changed or paid: only reads are sent, and whatever else an adapter tried would be stopped.
        The key and other settings are those of the host: Providers__Akash__ApiKey in the environment, or the section Providers of --settings (JSON).
        Exit 1 = the supplier does not answer as its contract says; 3 = it could not be reached. docs/going-live.md lists what no read can prove.
        """, ["settings"], ["json"], RunAsync);

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var supplier = new SupplierName(arguments.Only("SUPPLIER"));
        if (!SupplierPreflight.Suppliers.Contains(supplier)) { throw FailureException.BadInput("SUPPLIER", $"'{supplier}'", string.Join(", ", SupplierPreflight.Suppliers)); }
        PreflightReport report;
        try { report = await SupplierPreflight.RunAsync(supplier, await SettingsAsync(supplier, arguments.Find("settings"), terminal, cancellationToken), TimeProvider.System, cancellationToken); }
        catch (OptionsValidationException e) { throw FailureException.BadInput(string.Join(' ', e.Failures), e); }
        if (arguments.Has("json")) { terminal.Out.WriteLine(Json(report)); }
        else { Print(report, terminal); }
        if (!report.IsReached) { throw FailureException.Outside($"{supplier} could not be read: {string.Join("; ", report.Steps.Where(s => s is { Ok: false, Name: not "permission" }).Select(s => s.Said).Distinct())}"); }
        return report.Differences.Count == 0 && report.Steps.All(s => s.Ok || s.Name == "permission") ? Exit.Done : Exit.Wrong;
    }

    private static async Task<IConfiguration> SettingsAsync(SupplierName supplier, string? file, Terminal terminal, CancellationToken cancellationToken)
    {
        var builder = new ConfigurationBuilder();
        if (file is not null)
        {
            var text = await TextFile.ReadAsync(file, terminal, cancellationToken);
            try { builder.AddConfiguration(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text))).Build()); }
            catch (Exception e) when (e is FormatException or JsonException or InvalidDataException) { throw FailureException.BadInput($"--settings: {file}: {(e.InnerException ?? e).Message}", e); }
        }
        var set = SupplierPreflight.Keys(supplier).Select(key => KeyValuePair.Create(key, terminal.Environment(key.Replace(":", "__", StringComparison.Ordinal)))).Where(e => e.Value is not null);
        return builder.AddInMemoryCollection(set).Build();
    }

    private static string Json(PreflightReport report) => JsonSerializer.Serialize(new
    {
        Supplier = report.Supplier.Value, report.Address, report.At, report.Steps, Calls = report.Calls.Select(c => new { c.Call, c.Status, Milliseconds = Math.Round(c.Took.TotalMilliseconds, 1) }),
        report.Compared, report.Differences,
    }, s_json);

    private static void Print(PreflightReport report, Terminal terminal)
    {
        terminal.Table(["step", "", "found"], report.Steps.Select(s => (IReadOnlyList<string?>)[s.Name, s.Ok ? "ok" : "NOT", s.Said]));
        terminal.Out.WriteLine();
        if (report.Calls.Count > 0)
        {
            terminal.Table(["call", "times", "status", "slowest ms"], report.Calls.GroupBy(c => c.Call).OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => (IReadOnlyList<string?>)
            [
                c.Key, FormattableString.Invariant($"{c.Count()}"), string.Join(' ', c.Select(x => x.Status is { } status ? FormattableString.Invariant($"{status}") : "none").Distinct().Order(StringComparer.Ordinal)),
                FormattableString.Invariant($"{c.Max(x => x.Took).TotalMilliseconds:0}"),
            ]));
            terminal.Out.WriteLine();
        }
        foreach (var difference in report.Differences) { terminal.Out.WriteLine($"differs: {difference.Call}: {difference.Path}: {difference.Said}"); }
        terminal.Out.WriteLine(FormattableString.Invariant($"{report.Compared} parts of answers compared, {report.Differences.Count} differ. Only reads were sent; nothing was created, changed or paid."));
    }
}
