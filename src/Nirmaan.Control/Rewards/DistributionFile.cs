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
            var leaves = Field(root, "leaves", JsonValueKind.Array, "an array").EnumerateArray().Select((leaf, i) => Leaf(leaf, $"leaves[{i}]")).ToList();
            var epoch = Field(root, "epoch", JsonValueKind.Number, "a whole number from 1");
            return new DistributionFile(
                epoch.TryGetInt32(out var n) && n >= 1 ? n : throw new FormatException($"epoch: {epoch} was given; expected a whole number from 1"),
                At("from", () => StakesCsv.ParseTime(String(root, "from"))), At("to", () => StakesCsv.ParseTime(String(root, "to"))),
                String(root, "asset"), Units(root, "pool", "pool"), At("root", () => Bytes32.Parse(String(root, "root")).ToString()), leaves);
        }
        catch (JsonException e) { throw new FormatException($"not JSON: {e.Message}", e); }
    }

    private static DistributionLeaf Leaf(JsonElement leaf, string path) => new(
        At($"{path}.account", () => WalletAddress.Parse(EvmAddress.Parse(String(leaf, "account", path)).ToLowerHex())),
        Units(leaf, "balanceSeconds", path), Units(leaf, "amount", path), Units(leaf, "cumulative", path));

    private static JsonElement Field(JsonElement parent, string name, JsonValueKind kind, string expected, string? path = null) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == kind ? value
            : throw new FormatException($"{(path is null ? "" : path + ".")}{name}: expected {expected}");

    private static string String(JsonElement parent, string name, string? path = null) => Field(parent, name, JsonValueKind.String, "a string", path).GetString()!;

    private static BigInteger Units(JsonElement parent, string name, string path)
    {
        var text = String(parent, name, path == name ? null : path);
        // What 256 bits hold has at most 78 digits; more would only cost time, which grows with their square.
        if (text.Length > 78) { throw new FormatException($"{(path == name ? "" : path + ".")}{name}: {text.Length} characters were given; expected base units of at most 78 digits"); }
        return BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var units) ? units
            : throw new FormatException($"{(path == name ? "" : path + ".")}{name}: '{text}' was given; expected base units as decimal digits");
    }

    private static T At<T>(string path, Func<T> read)
    {
        try { return read(); }
        catch (FormatException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal)) { throw new FormatException($"{path}: {e.Message}", e); }
    }

    private static StandardMerkleTree TreeOf(IEnumerable<DistributionLeaf> leaves) => StandardMerkleTree.Build([.. leaves.Select(l => new MerkleLeaf(l.Account.ToEvm(), l.Cumulative))]);
    private static string Text(BigInteger units) => units.ToString(CultureInfo.InvariantCulture);
}
