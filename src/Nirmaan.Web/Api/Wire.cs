using System.Globalization;
using System.Numerics;
using Nirmaan.Control;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Web.Api;

/// <summary>One page of a list. Next = what to pass as <c>after</c>; null = that was all.</summary>
internal sealed record ListWire<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>A token amount: base units as decimal text.</summary>
internal sealed record AmountWire(string Amount, string Asset, int Decimals);

/// <summary>What must stand beside a network's figures.</summary>
internal sealed record NoticeWire(string Label, string Text);

internal static class WireExtensions
{
    public static ListWire<TWire> ToWire<T, TWire>(this Page<T> page, Func<T, TWire> wire) => new([.. page.Items.Select(wire)], page.Next);

    public static ListWire<TWire> ToList<T, TWire>(this IEnumerable<T> items, Func<T, TWire> wire) => new([.. items.Select(wire)], null);

    public static AmountWire ToWire(this TokenAmount amount) => new(amount.Units.ToWire(), amount.Asset.Id, amount.Asset.Decimals);

    public static string ToWire(this BigInteger units) => units.ToString(CultureInfo.InvariantCulture);

    public static NoticeWire? ToWire(this NetworkNotice? notice) => notice is null ? null : new NoticeWire(notice.Label, notice.Text);
}
