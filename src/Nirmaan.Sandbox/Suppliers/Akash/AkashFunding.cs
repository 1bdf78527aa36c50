using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>The money's course: deposits, the platform's top-ups, providers' withdrawals, and what happens when it is gone.</summary>
internal sealed class AkashFunding(AkashWorld world, AkashLeasing leasing, Agenda agenda)
{
    /// <summary>What the platform puts into a new deployment, USD; also the least deposit on chain.</summary>
    public const decimal DefaultDepositUsd = 0.5m;

    /// <summary>What the platform leaves untouched in the account, USD.</summary>
    public const decimal HeadroomUsd = 5m;

    /// <summary>Runway to which the platform tops up, hours.</summary>
    public const int TargetHours = 48;

    private const int LowHours = 24;
    private static readonly TimeSpan s_providerCheck = TimeSpan.FromMinutes(10), s_leaselessAge = TimeSpan.FromMinutes(10);

    /// <summary>Moves money from the account's credit into a deployment's escrow.</summary>
    public void Deposit(AkashDeployment deployment, decimal uact)
    {
        deployment.Account.Grant -= uact;
        deployment.Escrow.Add(uact, deployment.Account.Owner, world.Height);
        deployment.Events.Add((world.Now, "MsgAccountDeposit"));
        PlanCheck(deployment);
    }

    /// <summary>What begins with a deployment's first lease: top-up, the provider's daily withdrawals, its eye on the funds.</summary>
    public void OnLeased(AkashDeployment deployment)
    {
        if (ToppedUp(deployment)) { TopUp(deployment); }
        foreach (var lease in deployment.LiveLeases) { PlanWithdrawal(lease, world.Now.AddDays(1)); }
        PlanCheck(deployment);
    }

    /// <summary>The platform's crons: top-ups every full hour, deployments that never got a lease at 10:30 and 22:30.</summary>
    public void StartCrons()
    {
        var hour = new DateTimeOffset(world.Now.UtcTicks - world.Now.UtcTicks % TimeSpan.TicksPerHour, TimeSpan.Zero);
        agenda.At(hour.AddHours(1), "akash hourly top-ups", HourlyAsync);
        agenda.At(NextSweep(world.Now), "akash sweep of lease-less deployments", SweepAsync);
    }

    /// <summary>True when the platform tops a deployment up by itself.</summary>
    public bool ToppedUp(AkashDeployment deployment) => world.Options.IsNext || deployment.TopsUp;

    /// <summary>Ends a deployment: leases, groups, bids, escrow; what is left goes back to the account.</summary>
    public void Close(AkashDeployment deployment, string leaseState = "closed", string reason = "lease_closed_owner", string groupState = "closed")
    {
        foreach (var lease in deployment.LiveLeases.ToList()) { leasing.End(lease, leaseState, reason); }
        foreach (var bid in deployment.Bids) { AkashMarket.Withdraw(bid, "closed"); }
        foreach (var group in deployment.Groups) { (group.State, group.OrderState) = (groupState, "closed"); }
        deployment.Account.Grant += deployment.Escrow.Close(world.Height);
        (deployment.State, deployment.ClosedAt) = ("closed", world.Now);
        deployment.Events.Add((world.Now, "MsgCloseDeployment"));
    }

    private void TopUp(AkashDeployment deployment)
    {
        var escrow = deployment.Escrow;
        var missing = decimal.Ceiling(escrow.Rate * AkashBlocks.PerHour * TargetHours - escrow.BalanceAt(world.Height));
        var spare = decimal.Floor(deployment.Account.Grant - HeadroomUsd * AkashWorld.PerUsd);
        if (Math.Min(missing, spare) is var amount and > 0) { Deposit(deployment, amount); }
    }

    private Task HourlyAsync(CancellationToken cancellationToken)
    {
        lock (world.Gate)
        {
            foreach (var deployment in world.Deployments.Where(d => d.IsActive && ToppedUp(d) && d.Escrow.Rate > 0).ToList())
            {
                if (deployment.Escrow.BalanceAt(world.Height) < deployment.Escrow.Rate * AkashBlocks.PerHour * LowHours) { TopUp(deployment); }
            }
            agenda.At(world.Now.AddHours(1), "akash hourly top-ups", HourlyAsync);
        }
        return Task.CompletedTask;
    }

    private Task SweepAsync(CancellationToken cancellationToken)
    {
        lock (world.Gate)
        {
            // One whose lease was closed is not swept: only its owner gets that money back.
            foreach (var deployment in world.Deployments.Where(d => d.IsActive && d.Leases.Count == 0 && world.Now - d.CreatedAt > s_leaselessAge).ToList())
            {
                Close(deployment);
            }
            agenda.At(NextSweep(world.Now), "akash sweep of lease-less deployments", SweepAsync);
        }
        return Task.CompletedTask;
    }

    private static DateTimeOffset NextSweep(DateTimeOffset now)
    {
        var first = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddHours(10.5);
        while (first <= now) { first = first.AddHours(12); }
        return first;
    }

    private void PlanWithdrawal(AkashLease lease, DateTimeOffset at) => agenda.At(at, $"withdrawal of {lease.Id}", _ =>
    {
        lock (world.Gate)
        {
            if (!lease.IsLive) { return Task.CompletedTask; }
            lease.Deployment.Escrow.Settle(world.Height);
            PlanWithdrawal(lease, at.AddDays(1));
        }
        return Task.CompletedTask;
    });

    /// <summary>The provider looks at the funds every 10 minutes; the first look after they are gone ends the lease.</summary>
    private void PlanCheck(AkashDeployment deployment)
    {
        if (deployment.Escrow.PaidUntil is not { } until || deployment.LiveLeases.FirstOrDefault() is not { } lease) { return; }
        var goneAt = AkashBlocks.TimeAt(until + 1);
        var looks = Math.Max(1, Math.Ceiling((goneAt - lease.CreatedAt) / s_providerCheck));
        var at = lease.CreatedAt + looks * s_providerCheck;
        deployment.FundsCheckAt = at;
        agenda.At(at, $"funds of {deployment.Dseq}", _ =>
        {
            lock (world.Gate)
            {
                if (deployment.FundsCheckAt != at || !deployment.IsActive) { return Task.CompletedTask; }
                if (deployment.Escrow.BalanceAt(world.Height) >= 0) { PlanCheck(deployment); return Task.CompletedTask; }
                deployment.Escrow.Settle(world.Height);
                Close(deployment, "insufficient_funds", "lease_closed_reason_insufficient_funds", "insufficient_funds");
            }
            return Task.CompletedTask;
        });
    }
}
