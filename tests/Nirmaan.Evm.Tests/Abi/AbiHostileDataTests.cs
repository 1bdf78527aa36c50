using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Evm.Tests.Abi;

public class AbiHostileDataTests
{
    private const int MaxData = 4096;

    /// <summary>What decoding 4 KiB may allocate: each word becomes a few objects, and never more.</summary>
    private const long MaxAllocation = 1 << 20;

    [Fact]
    public void Random_bytes_decode_or_are_refused_within_little_memory() =>
        Prop.ForAll(AbiSample.Any, Bytes, (sample, bytes) => EndsWell(sample, bytes)).QuickCheckThrowOnFailure();

    [Fact]
    public void Spoiled_encodings_decode_or_are_refused_within_little_memory() =>
        Prop.ForAll(AbiSample.Any, ArbMap.Default.ArbFor<(int At, byte With)[]>(), (sample, changes) =>
        {
            byte[] data = AbiEncoder.Encode(sample.Types, sample.Values);
            foreach (var (at, with) in changes) { data[(at & int.MaxValue) % data.Length] = with; }
            return EndsWell(sample, data);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_encoding_that_is_cut_short_by_a_word_is_refused() =>
        Prop.ForAll(AbiSample.Any, sample =>
        {
            byte[] data = AbiEncoder.Encode(sample.Types, sample.Values);
            try { AbiDecoder.Decode(sample.Types, data.AsSpan(0, data.Length - 32)); }
            catch (AbiException) { return true; }
            return false;
        }).QuickCheckThrowOnFailure();

    /// <summary>Ten levels whose ten elements all point at the next level: 10^10 values in 4 KiB.</summary>
    [Fact]
    public void Offsets_that_point_many_times_at_one_place_are_refused()
    {
        const int Levels = 10, Width = 10;
        byte[] data = new byte[32 + (Levels * (Width + 1) * 32)];
        data[31] = 32;
        for (int level = 0, at = 32; level < Levels; level++, at += (Width + 1) * 32)
        {
            data[at + 31] = Width;
            for (int i = 1; i <= Width && level < Levels - 1; i++)
            {
                data[at + (i * 32) + 30] = Width * 32 / 256;
                data[at + (i * 32) + 31] = Width * 32 % 256;
            }
        }
        var type = AbiType.Parse("uint256" + string.Concat(Enumerable.Repeat("[]", Levels)));
        Should.Throw<AbiException>(() => AbiDecoder.Decode([type], data)).Message.ShouldContain("more than once");
    }

    [Theory]
    [InlineData("bytes")]
    [InlineData("string")]
    [InlineData("uint256[]")]
    [InlineData("(address,bytes)[]")]
    [InlineData("bool[][]")]
    public void A_length_beyond_the_data_is_refused_before_memory_is_taken(string type)
    {
        byte[] data = new byte[96];
        data[31] = 32;
        foreach (int length in (int[])[65, 1 << 30, int.MaxValue, -1])
        {
            BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(length)).CopyTo(data, 60);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Should.Throw<AbiException>(() => AbiDecoder.Decode([AbiType.Parse(type)], data));
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(MaxAllocation);
        }
    }

    /// <summary>As many items as there are bytes: each would need a word.</summary>
    [Fact]
    public void A_count_that_the_data_cannot_hold_is_refused_before_memory_is_taken()
    {
        byte[] data = new byte[1 << 20];
        data[31] = 32;
        data[61] = 0x0F; // 0xF0000 items
        long before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<AbiException>(() => AbiDecoder.Decode([AbiType.Parse("uint256[]")], data));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(MaxAllocation);
    }

    [Theory]
    [InlineData("bool", "0x0000000000000000000000000000000000000000000000000000000000000002")]
    [InlineData("uint8", "0x0000000000000000000000000000000000000000000000000000000000000100")]
    [InlineData("int8", "0x0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("address", "0x0000000000000000000000010000000000000000000000000000000000000000")]
    [InlineData("bytes4", "0x0102030401000000000000000000000000000000000000000000000000000000")]
    public void Bits_that_do_not_belong_to_the_value_are_refused(string type, string word) =>
        Should.Throw<AbiException>(() => AbiDecoder.Decode([AbiType.Parse(type)], Hex.Decode(word)));

    [Fact]
    public void Text_that_is_not_utf8_does_not_stop_the_reader()
    {
        byte[] data = AbiEncoder.Encode([new AbiType.Bytes()], new byte[] { (byte)'a', 0xFF, (byte)'b' });
        AbiDecoder.Decode([new AbiType.Text()], data).ShouldBe(["a\uFFFDb"]);
    }

    [Fact]
    public void Zeros_missing_behind_the_last_bytes_and_data_behind_the_values_do_no_harm()
    {
        byte[] data = AbiEncoder.Encode([new AbiType.Bytes()], new byte[] { 1, 2, 3 });
        AbiDecoder.Decode([new AbiType.Bytes()], data.AsSpan(0, 67)).ShouldBe([new byte[] { 1, 2, 3 }]);
        AbiDecoder.Decode([new AbiType.Bytes()], [.. data, 9, 9]).ShouldBe([new byte[] { 1, 2, 3 }]);
    }

    private static bool EndsWell(AbiSample sample, byte[] data)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try { AbiDecoder.Decode(sample.Types, data); }
        catch (AbiException) { }
        return GC.GetAllocatedBytesForCurrentThread() - before < MaxAllocation;
    }

    /// <summary>Mostly small words, so that many pass for offsets and lengths.</summary>
    private static Arbitrary<byte[]> Bytes =>
        Gen.Choose(0, MaxData / 32).SelectMany(words => Word.ArrayOf(words)).Select(words => words.SelectMany(w => w).ToArray()).ToArbitrary();

    private static Gen<byte[]> Word => Gen.Frequency(
        (6, Gen.Choose(0, MaxData).Select(n => (byte[])[.. new byte[28], .. BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(n))])),
        (1, Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(32)));
}
