using Nirmaan.Sandbox.Suppliers.Akash;

namespace Nirmaan.Sandbox.Tests.Suppliers;

public sealed class EscrowTests
{
    private static Escrow Running(decimal funds, decimal rate)
    {
        var escrow = new Escrow(1000);
        escrow.Add(funds, "akash1owner", 1000);
        escrow.SetRate(rate, 1000);
        return escrow;
    }

    [Fact]
    public void Funds_stand_still_until_somebody_settles_while_the_balance_falls_by_the_rate_per_block()
    {
        var escrow = Running(19_200_000m, 666.666667m);
        escrow.Funds.ShouldBe(19_200_000m);
        escrow.SettledAt.ShouldBe(1000);
        escrow.BalanceAt(1600).ShouldBe(19_200_000m - 600 * 666.666667m);
        escrow.SpentAt(1600).ShouldBe(600 * 666.666667m);
        escrow.Transferred.ShouldBe(0);
    }

    [Fact]
    public void Settling_moves_rent_to_the_provider_and_draws_the_oldest_deposit_first()
    {
        var escrow = Running(1000m, 10m);
        escrow.Add(500m, "akash1owner", 1050);
        escrow.Transferred.ShouldBe(500m);
        escrow.Settle(1110);
        (escrow.Transferred, escrow.Funds, escrow.SettledAt).ShouldBe((1100m, 400m, 1110L));
        escrow.Deposits.Select(d => d.Left).ShouldBe([0m, 400m]);
    }

    [Fact]
    public void A_change_of_rate_settles_at_the_old_one_first()
    {
        var escrow = Running(1000m, 10m);
        escrow.SetRate(4m, 1010);
        escrow.BalanceAt(1020).ShouldBe(1000m - 100m - 40m);
    }

    [Fact]
    public void Closing_answers_what_is_left_and_nothing_runs_on()
    {
        var escrow = Running(1000m, 10m);
        escrow.Close(1030).ShouldBe(700m);
        (escrow.State, escrow.Funds, escrow.SpentAt(9999)).ShouldBe(("closed", 0m, 300m));
        escrow.Close(1040).ShouldBe(0m);
    }

    [Fact]
    public void Rent_beyond_the_funds_overdraws_the_account_and_shows_them_negative()
    {
        var escrow = Running(95m, 10m);
        escrow.PaidUntil.ShouldBe(1009);
        escrow.Settle(1010);
        (escrow.State, escrow.Funds, escrow.Transferred).ShouldBe(("overdrawn", -5m, 95m));
        escrow.SpentAt(2000).ShouldBe(95m);
        escrow.Close(2000).ShouldBe(0m);
    }
}
