using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Components.RenderTree;

namespace Nirmaan.Testing.Rendering;

/// <summary>Writes a render tree as HTML. An event handler becomes an attribute such as <c>blazor:onclick="7"</c>, so that a found element can raise it.</summary>
internal sealed class Htmlizer
{
    public const string EventPrefix = "blazor:";

    private static readonly HashSet<string> s_void = ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

    private readonly StringBuilder _html = new();
    private readonly Func<int, ArrayRange<RenderTreeFrame>> _framesOf;

    private Htmlizer(Func<int, ArrayRange<RenderTreeFrame>> framesOf) => _framesOf = framesOf;

    public static string Write(int componentId, Func<int, ArrayRange<RenderTreeFrame>> framesOf)
    {
        var writer = new Htmlizer(framesOf);
        writer.Component(componentId);
        return writer._html.ToString();
    }

    private void Component(int id)
    {
        var frames = _framesOf(id);
        Range(frames.Array, 0, frames.Count);
    }

    private void Range(RenderTreeFrame[] frames, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            ref var frame = ref frames[i];
            switch (frame.FrameType)
            {
                case RenderTreeFrameType.Element:
                    Element(frames, i);
                    i += frame.ElementSubtreeLength - 1;
                    break;
                case RenderTreeFrameType.Component:
                    Component(frame.ComponentId);
                    i += frame.ComponentSubtreeLength - 1;
                    break;
                case RenderTreeFrameType.Text:
                    _html.Append(WebUtility.HtmlEncode(frame.TextContent));
                    break;
                case RenderTreeFrameType.Markup:
                    _html.Append(frame.MarkupContent);
                    break;
            }
        }
    }

    private void Element(RenderTreeFrame[] frames, int at)
    {
        var (name, end) = (frames[at].ElementName, at + frames[at].ElementSubtreeLength);
        _html.Append('<').Append(name);
        var i = at + 1;
        for (; i < end && frames[i].FrameType is RenderTreeFrameType.Attribute; i++)
        {
            Attribute(in frames[i]);
        }
        _html.Append('>');
        if (s_void.Contains(name)) { return; }
        Range(frames, i, end);
        _html.Append("</").Append(name).Append('>');
    }

    private void Attribute(in RenderTreeFrame frame)
    {
        if (frame.AttributeEventHandlerId > 0)
        {
            _html.Append(' ').Append(EventPrefix).Append(frame.AttributeName).Append(CultureInfo.InvariantCulture, $"=\"{frame.AttributeEventHandlerId}\"");
            return;
        }
        switch (frame.AttributeValue)
        {
            case false or null:
                break;
            case true:
                _html.Append(' ').Append(frame.AttributeName).Append("=\"\"");
                break;
            default:
                _html.Append(' ').Append(frame.AttributeName).Append("=\"").Append(WebUtility.HtmlEncode(Convert.ToString(frame.AttributeValue, CultureInfo.InvariantCulture))).Append('"');
                break;
        }
    }
}
