using System.Text;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests;

public class Keccak256Tests
{
    [Theory]
    [InlineData("", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData("transfer(address,uint256)", "0xa9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b")]
    [InlineData("Transfer(address,address,uint256)", "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")]
    public void Known_texts_have_their_known_hash(string text, string hash) => Keccak256.Hash(text).ToString().ShouldBe(hash);

    [Fact]
    public async Task Every_length_from_0_to_300_hashes_as_cast_does()
    {
        byte[][] inputs = [.. Enumerable.Range(0, 301).Select(n => Bytes(n))];
        string expected = await NpmTools.RunNodeAsync(
            ["--input-type=module", "-e", """
                import { createInterface } from 'node:readline';
                import { execFileSync } from 'node:child_process';
                for await (const hex of createInterface({ input: process.stdin })) console.log(execFileSync(process.argv[1], ['keccak', hex]).toString().trim());
                """, NpmTools.Cast],
            string.Concat(inputs.Select(i => Hex.Encode(i) + "\n")), TestContext.Current.CancellationToken);
        inputs.Select(i => Keccak256.Hash(i).ToString()).ShouldBe(expected.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The hashes of all lengths chained into one, computed with js-sha3 0.8.0 and ethereum-cryptography (equal): needs no tool.</summary>
    [Fact]
    public void Every_length_from_0_to_300_hashes_as_two_other_implementations_do()
    {
        byte[] all = [.. Enumerable.Range(0, 301).SelectMany(n => Keccak256.Hash(Bytes(n)).ToArray())];
        Keccak256.Hash(all).ToString().ShouldBe("0xed2c4f6f50a6519e405fa7b3d72a7df5ac1c054e3592171d60b13de11d2572b2");
    }

    [Fact]
    public void A_megabyte_hashes_as_two_other_implementations_do() =>
        Keccak256.Hash(Bytes(1 << 20)).ToString().ShouldBe("0x2f6b50e844706e55736fb20a70f19c9757a987405e190f4badc5891fda625415");

    [Fact]
    public void The_hash_may_be_written_over_its_own_input()
    {
        byte[] bytes = Bytes(64);
        var hash = Keccak256.Hash(bytes);
        Keccak256.Hash(bytes, bytes);
        new Bytes32(bytes.AsSpan(0, 32)).ShouldBe(hash);
    }

    [Fact]
    public void Text_is_hashed_as_utf8() => Keccak256.Hash("é≠").ShouldBe(Keccak256.Hash(Encoding.UTF8.GetBytes("é≠")));

    [Fact]
    public void A_destination_that_is_too_short_is_refused() => Should.Throw<ArgumentException>(() => Keccak256.Hash([1], new byte[31]));

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    public void Four_messages_at_once_hash_as_one_by_one(int words)
    {
        byte[][] messages = [.. Enumerable.Range(0, KeccakFour.Lanes).Select(lane => Bytes(8 * words).Select(b => (byte)(b + lane)).ToArray())];
        ulong[] interleaved = new ulong[KeccakFour.Lanes * words];
        for (int lane = 0; lane < KeccakFour.Lanes; lane++)
        {
            for (int word = 0; word < words; word += 4) { KeccakFour.Set(interleaved, lane, word, new Bytes32(messages[lane].AsSpan(8 * word, 32))); }
        }
        var hashes = new Bytes32[KeccakFour.Lanes];
        KeccakFour.Hash(interleaved, hashes);
        hashes.ShouldBe(messages.Select(m => Keccak256.Hash(m)));
    }

    private static byte[] Bytes(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 31) + length))];
}
