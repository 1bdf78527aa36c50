using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.RenderTree;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging;
using Microsoft.JSInterop;

namespace Nirmaan.Testing.Rendering;

/// <summary>The framework's renderer with nothing behind it: keeps the tree, counts batches, keeps the first fault for the test.</summary>
internal sealed class TestRenderer : Renderer
{
    private TaskCompletionSource _nextBatch = NewSignal();
    private ExceptionDispatchInfo? _fault;

    public TestRenderer(IServiceProvider services, ILoggerFactory loggers, IJSRuntime browser)
        : base(services, loggers) => ElementReferenceContext = new WebElementReferenceContext(browser);

    public override Dispatcher Dispatcher { get; } = Dispatcher.CreateDefault();

    /// <summary>Grows with each batch.</summary>
    public int Version { get; private set; }

    /// <summary>Completes at the next batch.</summary>
    public Task NextBatch => Volatile.Read(ref _nextBatch).Task;

    protected override RendererInfo RendererInfo { get; } = new("Server", isInteractive: true);

    /// <summary>Renders a fragment as a root.</summary>
    public HostComponent RenderHost(RenderFragment content)
    {
        var host = new HostComponent { Content = content };
        host.Id = AssignRootComponentId(host);
        Run(() => RenderRootComponentAsync(host.Id, ParameterView.Empty));
        return host;
    }

    /// <summary>Renders the root anew with other content.</summary>
    public void Update(HostComponent host, RenderFragment content)
    {
        host.Content = content;
        Run(() => RenderRootComponentAsync(host.Id, ParameterView.Empty));
    }

    /// <summary>The components of a type at or below one, in the order of the tree.</summary>
    public IEnumerable<(int Id, T Component)> Find<T>(int id)
        where T : IComponent => Dispatcher.InvokeAsync(() => Walk<T>(id).ToList()).GetAwaiter().GetResult();

    /// <summary>The HTML of a component, with event handlers as attributes.</summary>
    public string Markup(int id)
    {
        ThrowFault();
        return Dispatcher.InvokeAsync(() => Htmlizer.Write(id, frames => GetCurrentRenderTreeFrames(frames))).GetAwaiter().GetResult();
    }

    /// <summary>Raises an event on a handler and waits until the component has dealt with it.</summary>
    public async Task RaiseAsync(ulong handler, EventArgs args)
    {
        await Dispatcher.InvokeAsync(() => DispatchEventAsync(handler, fieldInfo: null, args));
        ThrowFault();
    }

    /// <summary>Throws what a component threw outside an event.</summary>
    public void ThrowFault() => Interlocked.Exchange(ref _fault, value: null)?.Throw();

    protected override IComponent ResolveComponentForRenderMode(Type componentType, int? parentComponentId, IComponentActivator componentActivator, IComponentRenderMode renderMode) =>
        componentActivator.CreateInstance(componentType);

    protected override void HandleException(Exception exception) => Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(exception), comparand: null);

    protected override Task UpdateDisplayAsync(in RenderBatch renderBatch)
    {
        Version++;
        Interlocked.Exchange(ref _nextBatch, NewSignal()).TrySetResult();
        return Task.CompletedTask;
    }

    // The first, synchronous part is done on return; a component that waits for data goes on by itself.
    private void Run(Func<Task> render)
    {
        var rendering = Dispatcher.InvokeAsync(render);
        if (rendering.IsFaulted) { rendering.GetAwaiter().GetResult(); }
        ThrowFault();
    }

    private IEnumerable<(int Id, T Component)> Walk<T>(int id)
        where T : IComponent
    {
        var frames = GetCurrentRenderTreeFrames(id);
        for (var i = 0; i < frames.Count; i++)
        {
            if (frames.Array[i] is not { FrameType: RenderTreeFrameType.Component } frame) { continue; }
            if (frame.Component is T component) { yield return (frame.ComponentId, component); }
            foreach (var inner in Walk<T>(frame.ComponentId)) { yield return inner; }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The root around what a test renders.</summary>
internal sealed class HostComponent : IComponent
{
    private RenderHandle _handle;

    public int Id { get; set; }

    public required RenderFragment Content { get; set; }

    public void Attach(RenderHandle renderHandle) => _handle = renderHandle;

    public Task SetParametersAsync(ParameterView parameters)
    {
        _handle.Render(Content);
        return Task.CompletedTask;
    }
}
