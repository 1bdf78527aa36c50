using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Nirmaan.Web.Components.Kit;

/// <summary>Asks a yes-or-no question: <c>if (await _confirm.AskAsync()) ...</c>.</summary>
public sealed partial class Confirm
{
    private readonly string _titleId = UniqueId.Next("confirm");
    private ElementReference _dialog;
    private TaskCompletionSource<bool>? _question;

    [Parameter, EditorRequired] public required string Title { get; set; }

    /// <summary>What will happen and what it costs.</summary>
    [Parameter] public RenderFragment? ChildContent { get; set; }

    /// <summary>The button that does it; a verb.</summary>
    [Parameter] public string Yes { get; set; } = "Do it";

    /// <summary>The button that does not.</summary>
    [Parameter] public string No { get; set; } = "Cancel";

    /// <summary>True when the deed cannot be undone.</summary>
    [Parameter] public bool IsDangerous { get; set; }

    /// <summary>True while something that the answer needs is missing: it cannot be yes.</summary>
    [Parameter] public bool IsBlocked { get; set; }

    [Inject] public required IJSRuntime Browser { get; init; }

    /// <summary>Opens the dialog and waits for the answer. A question still open is answered with no.</summary>
    public async Task<bool> AskAsync()
    {
        _question?.TrySetResult(false);
        var question = _question = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await Browser.InvokeVoidAsync("nirmaan.openDialog", _dialog);
        var answer = await question.Task;
        await Browser.InvokeVoidAsync("nirmaan.closeDialog", _dialog);
        return answer;
    }

    private void Answer(bool answer) => _question?.TrySetResult(answer);
}
