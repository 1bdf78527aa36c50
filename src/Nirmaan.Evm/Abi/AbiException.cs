namespace Nirmaan.Evm.Abi;

/// <summary>A value that does not fit its ABI type, or bytes that are no encoding of the expected types.</summary>
public sealed class AbiException(string message) : FormatException(message);
