using System.Numerics;
using System.Security.Cryptography;
using Nirmaan.Evm.Signatures;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Signatures;

public class Secp256k1Tests
{
    /// <summary>The public test key of anvil's and hardhat's account 0.</summary>
    private const string Key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    private const string Account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private const string Signature = "0x5411a4f1c1499142bce2a3edcf6e31ce81d433658ad19dabc89876220e137e167189e30e9adda26ff5bc15296b11751f015408df0eadc1a1d81bd0e5feb3eb6d1c";
    private static readonly Bytes32 s_hash = Bytes32.Parse("0xf8a5f20c5f2473eb07ba03753cb37bc32b31a53639204f8cb7643267a31bcb3f");

    [Fact]
    public void A_private_key_has_its_known_address() => Secp256k1.AddressOf(Hex.Decode(Key)).ToString().ShouldBe(Account);

    [Fact]
    public void The_signer_is_recovered()
    {
        EvmSignature.TryParse(Signature, out var signature).ShouldBeTrue();
        Secp256k1.TryRecover(s_hash, signature, out var signer).ShouldBeTrue();
        signer.ToString().ShouldBe(Account);
    }

    [Fact]
    public void Another_hash_or_the_other_parity_gives_another_signer()
    {
        EvmSignature.TryParse(Signature, out var signature).ShouldBeTrue();
        Secp256k1.TryRecover(Keccak256.Hash("another"), signature, out var one).ShouldBeTrue();
        Secp256k1.TryRecover(s_hash, signature with { IsOdd = !signature.IsOdd }, out var other).ShouldBeTrue();
        new[] { one.ToString(), other.ToString() }.ShouldNotContain(Account);
    }

    // Private keys 1 and n - 1 are G and -G: same x, so the smallest and the largest scalar are exercised.
    [Theory]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000001", "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf")]
    [InlineData("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", "0x80C0dbf239224071c59dD8970ab9d542E3414aB2")]
    public void The_smallest_and_the_largest_key_have_their_known_address(string key, string address) =>
        Secp256k1.AddressOf(Hex.Decode(key)).ToString().ShouldBe(address);

    [Theory]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("0x01")]
    public void What_is_no_private_key_is_refused_and_not_repeated(string key) =>
        Should.Throw<ArgumentException>(() => Secp256k1.AddressOf(Hex.Decode(key))).Message.ShouldNotContain(key[2..]);

    /// <summary>OpenSSL signs, we recover: every signature leads to the key's address with one of the two parities.</summary>
    [Fact]
    public void Signatures_of_openssl_lead_back_to_their_key()
    {
        ECCurve curve;
        try { curve = ECCurve.CreateFromValue("1.3.132.0.10"); ECDsa.Create(curve).Dispose(); }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            Assert.Skip($"this system's crypto library lacks secp256k1: {e.Message}");
            return;
        }
        for (int i = 0; i < 100; i++)
        {
            using var key = ECDsa.Create(curve);
            var parameters = key.ExportParameters(includePrivateParameters: true);
            byte[] d = Padded(parameters.D!);
            byte[] expected = [0x04, .. Padded(parameters.Q.X!), .. Padded(parameters.Q.Y!)];
            Secp256k1.PublicKeyOf(d).ShouldBe(expected);

            var hash = Keccak256.Hash($"message {i}");
            byte[] signed = Canonical(key.SignHash(hash.ToArray()));
            var recovered = new[] { (byte)27, (byte)28 }.Select(v =>
                EvmSignature.TryParse([.. signed, v], out var signature) && Secp256k1.TryRecover(hash, signature, out var signer) ? signer : default);
            recovered.ShouldContain(Secp256k1.AddressOf(d));
        }
    }

    [Fact]
    public async Task Addresses_of_new_keys_are_those_that_cast_finds()
    {
        for (int i = 0; i < 20; i++)
        {
            byte[] key = new byte[Secp256k1.PrivateKeySize];
            Secp256k1.NewPrivateKey(key);
            string theirs = await NpmTools.RunAsync(NpmTools.Cast, ["wallet", "address", "--private-key", Hex.Encode(key)], "", TestContext.Current.CancellationToken);
            Secp256k1.AddressOf(key).ToString().ShouldBe(theirs.Trim());
        }
    }

    [Fact]
    public async Task Texts_that_cast_signs_lead_to_its_address()
    {
        foreach (string text in (string[])["", "hello", "π is longer in bytes", new string('x', 1000)])
        {
            string signed = await NpmTools.RunAsync(NpmTools.Cast, ["wallet", "sign", "--private-key", Key, "--", text], "", TestContext.Current.CancellationToken);
            PersonalMessage.TryRecover(text, Hex.Decode(signed.Trim()), out var signer).ShouldBeTrue();
            signer.ToString().ShouldBe(Account);
        }
    }

    [Theory]
    [InlineData((byte)0x1b, true)]
    [InlineData((byte)0x1c, true)]
    [InlineData((byte)0, true)]
    [InlineData((byte)1, true)]
    [InlineData((byte)2, false)]
    [InlineData((byte)29, false)]
    [InlineData((byte)255, false)]
    public void The_last_byte_is_a_parity_in_one_of_two_forms(byte v, bool ok)
    {
        byte[] bytes = Hex.Decode(Signature);
        bytes[64] = v;
        EvmSignature.TryParse(bytes, out var signature).ShouldBe(ok);
        if (ok) { signature.IsOdd.ShouldBe(v is 1 or 28); }
    }

    [Fact]
    public void The_second_form_of_a_signature_is_refused()
    {
        byte[] bytes = Hex.Decode(Signature);
        var other = Number(Secp256k1.Order) - new BigInteger(bytes.AsSpan(32, 32), isUnsigned: true, isBigEndian: true);
        other.TryWriteBytes(bytes.AsSpan(32, 32), out _, isUnsigned: true, isBigEndian: true);
        bytes[64] = 27;
        EvmSignature.TryParse(bytes, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(64)]
    [InlineData(66)]
    [InlineData(0)]
    public void A_signature_of_another_length_is_refused(int length) => EvmSignature.TryParse(new byte[length], out _).ShouldBeFalse();

    [Fact]
    public void Zero_and_the_order_are_refused_for_r_and_s()
    {
        byte[] order = Secp256k1.Order.ToArray(), good = Hex.Decode(Signature);
        EvmSignature.TryParse([.. new byte[32], .. good[32..]], out _).ShouldBeFalse();
        EvmSignature.TryParse([.. order, .. good[32..]], out _).ShouldBeFalse();
        EvmSignature.TryParse([.. good[..32], .. new byte[32], 27], out _).ShouldBeFalse();
        EvmSignature.TryParse([.. good[..32], .. order, 27], out _).ShouldBeFalse();
    }

    [Fact]
    public void An_r_that_no_point_has_recovers_nobody()
    {
        // x = 5 is on no point of the curve.
        var signature = new EvmSignature(Bytes32.Parse("0x" + "5".PadLeft(64, '0')), Bytes32.Parse("0x" + "1".PadLeft(64, '0')), false);
        Secp256k1.TryRecover(s_hash, signature, out _).ShouldBeFalse();
    }

    /// <summary>R = G, s = 1 and hash = 1 make the key (s R - hash G) / r the point at infinity.</summary>
    [Fact]
    public void A_signature_whose_key_would_be_infinity_recovers_nobody()
    {
        var one = Bytes32.Parse("0x" + "1".PadLeft(64, '0'));
        var signature = new EvmSignature(Bytes32.Parse("0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"), one, false);
        Secp256k1.TryRecover(one, signature, out _).ShouldBeFalse();
    }

    private static byte[] Padded(byte[] bytes) => [.. new byte[32 - bytes.Length], .. bytes];

    private static byte[] Canonical(byte[] signature)
    {
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        var order = Number(Secp256k1.Order);
        byte[] low = (2 * s > order ? order - s : s).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. signature[..32], .. Padded(low)];
    }

    private static BigInteger Number(Bytes32 bytes) => new(bytes.ToArray(), isUnsigned: true, isBigEndian: true);
}
