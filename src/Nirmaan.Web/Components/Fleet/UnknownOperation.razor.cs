using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>One unknown operation and the decisions over it; what is decided is told to the page.</summary>
public sealed partial class UnknownOperation : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private Confirm? _confirm;
    private IReadOnlyList<Candidate>? _candidates;
    private string? _fault;
    private string _title = "", _yes = "", _text = "";
    private bool _isDangerous;

    /// <summary>The operation.</summary>
    [Parameter, EditorRequired] public required OperationRow Operation { get; set; }

    /// <summary>The page's reading of the clock.</summary>
    [Parameter, EditorRequired] public DateTimeOffset Now { get; set; }

    /// <summary>Whether the visitor may decide.</summary>
    [Parameter] public bool MayOperate { get; set; }

    /// <summary>Told a confirmed decision.</summary>
    [Parameter] public EventCallback<Decision> OnResolve { get; set; }

    [Inject] public required OperationQueries Operations { get; init; }

    /// <inheritdoc />
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    private async Task DecideAsync(Resolution resolution, string? externalId = null)
    {
        var supplier = Operation.Supplier is { } name ? Names.Of(name) : Operation.Network is { } network ? Names.Of(network) : "the outside";
        (_title, _yes, _isDangerous, _text) = resolution switch
        {
            Resolution.Adopt when externalId is not null => ($"Is {Names.Brief(externalId, 30)} this?", "Adopt it", false, $"It becomes ours under this operation and is minded from now on. If it is somebody else's, Nirmaan would run and later close it."),
            Resolution.Adopt => ("Look it up now?", "Look up and adopt", false, $"{supplier} is asked for it by its name. What is found becomes ours; if nothing is found, nothing changes."),
            Resolution.Close => ("Close whatever is found of it?", "Close it", true, $"{supplier} is asked for it by its name until it is found and closed. What it cost until then is lost; nothing else is touched."),
            _ => ("Give it up?", "Give up", true, $"Nobody looks for it any more. If it happened, it goes on costing {(Operation.UsdPerHourAtRisk is { } usd ? $"{Format.Usd(usd)} an hour" : "an unknown amount")}; its dollars at risk stay on this page."),
        };
        StateHasChanged();
        if (!await _confirm!.AskAsync()) { return; }
        Forget();
        await OnResolve.InvokeAsync(new Decision(Operation.Id, resolution, externalId));
    }

    private async Task ListAsync()
    {
        (_candidates, _fault) = (null, null);
        try { _candidates = await Operations.CandidatesAsync(Operation.Id, _gone.Token); }
        catch (SupplierUnavailableException e) { _fault = e.Message; }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested) { }
    }

    private void Forget() => (_candidates, _fault) = (null, null);

    /// <summary>What a person decided.</summary>
    /// <param name="ExternalId">The thing that it is, named by hand; null = looked up.</param>
    public sealed record Decision(OperationId Operation, Resolution Resolution, string? ExternalId);
}
