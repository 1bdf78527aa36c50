using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Domain.Tests.Rewards;

public sealed class LedgerTests
{
    private static Gen<(string From, string To, TokenAmount Amount)[]> Moves() =>
        (from accounts in Gen.Elements("pool", "fees", "treasury", "staker:a").Two()
         from units in Some.Units()
         from asset in Gen.Elements(Asset.Mor, Asset.Usd)
         select (accounts.Item1, accounts.Item2, new TokenAmount(units, asset))).ArrayOf();

    [Fact]
    public void A_booking_adds_to_zero_for_each_asset() => Prop.ForAll(Moves().ToArbitrary(), moves =>
    {
        var booking = new LedgerBooking(Some.Noon, "test", "x");
        foreach (var (from, to, amount) in moves) { booking.Move(from, to, amount); }
        return booking.ToEntries().GroupBy(e => e.AssetId).All(g => g.Aggregate(BigInteger.Zero, (sum, e) => sum + e.Units).IsZero);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_booking_has_one_entry_per_account_and_asset_and_none_of_nothing() => Prop.ForAll(Moves().ToArbitrary(), moves =>
    {
        var booking = new LedgerBooking(Some.Noon, "test", "x");
        foreach (var (from, to, amount) in moves) { booking.Move(from, to, amount); }
        var entries = booking.ToEntries();
        return entries.DistinctBy(e => (e.Account, e.AssetId)).Count() == entries.Count && entries.All(e => !e.Units.IsZero);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_moves_to_an_account_is_positive_there()
    {
        var entries = new LedgerBooking(Some.Noon, LedgerCauses.Reward, "r").Move("network:x", LedgerAccounts.Pool, new TokenAmount(5, Asset.Mor)).ToEntries();
        entries.Single(e => e.Account == LedgerAccounts.Pool).Units.ShouldBe(5);
    }
}
