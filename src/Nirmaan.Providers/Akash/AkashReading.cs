using System.Globalization;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Akash;

/// <summary>Turns a deployment with its leases and its escrow account into our words.</summary>
internal static class AkashReading
{
    private static readonly string[] s_endedLease = ["closed", "insufficient_funds"];

    /// <summary>Reads a deployment.</summary>
    /// <param name="now">The newest block; null = unknown, and with it what follows from it.</param>
    /// <param name="looksInside">True when the answer carries the containers' states (one deployment, not a list).</param>
    public static SupplierInstance Of(AkashDeploymentWire wire, AkashBlock? now, AkashOrder? order, bool looksInside)
    {
        var (core, leases) = (wire.Deployment!, wire.Leases ?? []);
        var lease = leases.Find(l => IsLive(l)) ?? leases.LastOrDefault();
        var (status, reachable) = Status(core.State, leases, lease, looksInside);
        return new SupplierInstance(
            core.Id!.Dseq!, string.IsNullOrEmpty(wire.Name) ? null : wire.Name, status, Raw(core.State, lease),
            now?.TimeOf(AkashUnits.Height(core.CreatedAt)), order?.Gpu, order?.GpuCount, UsdPerHour(lease?.Price) / order?.GpuCount,
            Spent(wire, leases, now), PaidUntil: null, lease?.Id?.Provider, Region: null, Endpoint(lease),
            Reason(status, wire, lease), Deadline(lease), reachable);
    }

    /// <summary>True while a lease bills.</summary>
    public static bool IsLive(AkashLeaseWire lease) => lease.State is "active" or "reclaiming";

    private static decimal? UsdPerHour(AkashCoinWire? price) =>
        price?.Denom == AkashUnits.Denom && AkashUnits.Amount(price.Amount) is > 0 and var amount ? AkashUnits.UsdPerHour(amount) : null;

    private static (SupplierStatus Status, bool Reachable) Status(
        string? state, List<AkashLeaseWire> leases, AkashLeaseWire? lease, bool looksInside) => state switch
    {
        "closed" => (SupplierStatus.Closed, true),
        "active" when leases.Count == 0 => (SupplierStatus.AwaitingBid, true),
        "active" => lease!.State switch
        {
            "reclaiming" => (SupplierStatus.Reclaiming, lease.Status is not null || !looksInside),
            "active" when lease.Status is null => (SupplierStatus.Starting, !looksInside),
            "active" => (IsUp(lease.Status) ? SupplierStatus.Running : SupplierStatus.Starting, true),
            // It had a lease and has none now: nobody will bid again, and the escrow stays locked until it is closed.
            _ when leases.TrueForAll(l => s_endedLease.Contains(l.State)) => (SupplierStatus.Lost, true),
            _ => (SupplierStatus.Unrecognised, true),
        },
        _ => (SupplierStatus.Unrecognised, true),
    };

    private static bool IsUp(AkashLeaseStatusWire status)
    {
        var services = (status.Services ?? []).Values.OfType<AkashServiceWire>().ToList();
        return services.Count > 0 && services.TrueForAll(s => s.Total > 0 && s.Available >= s.Total);
    }

    private static string Raw(string? state, AkashLeaseWire? lease)
    {
        if (lease is null) { return state ?? "(none)"; }
        var counts = (lease.Status?.Services ?? []).Values.OfType<AkashServiceWire>()
            .Select(s => FormattableString.Invariant($" {s.Available ?? 0:0}/{s.Total ?? 0:0}"));
        return $"{state ?? "(none)"}, lease {lease.State ?? "(none)"}{string.Concat(counts)}";
    }

    private static string? Endpoint(AkashLeaseWire? lease)
    {
        var uri = (lease?.Status?.Services ?? []).Values.SelectMany(s => s?.Uris ?? []).FirstOrDefault(u => !string.IsNullOrWhiteSpace(u));
        return uri is null || uri.Contains("://", StringComparison.Ordinal) ? uri : "http://" + uri;
    }

    private static string? Reason(SupplierStatus status, AkashDeploymentWire wire, AkashLeaseWire? lease) => status switch
    {
        SupplierStatus.Reclaiming => lease?.Reclamation?.Reason ?? "the provider takes the machine back",
        SupplierStatus.Closed or SupplierStatus.Lost when wire.EscrowAccount?.State?.State == "overdrawn" || lease?.State == "insufficient_funds" =>
            "the escrow ran out of funds",
        // "invalid" is what a lease bears that nobody gave a reason to.
        SupplierStatus.Closed or SupplierStatus.Lost => lease?.Reason is null or "" or "0" or "lease_closed_invalid" ? null : lease.Reason,
        _ => null,
    };

    private static DateTimeOffset? Deadline(AkashLeaseWire? lease) => lease?.State == "reclaiming"
        && long.TryParse(lease.Reclamation?.Deadline, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>
    /// What it cost: what was paid out, and the rent since the last settlement, which happens seldom. The rent is not more than what the
    /// account held then. Null = in another denomination, or the height is unknown.
    /// </summary>
    private static decimal? Spent(AkashDeploymentWire wire, List<AkashLeaseWire> leases, AkashBlock? now)
    {
        if (wire.EscrowAccount?.State is not { } escrow || Sum(escrow.Transferred) is not { } paid) { return null; }
        var live = leases.Where(IsLive).ToList();
        if (escrow.State != "open" || live.Count == 0) { return AkashUnits.Usd(paid); }
        var (settledAt, held, rent) = (AkashUnits.Height(escrow.SettledAt), Sum(escrow.Funds), Sum(live.Select(l => l.Price)));
        return now is not null && settledAt is { } settled && held is { } funds && rent is { } rate
            ? AkashUnits.Usd(paid + Math.Min(rate * Math.Max(0, now.Height - settled), Math.Max(0, funds)))
            : null;
    }

    /// <summary>Sum of coins in uact; null = one is in another denomination or unreadable.</summary>
    internal static decimal? Sum(IEnumerable<AkashCoinWire?>? coins)
    {
        var sum = 0m;
        foreach (var coin in coins ?? [])
        {
            if (coin?.Denom != AkashUnits.Denom || AkashUnits.Amount(coin.Amount) is not { } amount) { return null; }
            sum += amount;
        }
        return sum;
    }
}
