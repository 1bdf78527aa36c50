using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Sandbox;
using Refit;

namespace Nirmaan.Web.Components.Sandbox;

/// <summary>The sandbox's faults and world beside our books.</summary>
public sealed partial class SandboxPage
{
    private static readonly IReadOnlyList<(string, string)> s_kinds =
    [
        ("refuse", "Refuse (503, nothing happens)"), ("delay", "Delay, then act"), ("act-then-time-out", "Act, then time out"), ("429", "429 with Retry-After"), ("malformed", "Act, then half an answer"),
        ("html", "A gateway's HTML page"), ("empty", "Act, then an empty answer"), ("wrong-gpu", "The wrong GPU under the next container"), ("other-payout", "The next container pays a stranger"),
    ];

    private SandboxClockWire? _clock;
    private SandboxWorld? _world;
    private IReadOnlyList<SandboxFaultWire> _faults = [];
    private List<(string Value, string Text)> _targets = [];
    private IReadOnlyDictionary<(string, string), InstanceRow> _owners = new Dictionary<(string, string), InstanceRow>();
    private IReadOnlyList<RentedThing> _ownerless = [];
    private decimal _charged;
    private string _kind = "refuse", _target = "akash", _match = "";
    private string? _times = "1", _seconds;

    [Inject] public required ISandboxApi Sandbox { get; init; }

    [Inject] public required IOptions<SandboxOptions> Options { get; init; }

    [Inject] public required FleetQueries Fleet { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Fleet];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (!Options.Value.IsOn) { return; }
        try
        {
            _clock = await Sandbox.ReadClockAsync(cancellationToken);
            _world = SandboxWorld.Of(await Sandbox.ReadWorldAsync(cancellationToken));
            _faults = [.. (await Sandbox.ReadFaultsAsync(cancellationToken))!.Items.Reverse()];
            _charged = (await Sandbox.ReadBillsAsync(cancellationToken))!.Items.Sum(b => b.ChargedUsd);
            if (_targets.Count == 0) { _targets = Targets((await Sandbox.ReadTargetsAsync(cancellationToken))!.Items); }
        }
        catch (Exception e) when (e is ApiException or HttpRequestException) { throw new Nirmaan.Domain.Fleet.SupplierUnavailableException("The sandbox", WordsOf(e), e); }
        // Whatever still may be ours: a machine that failed a moment ago is closed, and until then it has an owner.
        var rows = await Fleet.TableAsync(Now.AddDays(-1), cancellationToken);
        _owners = rows.Where(r => r.ExternalId is not null).GroupBy(r => (r.Supplier.Value, r.ExternalId!)).ToDictionary(g => g.Key, g => g.First());
        _ownerless = [.. _world.Rented.Where(r => !_owners.ContainsKey((r.Supplier, r.ExternalId)))];
    }

    private Task OrderAsync(SandboxOrder order, string what) => TryAsync(async token =>
    {
        await Sandbox.OrderAsync(order, token);
        return $"{what}.";
    });

    private Task OrderFormAsync()
    {
        int? times = int.TryParse(_times, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
        double? seconds = double.TryParse(_seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var s) ? s : null;
        return OrderAsync(new SandboxOrder(_target, _kind, times, DelaySeconds: seconds, Match: _match.Length == 0 ? null : _match), $"{_kind} is in force on {_target}");
    }

    private Task LiftAsync(int id) => TryAsync(async token =>
    {
        await Sandbox.LiftAsync(id, token);
        return "Lifted.";
    });

    private Task LiftAllAsync() => TryAsync(async token =>
    {
        await Sandbox.LiftAllAsync(token);
        return "All faults are lifted.";
    });

    private Task TryAsync(Func<CancellationToken, Task<string>> act) => DoAsync(async token =>
    {
        try { return (await act(token), Tone.Good); }
        catch (Exception e) when (e is ApiException or HttpRequestException) { return ($"The sandbox refused: {WordsOf(e)}", Tone.Bad); }
    });

    // Groups first, then each call of theirs.
    private static List<(string, string)> Targets(IReadOnlyList<string> names) =>
    [
        .. names.Select(n => n.Split('.')[0]).Distinct().Order(StringComparer.Ordinal).Select(g => (g, $"{Names.Of(new SupplierName(g))}: every call")),
        .. names.Select(n => (n, n)),
    ];

    // Problem details say it best; without them the status does.
    private static string WordsOf(Exception e)
    {
        if (e is not ApiException { Content: { Length: > 0 } content }) { return e.Message; }
        try
        {
            using var problem = JsonDocument.Parse(content);
            return problem.RootElement.ValueKind == JsonValueKind.Object && problem.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() ?? e.Message : e.Message;
        }
        catch (JsonException) { return e.Message; }
    }
}
