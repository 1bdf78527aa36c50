using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm.Merkle;
using DomainDistribution = Nirmaan.Domain.Rewards.Distribution;

namespace Nirmaan.Benchmarks.Distribution;

/// <summary>Times an epoch from stake changes to root, and the tree beside npm @openzeppelin/merkle-tree, each in a process of its own.</summary>
public static class DistributionBenchmark
{
    private const int Proofs = 1000;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2);

    /// <summary>Of the children, in hexadecimal: 600 MiB.</summary>
    private const string HeapLimit = "25800000";

    /// <summary>Arguments: STAKERS (default 1,000,000), --changes N (five per staker), --seed N, --peer LEAVES (default 20,000; 0 = none).</summary>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var (stakers, changes, seed, peer, kind, file) = (1_000_000, 0, 1, 20_000, "", "");
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--changes": changes = Number(arguments[++i]); break;
                case "--seed": seed = Number(arguments[++i]); break;
                case "--peer": peer = Number(arguments[++i]); break;
                case "--cold" or "--warm": kind = arguments[i]; break;
                case "--tree": (kind, file) = ("tree", arguments[++i]); break;
                default: stakers = Number(arguments[i]); break;
            }
        }
        if (changes == 0) { changes = 5 * stakers; }
        switch (kind)
        {
            case "--cold": Epoch(new StakeStream(stakers, changes, seed)); return 0;
            case "--warm":
                WarmUp(seed);
                Epoch(new StakeStream(stakers, changes, seed));
                return 0;
            case "tree": await TreeAsync(file, cancellationToken); return 0;
        }
        Console.WriteLine("| stakers, changes | process | stake x seconds s (cpu) | of which making the changes | shares s (cpu) | tree s (cpu) | all s (cpu) | peak MB (before) | a proof from its file, half (99 of 100) within ms |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var process in (string[])["cold", "warm"])
        {
            var epoch = await ChildAsync<EpochFigures>(["distribution", Text($"{stakers}"), "--changes", Text($"{changes}"), "--seed", Text($"{seed}"), $"--{process}"], cancellationToken);
            Console.WriteLine(Text($"| {stakers}, {changes} | {process} | {epoch.Seconds} | {epoch.Making} | {epoch.Shares} | {epoch.Tree} | {epoch.All} | {epoch.PeakMb:0} ({epoch.PeakMbBefore:0}) | {epoch.ProofMs:0.000} ({epoch.LateProofMs:0.000}) |"));
        }
        if (peer > 0) { await PeerAsync(peer, seed, cancellationToken); }
        return 0;
    }

    /// <summary>A first epoch: every account's line is new.</summary>
    private static void Epoch(StakeStream stream)
    {
        GC.Collect();
        var before = PeakMb();
        var pool = BigInteger.Pow(10, 24) + 7;
        var all = Clock.Start();
        Clock clock;
        var (lines, secondsTime, sharesTime) = Lines(stream, pool);
        clock = Clock.Start();
        var tree = TreeOf(lines);
        var treeTime = clock.Stop();
        var allTime = all.Stop();
        var peak = PeakMb();
        if (lines.Aggregate(BigInteger.Zero, (sum, l) => sum + l.Amount) != pool) { throw new InvalidOperationException("The lines do not add up to the pool."); }
        var file = Path.GetTempFileName();
        using var stored = new FileStream(file, new FileStreamOptions { Access = FileAccess.ReadWrite, Mode = FileMode.Create, Options = FileOptions.DeleteOnClose });
        tree.WriteTo(stored);
        stored.Position = 0;
        var fromFile = new StoredMerkleTree(stored);
        var proofs = new double[Proofs];
        for (var i = 0; i < Proofs; i++)
        {
            var from = Stopwatch.GetTimestamp();
            var proof = fromFile.ProofOf((int)((long)i * tree.Count / Proofs));
            proofs[i] = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
            GC.KeepAlive(proof);
        }
        clock = Clock.Start();
        foreach (var change in stream.Changes()) { GC.KeepAlive(change); }
        var makingTime = clock.Stop();
        Array.Sort(proofs);
        Console.WriteLine(JsonSerializer.Serialize(new EpochFigures(makingTime, secondsTime, sharesTime, treeTime, allTime, peak, before, proofs[Proofs / 2], proofs[Proofs * 99 / 100])));
    }

    /// <summary>Small epochs until the compiler has done its work: an epoch is closed by a process that has run for days.</summary>
    private static void WarmUp(int seed)
    {
        var from = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(from) < s_warmUp) { TreeOf(Lines(new StakeStream(2_000, 10_000, seed), 1_000_003).Lines); }
    }

    // Apart, so that what is done with is no longer held.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (IReadOnlyList<DistributionLeaf> Lines, Time Seconds, Time Shares) Lines(StakeStream stream, BigInteger pool)
    {
        var clock = Clock.Start();
        var weights = Shares.TimeWeighted(stream.Changes(), StakeStream.From, StakeStream.To);
        var seconds = clock.Stop();
        clock = Clock.Start();
        return (DomainDistribution.LinesFor(pool, weights, new Dictionary<WalletAddress, BigInteger>()), seconds, clock.Stop());
    }

    private static StandardMerkleTree TreeOf(IEnumerable<DistributionLeaf> lines) =>
        StandardMerkleTree.Build([.. lines.Select(l => new MerkleLeaf(StakeStream.ToEvm(l.Account), l.Cumulative))]);

    private static async Task TreeAsync(string file, CancellationToken cancellationToken)
    {
        List<MerkleLeaf> leaves = [];
        await foreach (var line in File.ReadLinesAsync(file, cancellationToken))
        {
            var comma = line.IndexOf(',', StringComparison.Ordinal);
            leaves.Add(new MerkleLeaf(Evm.EvmAddress.Parse(line[..comma]), BigInteger.Parse(line[(comma + 1)..], CultureInfo.InvariantCulture)));
        }
        var clock = Clock.Start();
        var tree = StandardMerkleTree.Build(leaves);
        var time = clock.Stop();
        Console.WriteLine(JsonSerializer.Serialize(new TreeFigures(tree.Root.ToString(), time.Seconds, time.Cpu, PeakMb()), JsonSerializerOptions.Web));
    }

    /// <summary>The same leaves to both, each in a fresh process; the roots must be one. Ratios above 1 speak for us.</summary>
    private static async Task PeerAsync(int leaves, int seed, CancellationToken cancellationToken)
    {
        if (NodePeer.Missing("@openzeppelin/merkle-tree") is { } missing)
        {
            Console.WriteLine($"\n@openzeppelin/merkle-tree SKIPPED: {missing}.");
            return;
        }
        var folder = Directory.CreateTempSubdirectory("nirmaan-merkle-").FullName;
        try
        {
            var file = Path.Combine(folder, "leaves.csv");
            await File.WriteAllLinesAsync(file, new StakeStream(leaves, leaves, seed).Changes().Select(c => Text($"{StakeStream.ToEvm(c.Account)},{c.Delta}")), cancellationToken);
            var ours = await ChildAsync<TreeFigures>(["distribution", "--tree", file], cancellationToken);
            var script = Path.Combine(AppContext.BaseDirectory, "Distribution", "merkle.mjs");
            var theirs = JsonSerializer.Deserialize<TreeFigures>(await NodePeer.RunAsync(["--max-old-space-size=16000", script, NodePeer.Infra, file], cancellationToken), JsonSerializerOptions.Web)!;
            Console.WriteLine("\n| leaves, tree alone | ours s (cpu, MB) | @openzeppelin/merkle-tree s (cpu, MB) | cpu, theirs : ours | memory, theirs : ours | roots |");
            Console.WriteLine("|---|---|---|---|---|---|");
            Console.WriteLine(Text($"| {leaves} | {ours} | {theirs} | {theirs.CpuSeconds / ours.CpuSeconds:0} | {theirs.PeakMb / ours.PeakMb:0.0} | {(ours.Root == theirs.Root ? "equal" : "DIFFERENT")} |"));
            if (ours.Root != theirs.Root) { throw new InvalidOperationException($"The roots differ: {ours.Root}, {theirs.Root}."); }
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private static async Task<T> ChildAsync<T>(string[] arguments, CancellationToken cancellationToken)
    {
        // `dotnet run` starts the project's own executable, `dotnet x.dll` the host, which wants to be told the file.
        string[] file = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(DistributionBenchmark).Assembly.Location] : [];
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. file, .. arguments]) { RedirectStandardOutput = true };
        // With memory to spare the collector would let garbage lie about; what is asked is whether so much is enough.
        start.Environment["DOTNET_GCHeapHardLimit"] = HeapLimit;
        using var child = Process.Start(start)!;
        var text = await child.StandardOutput.ReadToEndAsync(cancellationToken);
        await child.WaitForExitAsync(cancellationToken);
        return child.ExitCode == 0 ? JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!
            : throw new InvalidOperationException($"The process for {string.Join(' ', arguments)} ended with {child.ExitCode}: {text}");
    }

    private static double PeakMb() => Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
    private static int Number(string text) => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Clock(long At, TimeSpan Cpu)
    {
        public static Clock Start() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        public Time Stop() => new(Stopwatch.GetElapsedTime(At).TotalSeconds, (Environment.CpuUsage.TotalTime - Cpu).TotalSeconds);
    }

    private readonly record struct Time(double Seconds, double Cpu)
    {
        public override string ToString() => Text($"{Seconds:0.00} ({Cpu:0.00})");
    }

    private sealed record EpochFigures(Time Making, Time Seconds, Time Shares, Time Tree, Time All, double PeakMb, double PeakMbBefore, double ProofMs, double LateProofMs);

    private sealed record TreeFigures(string Root, double Seconds, double CpuSeconds, double PeakMb)
    {
        public override string ToString() => Text($"{Seconds:0.000} ({CpuSeconds:0.000}, {PeakMb:0})");
    }
}
