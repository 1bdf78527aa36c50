using System.Text.Json.Nodes;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;
using Nirmaan.Evm.Merkle;

namespace Nirmaan.Cli.Tests.Files;

public sealed class VerifyTests
{
    [Fact]
    public async Task What_distribute_wrote_verify_finds_right()
    {
        using var epochs = await Epochs.MakeAsync();
        var said = await Run.NirmaanAsync("verify", epochs.Second, "--stakes", epochs.Stakes, "--previous", epochs.First);
        said.Code.ShouldBe(0, said.Error);
        said.Errors.ShouldHaveSingleItem().ShouldStartWith("ok: epoch 2 of MOR, root 0x");
    }

    [Fact]
    public async Task Without_stakes_only_root_and_arithmetic_are_checked_and_that_is_said()
    {
        using var epochs = await Epochs.MakeAsync();
        var said = await Run.NirmaanAsync("verify", epochs.First);
        said.Code.ShouldBe(0, said.Error);
        said.Errors[1].ShouldContain("root and arithmetic only");
    }

    [Fact]
    public async Task Without_the_epoch_before_a_part_that_rounds_to_nothing_is_no_fault()
    {
        using var epochs = await Epochs.MakeAsync();
        var said = await Run.NirmaanAsync("verify", epochs.Second, "--stakes", epochs.Stakes);
        said.Code.ShouldBe(0, said.Error);
        said.Errors[1].ShouldContain("not checked: cumulative");
    }

    [Fact]
    public async Task An_epoch_in_which_nobody_held_stake_pays_nothing_and_is_right()
    {
        using var epochs = await Epochs.MakeAsync();
        var first = DistributionFile.Parse(await File.ReadAllTextAsync(epochs.First, TestContext.Current.CancellationToken));
        var empty = DistributionFile.Of(2, first.To, first.To.AddDays(1), "MOR", 0, [], first.Leaves);
        var file = epochs.Write("empty.json", empty.ToJson());
        var stakes = epochs.Write("left.csv", Epochs.StakesText + $"2026-03-02T00:00:00Z,{Epochs.Bob},-100\n2026-03-02T00:00:00Z,{Epochs.Eve},-1\n");
        var said = await Run.NirmaanAsync("verify", file, "--stakes", stakes, "--previous", epochs.First);
        said.Code.ShouldBe(0, said.Error);
    }

    public static TheoryData<string, string> Forgeries => new()
    {
        { "amount", "leaves[1] 0x70997970C51812dc3A010C7d01b50e0d17dc79C8: amount 39960041; recomputed 39960040" },
        { "balanceSeconds", "leaves[1] 0x70997970C51812dc3A010C7d01b50e0d17dc79C8: balanceSeconds 1; recomputed 8640000" },
        { "cumulative", "leaves[1] 0x70997970C51812dc3A010C7d01b50e0d17dc79C8: cumulative 1; expected 39960040" },
        { "pool", "pool: 100000001; the amounts add up to 100000000" },
        { "root", "root: 0x0101010101010101010101010101010101010101010101010101010101010101; recomputed 0x" },
        { "missing", "0x90F79bf6EB2c4f870365E785982E1f101E93b906: has no leaf; recomputed amount 99900" },
        { "twice", "expected accounts in ascending order, each once" },
        { "order", "leaves[1] 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC: stands after 0x70997970C51812dc3A010C7d01b50e0d17dc79C8; expected accounts in ascending order, each once" },
        { "account", "leaves[1] 0x70997970c51812DC3a010c7d01b50E0d17dC79c9: amount 39960040; recomputed 0" },
        { "stranger", "amount 5; recomputed 0" },
        { "nothing", "has nothing, now or before; expected no leaf" },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task What_is_not_as_the_stakes_give_it_is_wrong_and_named(string what, string line)
    {
        using var epochs = await Epochs.MakeAsync();
        var forged = epochs.Forge(epochs.First, d =>
        {
            var leaves = d["leaves"]!.AsArray();
            switch (what)
            {
                case "amount": leaves[1]!["amount"] = "39960041"; break;
                case "balanceSeconds": leaves[1]!["balanceSeconds"] = "1"; break;
                case "cumulative": leaves[1]!["cumulative"] = "1"; break;
                case "pool": d["pool"] = "100000001"; break;
                case "root": d["root"] = $"0x{string.Concat(Enumerable.Repeat("01", 32))}"; break;
                case "missing": leaves.RemoveAt(2); break;
                case "account": leaves[1]!["account"] = Epochs.Bob.ToLowerInvariant()[..^1] + "9"; break;
                case "order":
                    var moved = leaves[0]!;
                    leaves.RemoveAt(0);
                    leaves.Insert(1, moved);
                    break;
                case "twice": leaves.Add(leaves[0]!.DeepClone()); break;
                default: leaves.Add(Leaf(what == "stranger" ? "5" : "0")); break;
            }
        });
        var said = await Run.NirmaanAsync("verify", forged, "--stakes", epochs.Stakes);
        said.Code.ShouldBe(1, said.Error);
        said.Error.ShouldContain(line);
        said.Errors[^1].ShouldStartWith($"nirmaan: {forged}: epoch 1 of MOR is wrong in ");
    }

    [Fact]
    public async Task A_forged_distribution_with_its_own_right_root_is_still_wrong_by_the_stakes()
    {
        using var epochs = await Epochs.MakeAsync();
        var first = DistributionFile.Parse(await File.ReadAllTextAsync(epochs.First, TestContext.Current.CancellationToken));
        // One unit from Ann to Bob: sums and root agree with themselves.
        IReadOnlyList<DistributionLeaf> leaves = [Paid(first.Leaves[0], -1), Paid(first.Leaves[1], 1), first.Leaves[2]];
        var forged = epochs.Write("forged.json", (first with { Leaves = leaves, Root = DistributionFile.RootOf(leaves) }).ToJson());
        (await Run.NirmaanAsync("verify", forged)).Code.ShouldBe(0);
        var said = await Run.NirmaanAsync("verify", forged, "--stakes", epochs.Stakes);
        said.Code.ShouldBe(1);
        said.Errors.Length.ShouldBe(3);
    }

    [Fact]
    public async Task Other_stakes_give_other_parts()
    {
        using var epochs = await Epochs.MakeAsync();
        var other = epochs.Write("other.csv", Epochs.StakesText.Replace(",100\n", ",101\n", StringComparison.Ordinal));
        var said = await Run.NirmaanAsync("verify", epochs.First, "--stakes", other);
        said.Code.ShouldBe(1);
        said.Error.ShouldContain($"{Epochs.Bob}: balanceSeconds 8640000; recomputed 8726400");
    }

    [Fact]
    public async Task A_stake_that_the_file_left_out_is_found()
    {
        using var epochs = await Epochs.MakeAsync();
        var more = epochs.Write("more.csv", Epochs.StakesText + $"2026-03-01T06:00:00Z,{Epochs.Eve},50\n");
        var said = await Run.NirmaanAsync("verify", epochs.First, "--stakes", more);
        said.Code.ShouldBe(1);
        said.Error.ShouldContain($"{Epochs.Eve}: balanceSeconds 21600; recomputed 3261600");
    }

    [Fact]
    public async Task A_stake_that_the_file_invented_is_found()
    {
        using var epochs = await Epochs.MakeAsync();
        var less = epochs.Write("less.csv", Epochs.StakesText.Replace($"2026-03-01T18:00:00Z,{Epochs.Eve},1\n", "", StringComparison.Ordinal));
        var said = await Run.NirmaanAsync("verify", epochs.First, "--stakes", less);
        said.Code.ShouldBe(1);
        said.Error.ShouldContain($"{Epochs.Eve}: balanceSeconds 21600; recomputed 0");
    }

    private static readonly EpochWaterfall s_waterfall = new(
        FeePolicy.MethodVersion, 3, 120_000_000, 10_000_000, 18_888_889, 11_111_111, 1000, 0, 30m, 24m, 20m,
        [new WaterfallSale("order-1", 18_888_889, 2.5m, 0.1m, new DateTimeOffset(2026, 3, 1, 15, 0, 0, TimeSpan.Zero), "a market")]);

    [Fact]
    public async Task A_file_that_tells_how_its_pool_came_about_is_right_when_it_adds_up()
    {
        using var epochs = await Epochs.MakeAsync();
        var said = await Run.NirmaanAsync("verify", await WithWaterfallAsync(epochs), "--stakes", epochs.Stakes);
        said.Code.ShouldBe(0, said.Error);
    }

    [Theory]
    [InlineData("received", "120000001", "waterfall: received 120000001 + carriedIn 10000000 = 130000001; sold 18888889 + fee 11111111 + pool 100000000 + held 0 = 130000000")]
    [InlineData("fee", "11111110", "waterfall.fee: 11111110; recomputed 11111111, 1000 basis points of 111111111")]
    [InlineData("sold", "18888888", "waterfall.sold: 18888888; the sales add up to 18888889")]
    public async Task What_does_not_add_up_in_how_the_pool_came_about_is_named(string field, string value, string line)
    {
        using var epochs = await Epochs.MakeAsync();
        var forged = epochs.Forge(await WithWaterfallAsync(epochs), d => d["waterfall"]![field] = value);
        var said = await Run.NirmaanAsync("verify", forged);
        said.Code.ShouldBe(1, said.Error);
        said.Error.ShouldContain(line);
    }

    private static async Task<string> WithWaterfallAsync(Epochs epochs) => epochs.Write(
        "told.json", (DistributionFile.Parse(await File.ReadAllTextAsync(epochs.First, TestContext.Current.CancellationToken)) with { Waterfall = s_waterfall }).ToJson());

    [Fact]
    public async Task Another_previous_gives_other_cumulative_amounts()
    {
        using var epochs = await Epochs.MakeAsync();
        var first = DistributionFile.Parse(await File.ReadAllTextAsync(epochs.First, TestContext.Current.CancellationToken));
        var other = epochs.Write("other.json", DistributionFile.Of(1, first.From, first.To, "MOR", 200_000_000, [.. first.Leaves.Select(l => new BalanceSeconds(l.Account, l.BalanceSeconds))], []).ToJson());
        var said = await Run.NirmaanAsync("verify", epochs.Second, "--stakes", epochs.Stakes, "--previous", other);
        said.Code.ShouldBe(1);
        said.Error.ShouldContain($"leaves[0] {Epochs.Ann}: cumulative 59940060; expected 119880120");
    }

    [Fact]
    public async Task An_epoch_that_does_not_follow_its_previous_is_wrong()
    {
        using var epochs = await Epochs.MakeAsync();
        var late = epochs.Forge(epochs.Second, d => d["from"] = "2026-03-02T00:00:01Z");
        var said = await Run.NirmaanAsync("verify", late, "--previous", epochs.First);
        said.Code.ShouldBe(1);
        said.Error.ShouldContain("from: 2026-03-02T00:00:01Z; expected 2026-03-02T00:00:00Z, the end of the epoch before");
    }

    [Fact]
    public async Task An_amount_of_more_digits_than_256_bits_hold_is_refused_at_once()
    {
        using var epochs = await Epochs.MakeAsync();
        var swollen = epochs.Forge(epochs.First, d => d["leaves"]![1]!["amount"] = new string('9', 2_000_000));
        (await Run.NirmaanAsync("verify", swollen)).ShouldFail(2, "leaves[1].amount", "2000000 characters", "78 digits");
    }

    [Fact]
    public async Task A_previous_whose_root_is_not_its_own_is_wrong()
    {
        using var epochs = await Epochs.MakeAsync();
        var forged = epochs.Forge(epochs.First, d => d["root"] = $"0x{string.Concat(Enumerable.Repeat("02", 32))}");
        var said = await Run.NirmaanAsync("verify", epochs.Second, "--previous", forged);
        said.Code.ShouldBe(1);
        said.Errors[0].ShouldStartWith($"{forged}: root: 0x0202");
    }

    [Fact]
    public async Task A_previous_of_another_epoch_is_bad_input()
    {
        using var epochs = await Epochs.MakeAsync();
        (await Run.NirmaanAsync("verify", epochs.Second, "--previous", epochs.Second)).ShouldFail(2, epochs.Second, "epoch 2", "epoch 1");
        (await Run.NirmaanAsync("verify", epochs.First, "--previous", epochs.First)).ShouldFail(2, "--previous", "epoch 1");
    }

    [Fact]
    public async Task A_proof_leads_from_the_accounts_leaf_to_the_root()
    {
        using var epochs = await Epochs.MakeAsync();
        var said = await Run.NirmaanAsync("verify", epochs.Second, "--stakes", epochs.Stakes, "--previous", epochs.First, "--proof", Epochs.Bob.ToLowerInvariant());
        said.Code.ShouldBe(0, said.Error);
        var proof = JsonNode.Parse(said.Out)!;
        proof["account"]!.ToString().ShouldBe(Epochs.Bob);
        proof["cumulative"]!.ToString().ShouldBe("39960043");
        StandardMerkleTree.Verify(Bytes32.Parse(proof["root"]!.ToString()), new MerkleLeaf(EvmAddress.Parse(Epochs.Bob), 39960043), proof["proof"]!.AsArray().Select(p => Bytes32.Parse(p!.ToString()))).ShouldBeTrue();
    }

    [Fact]
    public async Task An_account_without_a_leaf_has_no_proof()
    {
        using var epochs = await Epochs.MakeAsync();
        var said = await Run.NirmaanAsync("verify", epochs.First, "--proof", $"0x{new string('1', 40)}");
        said.Code.ShouldBe(1);
        said.Errors[^1].ShouldContain("has no leaf");
        (await Run.NirmaanAsync("verify", epochs.First, "--proof", "0x3c44CdDdB6a900fa2b585dd299e03d12FA4293BC")).ShouldFail(2, "--proof", "EIP-55");
    }

    [Theory]
    [InlineData("pool", "12", "pool")]
    [InlineData("epoch", "\"1\"", "epoch")]
    [InlineData("root", "\"0x12\"", "root")]
    [InlineData("to", "\"tomorrow\"", "'tomorrow'")]
    [InlineData("leaves", "[{\"account\":\"0x12\",\"balanceSeconds\":\"1\",\"amount\":\"1\",\"cumulative\":\"1\"}]", "leaves[0].account")]
    [InlineData("leaves", "[{\"account\":\"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\",\"balanceSeconds\":\"1\",\"amount\":\"-1\",\"cumulative\":\"1\"}]", "leaves[0].amount")]
    public async Task A_file_that_is_no_distribution_is_bad_input(string field, string value, string part)
    {
        using var epochs = await Epochs.MakeAsync();
        var forged = epochs.Forge(epochs.First, d => d[field] = JsonNode.Parse(value));
        (await Run.NirmaanAsync("verify", forged)).ShouldFail(2, forged, part);
    }

    [Fact]
    public async Task What_is_no_file_is_bad_input() => (await Run.NirmaanAsync("verify", "nowhere.json")).ShouldFail(2, "nowhere.json", "is not there");

    [Theory]
    [InlineData("--contract", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "--rpc")]
    [InlineData("--rpc", "http://127.0.0.1:1", "--contract")]
    public async Task Half_of_what_names_a_contract_is_bad_input(string option, string value, string missing)
    {
        using var epochs = await Epochs.MakeAsync();
        (await Run.NirmaanAsync("verify", epochs.First, option, value)).ShouldFail(2, missing, "missing");
        (await Run.NirmaanAsync("verify", epochs.First, option, value, "--stakes", epochs.Stakes)).ShouldFail(2, "--stakes");
    }

    [Fact]
    public async Task A_first_block_without_a_chain_is_bad_input()
    {
        using var epochs = await Epochs.MakeAsync();
        (await Run.NirmaanAsync("verify", epochs.First, "--from-block", "7")).ShouldFail(2, "--from-block", "--rpc and --contract");
    }

    private static DistributionLeaf Paid(DistributionLeaf leaf, int more) => leaf with { Amount = leaf.Amount + more, Cumulative = leaf.Cumulative + more };

    private static JsonObject Leaf(string amount) => new() { ["account"] = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", ["balanceSeconds"] = "0", ["amount"] = amount, ["cumulative"] = amount };
}
