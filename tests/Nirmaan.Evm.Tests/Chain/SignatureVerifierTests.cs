using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Evm.Signatures;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

public class SignatureVerifierTests(LocalChain chain) : ChainTest(chain)
{
    private const string Text = "Sign in to Nirmaan";
    private static readonly Bytes32 s_hash = PersonalMessage.Hash(Text);
    private static readonly Bytes32 s_salt = Keccak256.Hash("salt");
    private static readonly byte[] s_magic = [.. Enumerable.Repeat(new byte[] { 0x64, 0x92 }, 16).SelectMany(b => b)];

    [Function("deploy(address owner, bytes32 salt) returns (address)")]
    public sealed record DeployWallet(EvmAddress Owner, Bytes32 Salt) : IFunction<EvmAddress>;

    [Function("addressOf(address owner, bytes32 salt) view returns (address)")]
    public sealed record WalletAddress(EvmAddress Owner, Bytes32 Salt) : IFunction<EvmAddress>;

    [Fact]
    public async Task A_keys_signature_is_valid_for_its_account_and_hash_only()
    {
        byte[] signature = await SignAsync(Chain.Accounts[3]);
        (await ValidAsync(Chain.Accounts[3], signature)).ShouldBeTrue();
        (await ValidAsync(Chain.Accounts[4], signature)).ShouldBeFalse();
        (await new SignatureVerifier(Chain.Rpc).IsValidAsync(Chain.Accounts[3], Keccak256.Hash("other"), signature, Cancel)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_deployed_wallet_is_asked()
    {
        var (_, wallet) = await WalletAsync(deployed: true);
        (await ValidAsync(wallet, ForWallet(await SignAsync(Chain.Accounts[3])))).ShouldBeTrue();
        (await ValidAsync(wallet, ForWallet(await SignAsync(Chain.Accounts[4])))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_wallet_that_reverts_does_not_accept()
    {
        var (_, wallet) = await WalletAsync(deployed: true);
        (await ValidAsync(wallet, await SignAsync(Chain.Accounts[3]))).ShouldBeFalse();
        (await ValidAsync(wallet, [])).ShouldBeFalse();
    }

    [Fact]
    public async Task A_contract_that_is_no_wallet_accepts_nothing() => (await ValidAsync(Chain.Contracts.Nrm, await SignAsync(Chain.Accounts[3]))).ShouldBeFalse();

    [Fact]
    public async Task The_key_of_an_account_with_code_is_not_asked()
    {
        var account = Chain.Accounts[3];
        byte[] signature = await SignAsync(account);
        byte[] wallet = await Chain.Rpc.GetCodeAsync((await WalletAsync(deployed: true)).Wallet, BlockTag.Latest, Cancel);
        await Chain.Rpc.RequestAsync("anvil_setCode", [account.ToLowerHex(), Hex.Encode(wallet)], Cancel);
        (await ValidAsync(account, signature)).ShouldBeFalse();
        (await ValidAsync(account, ForWallet(signature))).ShouldBeTrue();
    }

    [Fact]
    public async Task A_wallet_that_is_not_deployed_yet_is_asked_after_a_deployment_that_stays_in_the_call()
    {
        var (factory, wallet) = await WalletAsync(deployed: false);
        byte[] wrapped = Wrap(factory, Functions.Encode(new DeployWallet(Chain.Accounts[3], s_salt)), ForWallet(await SignAsync(Chain.Accounts[3])));
        (await ValidAsync(wallet, wrapped)).ShouldBeTrue();
        (await Chain.Rpc.GetCodeAsync(wallet, BlockTag.Latest, Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wrapped_signature_still_counts_once_the_wallet_is_deployed()
    {
        var (factory, wallet) = await WalletAsync(deployed: true);
        byte[] wrapped = Wrap(factory, Functions.Encode(new DeployWallet(Chain.Accounts[3], s_salt)), ForWallet(await SignAsync(Chain.Accounts[3])));
        (await ValidAsync(wallet, wrapped)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_wrapping_cannot_make_a_signature_good()
    {
        var (factory, wallet) = await WalletAsync(deployed: false);
        byte[] deploy = Functions.Encode(new DeployWallet(Chain.Accounts[3], s_salt));
        byte[] good = ForWallet(await SignAsync(Chain.Accounts[3])), others = ForWallet(await SignAsync(Chain.Accounts[4]));
        (await ValidAsync(wallet, Wrap(factory, deploy, others))).ShouldBeFalse();
        (await ValidAsync(Chain.Accounts[5], Wrap(factory, deploy, good))).ShouldBeFalse();
        (await ValidAsync(wallet, Wrap(factory, [1, 2, 3, 4], good))).ShouldBeFalse();
        (await ValidAsync(wallet, Wrap(EvmAddress.Zero, [], good))).ShouldBeFalse();
        (await ValidAsync(wallet, s_magic)).ShouldBeFalse();
        (await ValidAsync(wallet, [.. new byte[96], .. s_magic])).ShouldBeFalse();
    }

    [Fact]
    public async Task A_signature_longer_than_a_node_takes_is_refused_unasked() =>
        (await ValidAsync(Chain.Contracts.Nrm, new byte[SignatureVerifier.MaxSignatureBytes + 1])).ShouldBeFalse();

    [Fact]
    public async Task The_longest_signature_can_be_asked_about() =>
        (await ValidAsync(Chain.Contracts.Nrm, new byte[SignatureVerifier.MaxSignatureBytes])).ShouldBeFalse();

    [Fact]
    public async Task The_probes_code_is_what_the_compiler_makes_of_its_source() =>
        Hex.Encode(SignatureProbe.CreationCode).ShouldBe(Hex.Encode(await LocalChain.BytecodeAsync("SignatureProbe", Cancel)));

    private static byte[] ForWallet(byte[] signature) => [0x01, .. signature];

    private static byte[] Wrap(EvmAddress factory, byte[] call, byte[] signature) =>
        [.. AbiEncoder.Encode([AbiType.Parse("address"), AbiType.Parse("bytes"), AbiType.Parse("bytes")], factory, call, signature), .. s_magic];

    private Task<bool> ValidAsync(EvmAddress account, byte[] signature) => new SignatureVerifier(Chain.Rpc).IsValidAsync(account, s_hash, signature, Cancel);

    private async Task<byte[]> SignAsync(EvmAddress account) =>
        Hex.Decode((await Chain.Rpc.RequestAsync("personal_sign", [Hex.Encode(System.Text.Encoding.UTF8.GetBytes(Text)), account.ToLowerHex()], Cancel)).GetString()!);

    private async Task<(EvmAddress Factory, EvmAddress Wallet)> WalletAsync(bool deployed)
    {
        var factory = await Chain.DeployAsync("TestWalletFactory", [], Cancel);
        if (deployed) { await Chain.SendAsync(Chain.Accounts[0], factory, new DeployWallet(Chain.Accounts[3], s_salt), Cancel); }
        return (factory, await Chain.Rpc.CallAsync(factory, new WalletAddress(Chain.Accounts[3], s_salt), BlockTag.Latest, Cancel));
    }
}
