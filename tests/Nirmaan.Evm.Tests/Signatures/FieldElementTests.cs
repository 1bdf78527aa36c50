using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Evm.Signatures;

namespace Nirmaan.Evm.Tests.Signatures;

public class FieldElementTests
{
    private static readonly BigInteger s_prime = (BigInteger.One << 256) - (BigInteger.One << 32) - 977;

    [Fact]
    public void Sums_differences_and_products_equal_those_of_whole_numbers() =>
        Prop.ForAll(Numbers, Numbers, (a, b) =>
            Number(Element(a) + Element(b)) == (a + b) % s_prime
            && Number(Element(a) - Element(b)) == (a - b + s_prime) % s_prime
            && Number(Element(a) * Element(b)) == a * b % s_prime
            && Number(Element(a).Times(21)) == a * 21 % s_prime
            && Number(Element(a).Times(ulong.MaxValue)) == a * ulong.MaxValue % s_prime)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Numbers_at_every_edge_are_added_subtracted_and_multiplied_right()
    {
        BigInteger[] edges = [0, 1, 2, 977, ulong.MaxValue, BigInteger.One << 64, BigInteger.One << 128, BigInteger.One << 255,
            s_prime - 1, s_prime - 2, s_prime - 977, s_prime / 2, (s_prime / 2) + 1, (BigInteger.One << 256) - (BigInteger.One << 64) - 1];
        foreach (var (a, b) in edges.SelectMany(a => edges.Select(b => (a, b))))
        {
            Number(Element(a) + Element(b)).ShouldBe((a + b) % s_prime);
            Number(Element(a) - Element(b)).ShouldBe((a - b + s_prime) % s_prime);
            Number(Element(a) * Element(b)).ShouldBe(a * b % s_prime);
        }
    }

    [Fact]
    public void A_number_that_is_not_below_the_prime_is_refused()
    {
        foreach (var number in (BigInteger[])[s_prime, s_prime + 1, (BigInteger.One << 256) - 1]) { FieldElement.TryRead(Bytes(number), out _).ShouldBeFalse(); }
        FieldElement.TryRead(Bytes(s_prime - 1), out _).ShouldBeTrue();
    }

    [Fact]
    public void A_power_equals_that_of_whole_numbers() =>
        Prop.ForAll(Numbers, Numbers, (a, e) => Number(Element(a).Power(Bytes(e))) == BigInteger.ModPow(a, e, s_prime)).QuickCheckThrowOnFailure();

    private static Arbitrary<BigInteger> Numbers => Gen.OneOf(
            Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(32).Select(bytes => new BigInteger(bytes, isUnsigned: true) % s_prime),
            Gen.Choose(1, 1 << 20).Select(n => s_prime - n),
            Gen.Choose(0, 1 << 20).Select(n => (BigInteger)n)).ToArbitrary();

    private static FieldElement Element(BigInteger number) => FieldElement.TryRead(Bytes(number), out var element) ? element : throw new ArgumentException($"{number}");

    private static BigInteger Number(FieldElement element)
    {
        byte[] bytes = new byte[32];
        element.CopyTo(bytes);
        return new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
    }

    private static byte[] Bytes(BigInteger number)
    {
        byte[] bytes = new byte[32];
        number.TryWriteBytes(bytes.AsSpan(32 - number.GetByteCount(isUnsigned: true)), out _, isUnsigned: true, isBigEndian: true);
        return bytes;
    }
}
