using System.Globalization;
using System.Numerics;
using System.Security.Claims;
using Nirmaan.Control;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;
using Nirmaan.Evm;

namespace Nirmaan.Web.Api;

/// <summary>Reads the words of a call; what makes no sense is named with what was expected.</summary>
internal static class Words
{
    /// <summary>Who calls, as events name it.</summary>
    public static string Actor(this ClaimsPrincipal user) => user.Identity?.Name ?? throw new InvalidOperationException("A call that acts must be authorised.");

    /// <summary>A word of one of our lists.</summary>
    public static T? Parse<T>(string field, string? text) where T : struct, Enum => text switch
    {
        null or "" => null,
        _ when !char.IsAsciiDigit(text[0]) && Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) => value,
        _ => throw new InvalidInputException(field, text, $"one of {string.Join(", ", Enum.GetNames<T>().Select(n => char.ToLowerInvariant(n[0]) + n[1..]))}"),
    };

    /// <summary>A value that must be there.</summary>
    public static T Need<T>(string field, T? value, string expected) where T : struct => value ?? throw new InvalidInputException(field, null, expected);

    /// <summary>A text that must be there.</summary>
    public static string Need(string field, string? text, string expected) => string.IsNullOrWhiteSpace(text) ? throw new InvalidInputException(field, text, expected) : text.Trim();

    /// <summary>A reason in a person's words, as the pages take it; null = none was given.</summary>
    public static string? Reason(string? text) => text?.Trim() switch
    {
        null or "" => null,
        { Length: > 500 and var length } => throw new InvalidInputException("reason", $"a text of {length} characters", "at most 500"),
        var said when said.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) => throw new InvalidInputException("reason", "a control character", "plain text"),
        var said => said,
    };

    public static GpuModel? Gpu(string? text) => Name(text) is { } id ? GpuCatalogue.Find(new GpuModel(id)) is null
        ? throw new InvalidInputException("gpu", text, $"a canonical id such as rtx-a6000 ({string.Join(", ", GpuCatalogue.All.Select(g => g.Model.Id))})") : new GpuModel(id) : null;

    /// <summary>A token of ours or a network's.</summary>
    public static Asset Token(string field, string? id) => Asset.Tokens.FirstOrDefault(a => a.Id == id) ?? throw new InvalidInputException(field, id, $"one of {string.Join(", ", Asset.Tokens.Select(a => a.Id))}");

    /// <summary>Base units.</summary>
    public static BigInteger Units(string field, string? text) =>
        // What 256 bits hold has at most 78 digits; more would only cost time, which grows with their square.
        text is { Length: <= 78 } && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var units) ? units : throw new InvalidInputException(field, text, "base units, at most 78 decimal digits");

    public static SupplierName? Supplier(string? text) => Name(text) is { } name ? new SupplierName(name) : null;

    public static WorkloadName? Workload(string? text) => Name(text) is { } name ? new WorkloadName(name) : null;

    /// <summary>An account; a mixed-case spelling must have the right EIP-55 checksum.</summary>
    public static WalletAddress Address(string text) => EvmAddress.TryParse(text, AddressSpelling.ChecksumOrLowerCase, out var address)
        ? WalletAddress.Parse(address.ToLowerHex()) : throw new InvalidInputException("address", text, "0x and 40 hexadecimal digits, lower case or with the right EIP-55 checksum");

    private static string? Name(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim().ToLowerInvariant();
}
