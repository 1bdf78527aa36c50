using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;
using Nirmaan.Evm.Merkle;

namespace Nirmaan.Control.Rewards;

/// <summary>The file distribution.json (formats): what an epoch pays of one asset, with the root of the tree from which claims are proven.</summary>
/// <param name="Root">OpenZeppelin StandardMerkleTree over (account, cumulative); zero without leaves.</param>
/// <param name="Leaves">By account, ascending.</param>
public sealed record DistributionFile(int Epoch, DateTimeOffset From, DateTimeOffset To, string Asset, BigInteger Pool, string Root, IReadOnlyList<DistributionLeaf> Leaves)
{
    /// <summary>The root of no leaves.</summary>
    public static readonly string NoRoot = default(Bytes32).ToString();

    /// <summary>How the pool came about; null = not told, as in files of older epochs and of whoever recomputes one from a pool.</summary>
    public EpochWaterfall? Waterfall { get; init; }

    /// <summary>Recomputes a distribution from the stakes and the file before it.</summary>
    /// <param name="previous">The epoch before; null = this is epoch 1.</param>
    /// <exception cref="StakeHistoryException">The stakes contradict themselves, or nobody held any in the period.</exception>
    public static DistributionFile Compute(IEnumerable<StakeDelta> stakes, DateTimeOffset from, DateTimeOffset to, BigInteger pool, string asset, DistributionFile? previous)
    {
        var weights = Shares.TimeWeighted(stakes, from, to);
        return weights.Count > 0 ? Of((previous?.Epoch ?? 0) + 1, from, to, asset, pool, weights, previous?.Leaves ?? [])
            : throw new StakeHistoryException($"nobody held stake from {from:u} to {to:u}: the total is zero");
    }

    /// <summary>Shares a pool out by weights, on top of what accounts had before.</summary>
    public static DistributionFile Of(
        int epoch, DateTimeOffset from, DateTimeOffset to, string asset, BigInteger pool, IReadOnlyList<BalanceSeconds> weights, IEnumerable<DistributionLeaf> before)
    {
        var leaves = Distribution.LinesFor(pool, weights, before.ToDictionary(l => l.Account, l => l.Cumulative));
        return new DistributionFile(epoch, from, to, asset, pool, RootOf(leaves), leaves);
    }

    /// <summary>A closed distribution as its file.</summary>
    public static DistributionFile Of(Distribution closed) => new(closed.Epoch, closed.From, closed.To, closed.AssetId, closed.Pool, closed.Root, closed.Leaves);

    /// <summary>The root over (account, cumulative).</summary>
    public static string RootOf(IReadOnlyList<DistributionLeaf> leaves) => leaves.Count == 0 ? NoRoot : TreeOf(leaves).Root.ToString();

    /// <summary>The siblings that lead from an account's leaf to the root; null = the account has no leaf.</summary>
    public IReadOnlyList<string>? ProofOf(WalletAddress account)
    {
        var index = Leaves.ToList().FindIndex(l => l.Account == account);
        return index < 0 ? null : [.. TreeOf(Leaves).ProofOf(index).Select(node => node.ToString())];
    }

    /// <summary>The file's text.</summary>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", Epoch);
            json.WriteString("from", StakesCsv.TimeText(From));
            json.WriteString("to", StakesCsv.TimeText(To));
            json.WriteString("asset", Asset);
            json.WriteString("pool", Text(Pool));
            json.WriteString("root", Root);
            json.WriteStartArray("leaves");
            foreach (var leaf in Leaves)
            {
                json.WriteStartObject();
                json.WriteString("account", leaf.Account.Checksummed());
                json.WriteString("balanceSeconds", Text(leaf.BalanceSeconds));
                json.WriteString("amount", Text(leaf.Amount));
                json.WriteString("cumulative", Text(leaf.Cumulative));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            Waterfall?.WriteTo(json);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Reads the file; its arithmetic and root are not checked here.</summary>
    /// <exception cref="FormatException">Names the field, what stands there and what was expected.</exception>
    public static DistributionFile Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var leaves = JsonFields.Get(root, "leaves", JsonValueKind.Array, "an array").EnumerateArray().Select((leaf, i) => Leaf(leaf, $"leaves[{i}]")).ToList();
            return new DistributionFile(
                JsonFields.Whole(root, "epoch", least: 1), JsonFields.At("from", () => StakesCsv.ParseTime(JsonFields.String(root, "from"))), JsonFields.At("to", () => StakesCsv.ParseTime(JsonFields.String(root, "to"))),
                JsonFields.String(root, "asset"), JsonFields.Units(root, "pool"), JsonFields.At("root", () => Bytes32.Parse(JsonFields.String(root, "root")).ToString()), leaves)
            {
                Waterfall = root.TryGetProperty("waterfall", out var waterfall) ? EpochWaterfall.Parse(waterfall) : null,
            };
        }
        catch (JsonException e) { throw new FormatException($"not JSON: {e.Message}", e); }
    }

    private static DistributionLeaf Leaf(JsonElement leaf, string path) => new(
        JsonFields.At($"{path}.account", () => WalletAddress.Parse(EvmAddress.Parse(JsonFields.String(leaf, "account", path)).ToLowerHex())),
        JsonFields.Units(leaf, "balanceSeconds", path), JsonFields.Units(leaf, "amount", path), JsonFields.Units(leaf, "cumulative", path));

    private static StandardMerkleTree TreeOf(IEnumerable<DistributionLeaf> leaves) => StandardMerkleTree.Build([.. leaves.Select(l => new MerkleLeaf(l.Account.ToEvm(), l.Cumulative))]);
    private static string Text(BigInteger units) => units.ToString(CultureInfo.InvariantCulture);
}
