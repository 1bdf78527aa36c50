namespace Nirmaan.Sandbox.Control;

/// <summary>How one service words an error that a fault makes it give.</summary>
/// <param name="Group">First part of its endpoints' names, for example <c>akash</c>.</param>
/// <param name="Body">From HTTP status and message to the JSON body.</param>
public sealed record ErrorShape(string Group, Func<int, string, object> Body);
