using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Nirmaan.Evm.Signatures;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

public class NrmTokenTests(LocalChain chain) : ChainTest(chain)
{
    private EvmAddress Nrm => Chain.Contracts.Nrm;
    private EvmAddress Staking => Chain.Contracts.Staking;
    private EvmAddress Holder => Chain.Accounts[6];

    [Fact]
    public async Task Only_the_owner_mints()
    {
        await SendAsync(Owner, Nrm, new Mint(Chain.Accounts[9], 5));
        (await RefusedAsync<OwnableUnauthorizedAccount>(Holder, Nrm, new Mint(Holder, 5))).Account.ShouldBe(Holder);
    }

    [Fact]
    public async Task A_signed_approval_counts_once_and_for_what_it_says()
    {
        var (deadline, signature) = await SignAsync(Holder, 100);
        Permit Permit(BigInteger value) => new(Holder, Staking, value, deadline, signature.V, signature.R, signature.S);
        await RefusedAsync<InvalidSigner>(Chain.Accounts[7], Nrm, Permit(101));
        await SendAsync(Chain.Accounts[7], Nrm, Permit(100));
        (await AskAsync(Nrm, new Allowance(Holder, Staking))).ShouldBe(100);
        (await AskAsync(Nrm, new Nonces(Holder))).ShouldBe(1);
        await RefusedAsync<InvalidSigner>(Chain.Accounts[7], Nrm, Permit(100));
    }

    [Fact]
    public async Task A_signed_approval_ends_at_its_deadline()
    {
        var (deadline, signature) = await SignAsync(Holder, 100);
        await MineAtAsync((long)deadline + 1);
        await RefusedAsync<ExpiredSignature>(Holder, Nrm, new Permit(Holder, Staking, 100, deadline, signature.V, signature.R, signature.S));
    }

    [Fact]
    public async Task A_signature_stakes_in_one_transaction()
    {
        var (deadline, signature) = await SignAsync(Holder, 100);
        var receipt = await SendAsync(Holder, Staking, new StakeWithPermit(100, deadline, signature.V, signature.R, signature.S));
        EventsOf<Staked>(receipt).ShouldBe([new Staked(Holder, 100, 100)]);
    }

    [Fact]
    public async Task A_signature_that_somebody_used_first_still_stakes()
    {
        var (deadline, signature) = await SignAsync(Holder, 100);
        await SendAsync(Chain.Accounts[7], Nrm, new Permit(Holder, Staking, 100, deadline, signature.V, signature.R, signature.S));
        await SendAsync(Holder, Staking, new StakeWithPermit(100, deadline, signature.V, signature.R, signature.S));
        (await AskAsync(Staking, new BalanceOf(Holder))).ShouldBe(100);
    }

    [Fact]
    public async Task A_signature_of_another_stakes_nothing()
    {
        var (deadline, signature) = await SignAsync(Holder, 100);
        await RefusedAsync<InsufficientAllowance>(Chain.Accounts[7], Staking, new StakeWithPermit(100, deadline, signature.V, signature.R, signature.S));
    }

    /// <summary>EIP-2612's typed data, signed by the node for one of its accounts; good for an hour.</summary>
    private async Task<(BigInteger Deadline, (byte V, Bytes32 R, Bytes32 S) Signature)> SignAsync(EvmAddress holder, BigInteger value)
    {
        BigInteger deadline = await NowAsync() + 3600;
        object[] domain = [Field("name", "string"), Field("version", "string"), Field("chainId", "uint256"), Field("verifyingContract", "address")];
        object[] permit = [Field("owner", "address"), Field("spender", "address"), Field("value", "uint256"), Field("nonce", "uint256"), Field("deadline", "uint256")];
        string data = JsonSerializer.Serialize(new
        {
            types = new { EIP712Domain = domain, Permit = permit },
            primaryType = "Permit",
            domain = new { name = "Nirmaan", version = "1", chainId = Chain.Contracts.ChainId, verifyingContract = Nrm.ToString() },
            message = new { owner = holder.ToString(), spender = Staking.ToString(), value = Text(value), nonce = Text(await AskAsync(Nrm, new Nonces(holder))), deadline = Text(deadline) },
        });
        using var typed = JsonDocument.Parse(data);
        var answer = await Chain.Rpc.RequestAsync("eth_signTypedData_v4", [holder.ToLowerHex(), typed.RootElement], Cancel);
        byte[] bytes = Hex.Decode(answer.GetString()!);
        EvmSignature.TryParse(bytes, out _).ShouldBeTrue();
        return (deadline, (bytes[64], new Bytes32(bytes.AsSpan(0, 32)), new Bytes32(bytes.AsSpan(32, 32))));
    }

    private static object Field(string name, string type) => new { name, type };

    private static string Text(BigInteger number) => number.ToString(CultureInfo.InvariantCulture);
}
