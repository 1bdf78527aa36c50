using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Storm.Tests;

/// <summary>Holds our books against what truly is outside. One line per fault.</summary>
internal sealed class Verdict(StormWorld world, StormWorker worker)
{
    private static readonly string[] s_over = ["closed", "destroyed", "completed", "failed", "TERMINATED"];

    /// <summary>The books, read by nobody's worker.</summary>
    public static NirmaanDbContext Open(StormWorld world) => new(new DbContextOptionsBuilder<NirmaanDbContext>().UseNpgsql(world.ConnectionString).Options);

    public async Task<List<InstanceId>> LiveAsync()
    {
        await using var db = Open(world);
        return await db.Instances.Where(i => i.State != InstanceState.Closed && i.State != InstanceState.Failed).OrderBy(i => i.Id).Select(i => i.Id).ToListAsync();
    }

    /// <summary>While machines run: each outside has one owner here, each here is there, nothing is unknown.</summary>
    public async Task<List<string>> OwnersAsync()
    {
        List<string> wrong = [];
        await using var db = Open(world);
        var instances = await db.Instances.AsNoTracking().ToListAsync();
        var living = Living().ToHashSet();
        var owned = instances.Where(i => i.IsLive && i.ExternalId is not null).Select(i => (i.Supplier.Value, i.ExternalId!)).ToList();
        wrong.AddRange(living.Where(l => !owned.Contains(l)).Select(l => $"lease without owner: {l}"));
        wrong.AddRange(owned.GroupBy(o => o).Where(g => g.Count() > 1).Select(g => $"one machine, {g.Count()} owners: {g.Key}"));
        wrong.AddRange(instances.Where(i => i.State == InstanceState.Running && !living.Contains((i.Supplier.Value, i.ExternalId!))).Select(i => $"runs only in the books: {i.Supplier} {i.ExternalId}"));
        wrong.AddRange(await CommonAsync(db, instances));
        return wrong;
    }

    /// <summary>After the day: nothing bills, every end has its reason, and the ledger says what the suppliers' bills say.</summary>
    public async Task<List<string>> EndAsync()
    {
        await using var db = Open(world);
        var instances = await db.Instances.AsNoTracking().ToListAsync();
        var wrong = await CommonAsync(db, instances);
        wrong.AddRange(Living().Select(l => $"still there: {l}"));
        wrong.AddRange(instances.Where(i => i.IsLive).Select(i => $"still live: {i.Supplier} {i.ExternalId} {i.State} {i.Reason}"));
        wrong.AddRange(instances.Where(i => i.IsBilled).Select(i => $"still billed in the books: {i.Supplier} {i.ExternalId} {i.State}"));
        wrong.AddRange(instances.Where(i => !i.IsLive && string.IsNullOrEmpty(i.Reason)).Select(i => $"ended without a reason: {i.Supplier} {i.ExternalId} {i.State}"));
        var miners = await db.Miners.AsNoTracking().ToListAsync();
        wrong.AddRange(miners.Where(m => m.State != MinerState.Stopped || string.IsNullOrEmpty(m.Reason)).Select(m => $"miner {m.State} without machine or reason: {m.Reason}"));
        foreach (var supplier in world.Suppliers)
        {
            var account = LedgerAccounts.Rent(new SupplierName(supplier.Name));
            var units = (await db.Ledger.AsNoTracking().Where(e => e.Account == account).Select(e => e.Units).ToListAsync()).Aggregate(System.Numerics.BigInteger.Zero, (a, b) => a + b);
            // The ledger holds eight decimals of a dollar, each bill rounded to them; nothing else may differ.
            var (ledger, bills) = (new TokenAmount(units, Asset.Usd).ToDecimal(), supplier.Bills().Select(b => b with { ChargedUsd = TokenAmount.Usd(b.ChargedUsd).ToDecimal() }).ToList());
            if (ledger != bills.Sum(b => b.ChargedUsd))
            {
                wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{supplier.Name}: ledger {ledger}, bill {bills.Sum(b => b.ChargedUsd)}"));
                foreach (var bill in bills)
                {
                    var mine = instances.Where(i => i.ExternalId == bill.Id).ToList();
                    var subjects = mine.Select(i => i.Id.ToString()).Concat(await db.Operations.Where(o => o.Kind == OperationKind.Close && o.ExternalId == bill.Id).Select(o => o.Id.ToString()).ToListAsync()).ToList();
                    var entered = (await db.Ledger.AsNoTracking().Where(e => e.Account == account).Select(e => new { e.Subject, e.Units }).ToListAsync()).Where(e => subjects.Exists(s => e.Subject.Contains(s, StringComparison.Ordinal)))
                        .Aggregate(System.Numerics.BigInteger.Zero, (a, b) => a + b.Units);
                    var said = new TokenAmount(entered, Asset.Usd).ToDecimal();
                    if (said != bill.ChargedUsd) { wrong.Add(string.Create(CultureInfo.InvariantCulture, $"  {bill.Id} {bill.State} {bill.From:HH:mm:ss}-{bill.To:HH:mm:ss}: bill {bill.ChargedUsd}, ledger {said}, {string.Join("; ", mine.Select(i => $"{i.State} {i.Reason} billed {i.BilledFrom:HH:mm:ss} closed {i.ClosedAt:HH:mm:ss} says {i.SupplierSaysUsd}"))}")); }
                }
            }
        }
        return wrong;
    }

    /// <summary>The books' own history, to be part of the seed's.</summary>
    public async Task<string> HistoryAsync()
    {
        await using var db = Open(world);
        var text = new StringBuilder();
        foreach (var e in await db.Timeline.AsNoTracking().OrderBy(e => e.Sequence).ToListAsync()) { text.Append(CultureInfo.InvariantCulture, $"{e.At:dd HH:mm:ss.fff} {e.Kind} {e.Subject} {e.Actor} {e.What} {e.Why} {e.Before} {e.After}\n"); }
        return text.ToString();
    }

    private async Task<List<string>> CommonAsync(NirmaanDbContext db, List<Instance> instances)
    {
        List<string> wrong = [];
        var open = await db.Operations.AsNoTracking().Where(o => o.State == OperationState.Unknown || o.State == OperationState.Sent || o.State == OperationState.Closing).ToListAsync();
        wrong.AddRange(open.Select(o => $"{o.Kind} is {o.State}: {o.Supplier} {o.ExternalId} {o.Reason}"));
        wrong.AddRange(world.Suppliers.SelectMany(s => s.Bills()).Where(b => Operation.IdOf(b.Name) is not null).Select(b => b.Name!).Concat(world.Machines.Made)
            .GroupBy(n => n).Where(g => g.Count() > 1).Select(g => $"rented {g.Count()} times: {g.Key}"));
        var options = worker.Get<Microsoft.Extensions.Options.IOptions<FleetOptions>>().Value;
        wrong.AddRange(instances.Where(i => i.IsLive).GroupBy(i => i.Supplier).Where(g => g.Sum(i => i.UsdPerHour ?? 0) > options.MaxUsdPerHourPerSupplier).Select(g => $"{g.Key} is over its cap: {g.Sum(i => i.UsdPerHour ?? 0)}"));
        wrong.AddRange(instances.Where(i => i.Attempts >= options.MaxAttempts).Select(i => $"asked for {i.Attempts + 1} times"));
        var byId = instances.ToDictionary(i => i.Id);
        int Length(Instance i) => i.Replaces is { } earlier ? 1 + Length(byId[earlier]) : 0;
        wrong.AddRange(instances.Where(i => Length(i) > options.MaxReplacements).Select(i => $"replaced {Length(i)} times in a row"));
        return wrong;
    }

    private IEnumerable<(string Supplier, string Id)> Living() => world.Suppliers.SelectMany(s => s.Bills().Where(b => b.To is null && !s_over.Contains(b.State)).Select(b => (s.Name, b.Id))).Concat(world.Machines.Standing.Select(m => (SupplierName.Own.Value, m.Id)));
}
