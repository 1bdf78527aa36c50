using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Nirmaan.Control.Data;
using Nirmaan.Storm.Tests;
using Nirmaan.Testing;

[assembly: AssemblyFixture(typeof(StormPostgres))]

namespace Nirmaan.Storm.Tests;

/// <summary>One server for the run.</summary>
public sealed class StormPostgres() : PostgresFixture(DatabaseMigrator.MigrateAsync);

/// <summary>Seeds of bad weather over the whole of provisioning, and proofs that it would tell.</summary>
public sealed class StormTests(StormPostgres postgres, ITestOutputHelper output)
{
    private const int UsualSeeds = 24, SeedsForAMutation = 24;

    private sealed record Run(int Seed, string History, IReadOnlyList<string> Wrong);

    [Fact]
    public async Task No_machine_and_no_dollar_is_lost_in_any_seed()
    {
        var (first, count) = (Env("NIRMAAN_STORM_FIRST", 1), Env("NIRMAAN_STORM_SEEDS", UsualSeeds));
        ConcurrentBag<Run> runs = [];
        await Parallel.ForEachAsync(Enumerable.Range(first, count), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, _) => runs.Add(await StormAsync(seed)));
        output.WriteLine($"{count} seeds from {first} (NIRMAAN_STORM_SEEDS runs more)");
        runs.Where(r => r.Wrong.Count > 0).OrderBy(r => r.Seed).Select(r => $"seed {r.Seed} (again: NIRMAAN_STORM_FIRST={r.Seed} NIRMAAN_STORM_SEEDS=1 bash infra/test.sh Storm): {r.Wrong[0]}").ShouldBeEmpty();
    }

    [Fact]
    public async Task One_seed_gives_one_history_of_calls_strokes_deaths_and_writes() => (await StormAsync(77)).History.ShouldBe((await StormAsync(77)).History);

    [Fact]
    public Task The_storm_sees_a_missing_fence() => SeesAsync(Mutation.NoFence);

    [Fact]
    public Task The_storm_sees_a_missing_look_before_a_retry() => SeesAsync(Mutation.NoLookUp);

    [Fact]
    public Task The_storm_sees_a_missing_reconciler() => SeesAsync(Mutation.NoReconciler);

    private async Task SeesAsync(Mutation mutation)
    {
        for (var seed = 1; seed <= SeedsForAMutation; seed++)
        {
            if ((await StormAsync(seed, mutation)).Wrong.Count > 0) { return; }
        }
        Assert.Fail($"{SeedsForAMutation} seeds with {mutation} lost nothing.");
    }

    private async Task<Run> StormAsync(int seed, Mutation mutation = Mutation.None)
    {
        var began = Stopwatch.GetTimestamp();
        await using var world = await StormWorld.CreateAsync(postgres, seed);
        var storm = new Storm(world, mutation);
        var wrong = await storm.RunAsync();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"seed {seed} {mutation}: history {world.Weather.Hash}, {world.Weather.Calls} calls, {world.Weather.Fell.Values.Sum()} strokes, {storm.Deaths} deaths, {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s{string.Concat(wrong.Select(w => "\n  " + w))}"));
        return new Run(seed, $"{world.Weather.Calls} calls, {world.Weather.Fell.Values.Sum()} strokes, {storm.Deaths} deaths, {world.Weather.Hash}", wrong);
    }

    private static int Env(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var given) ? given : otherwise;
}
