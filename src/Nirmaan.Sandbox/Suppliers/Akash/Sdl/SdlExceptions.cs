namespace Nirmaan.Sandbox.Suppliers.Akash.Sdl;

/// <summary>The validator refuses the SDL: the API answers 400 with these messages.</summary>
internal sealed class SdlRefusedException(IReadOnlyList<string> messages) : Exception(string.Join(", ", messages));

/// <summary>The validator itself breaks on the SDL, as the real library does on a size without a unit: the API answers 500.</summary>
internal sealed class SdlCrashedException(string message) : Exception(message);
