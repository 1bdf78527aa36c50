using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Evm.Signatures;
using Nirmaan.Networks.Chain;
using Nirmaan.Networks.Morpheus;

namespace Nirmaan.Networks.Nrm;

/// <summary>Stakers' wallets as NRM, staking and distributor (infra/contracts) see them. Reads one block at a time; holds no key.</summary>
internal sealed class NrmStakeWallets(EvmChain chain, TimeProvider clock) : IStakeWallets
{
    /// <summary>Blocks that are searched for what took a transaction's place.</summary>
    private const int SearchBlocks = 50;

    // Of EIP-2612's tokens by OpenZeppelin; whether it holds here the token's own separator tells.
    private const string PermitVersion = "1";

    // A person reads, signs, reads and sends.
    private static readonly TimeSpan s_permitFor = TimeSpan.FromHours(1);

    /// <inheritdoc />
    public Task<WalletState> ReadAsync(WalletAddress account, CancellationToken cancellationToken) => chain.ReadAsync("wallet", async (rpc, _) =>
    {
        var (nrm, staking, of) = (Address("Nrm", chain.Options.Nrm), Address("Staking", chain.Options.Staking), EvmAddress.Parse(account.Value));
        var head = await rpc.GetBlockAsync(BlockTag.Latest, cancellationToken) ?? throw new JsonRpcProtocolException("The node has no block.");
        var at = BlockTag.At(head.Number);
        var entries = await rpc.CallAsync(staking, new UnbondingsOf(of), at, cancellationToken);
        return new WalletState(
            account,
            await rpc.CallAsync(nrm, new BalanceOf(of), at, cancellationToken),
            await rpc.CallAsync(nrm, new Allowance(of, staking), at, cancellationToken),
            await rpc.CallAsync(staking, new BalanceOf(of), at, cancellationToken),
            [.. entries.Index().Where(e => e.Item.Amount > 0).Select(e => new Unbonding(e.Index, e.Item.Amount, DateTimeOffset.FromUnixTimeSeconds(e.Item.AvailableAt)))],
            TimeSpan.FromSeconds(await rpc.CallAsync(staking, new UnbondingPeriodCall(), at, cancellationToken)),
            WalletAddress.Parse((await rpc.CallAsync(staking, new RewardsRecipientOf(of), at, cancellationToken)).ToLowerHex()),
            await rpc.CallAsync(staking, new PausedCall(), at, cancellationToken),
            await rpc.GetBalanceAsync(of, at, cancellationToken),
            await ClaimsAsync(rpc, of, head.Number, cancellationToken),
            new BlockRef(head.Number, head.Hash.ToString(), head.Time));
    }, cancellationToken);

    /// <inheritdoc />
    public Task<PermitOrder?> FindPermitAsync(WalletAddress account, BigInteger amount, CancellationToken cancellationToken) => chain.ReadAsync("what a permission is signed for", async (rpc, chainId) =>
    {
        var (nrm, staking) = (Address("Nrm", chain.Options.Nrm), Address("Staking", chain.Options.Staking));
        var head = await rpc.GetBlockAsync(BlockTag.Latest, cancellationToken) ?? throw new JsonRpcProtocolException("The node has no block.");
        try
        {
            var name = await rpc.CallAsync(nrm, new NameCall(), BlockTag.Latest, cancellationToken);
            if (await rpc.CallAsync(nrm, new DomainSeparatorCall(), BlockTag.Latest, cancellationToken) != Separator(name, chainId, nrm)) { return null; }
            var nonce = await rpc.CallAsync(nrm, new NoncesOf(EvmAddress.Parse(account.Value)), BlockTag.Latest, cancellationToken);
            // A quiet chain's newest block may be old, and a chain that is played may be ahead.
            var now = head.Time > clock.GetUtcNow() ? head.Time : clock.GetUtcNow();
            return new PermitOrder(chainId, nrm.ToString(), name, PermitVersion, staking.ToString(), amount, nonce, DateTimeOffset.FromUnixTimeSeconds((now + s_permitFor).ToUnixTimeSeconds()));
        }
        catch (Exception e) when (e is AbiException or JsonRpcException { RevertData: not null }) { return (PermitOrder?)null; }
    }, cancellationToken);

    // EIP-712: the hash of the domain's type and fields, a word each.
    private static Bytes32 Separator(string name, long chainId, EvmAddress token) => Keccak256.Hash(
    [
        .. Keccak256.Hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)").ToArray(), .. Keccak256.Hash(name).ToArray(),
        .. Keccak256.Hash(PermitVersion).ToArray(), .. Hex.Decode($"0x{chainId:x64}"), .. Hex.Decode($"0x{token.ToLowerHex()[2..].PadLeft(64, '0')}"),
    ]);

    /// <inheritdoc />
    public Task<PreparedCall> PrepareAsync(WalletAddress account, StakeAction action, CancellationToken cancellationToken) => chain.ReadAsync("a transaction", async (rpc, chainId) =>
    {
        var (to, call) = action is StakeAction.Fund fund ? await FundAsync(rpc, fund, cancellationToken) : CallOf(action);
        var (from, data) = (EvmAddress.Parse(account.Value), Functions.Encode(call));
        var price = await rpc.GetGasPriceAsync(cancellationToken);
        try
        {
            var gas = await rpc.EstimateGasAsync(from, to, data, cancellationToken);
            return new PreparedCall(chainId, to.ToString(), Hex.Encode(data), gas, price, null);
        }
        catch (JsonRpcException e) when (e.RevertData is { } revert) { return new PreparedCall(chainId, to.ToString(), Hex.Encode(data), null, price, StakingRefusals.Words(revert, action)); }
        // Nodes say so in words of their own, and before anything is tried: an empty wallet cannot pay for gas.
        catch (JsonRpcException e) { return new PreparedCall(chainId, to.ToString(), Hex.Encode(data), null, price, $"the node answered: {e.NodeMessage}"); }
    }, cancellationToken);

    /// <inheritdoc />
    public Task<Sighting> LookAsync(SentCall sent, CancellationToken cancellationToken) => chain.ReadAsync("a transaction", async (rpc, _) =>
    {
        var hash = Bytes32.Parse(sent.Hash);
        var known = await rpc.GetTransactionAsync(hash, cancellationToken);
        if (known is not null && await rpc.GetReceiptAsync(hash, cancellationToken) is { } receipt) { return await MinedAsync(rpc, known, receipt, cancellationToken); }
        var nonce = known?.Nonce ?? sent.Nonce;
        var from = EvmAddress.Parse(sent.From.Value);
        // A place that another transaction took is lost for good, whatever the node still remembers.
        if (nonce is { } n && await rpc.GetNonceAsync(from, BlockTag.Latest, cancellationToken) > n && await rpc.GetReceiptAsync(hash, cancellationToken) is null)
        {
            var other = await FindAsync(rpc, from, n, sent.FromBlock, cancellationToken);
            var doesTheSame = other is not null && sent is { To: { } to, Data: { } data } && other.To == EvmAddress.Parse(to) && other.Data.AsSpan().SequenceEqual(Hex.Decode(data));
            return new Sighting.Replaced(other?.Hash.ToString(), doesTheSame);
        }
        return known is null ? (Sighting)new Sighting.Unseen() : new Sighting.Waiting(known.Nonce);
    }, cancellationToken);

    private async Task<Sighting> MinedAsync(JsonRpcClient rpc, EvmTransaction sent, EvmReceipt receipt, CancellationToken cancellationToken)
    {
        var block = await rpc.GetBlockAsync(BlockTag.At(receipt.BlockNumber), cancellationToken) ?? throw new JsonRpcProtocolException($"The node has a receipt of block {receipt.BlockNumber} but not the block.");
        var head = await rpc.GetBlockNumberAsync(cancellationToken);
        var reason = receipt.Succeeded ? null : await ReasonAsync(rpc, sent, receipt.BlockNumber, cancellationToken);
        return new Sighting.Mined(
            new BlockRef(block.Number, block.Hash.ToString(), block.Time), sent.Nonce, reason, receipt.GasUsed, receipt.WeiPerGas * receipt.GasUsed,
            Math.Max(0, head - receipt.BlockNumber), chain.Options.FinalityDepth);
    }

    // The chain keeps no reason: the same call on the state of that block tells it again, unless another transaction of the block was in the way.
    private static async Task<string> ReasonAsync(JsonRpcClient rpc, EvmTransaction sent, long block, CancellationToken cancellationToken)
    {
        if (sent.To is not { } to) { return "the contract refused it"; }
        try
        {
            await rpc.CallAsAsync(sent.From, to, sent.Data, BlockTag.At(block), cancellationToken);
            return "the contract refused it, or it ran out of gas";
        }
        catch (JsonRpcException e) { return e.RevertData is { } revert ? StakingRefusals.Words(revert) : e.NodeMessage; }
    }

    private static async Task<EvmTransaction?> FindAsync(JsonRpcClient rpc, EvmAddress from, long nonce, long fromBlock, CancellationToken cancellationToken)
    {
        var head = await rpc.GetBlockNumberAsync(cancellationToken);
        for (var block = Math.Max(fromBlock, head - SearchBlocks); block <= head; block++)
        {
            var found = (await rpc.GetTransactionsAsync(BlockTag.At(block), cancellationToken))?.FirstOrDefault(t => t.From == from && t.Nonce == nonce);
            if (found is not null) { return found; }
        }
        return null;
    }

    private async Task<IReadOnlyList<ClaimState>> ClaimsAsync(JsonRpcClient rpc, EvmAddress account, long head, CancellationToken cancellationToken)
    {
        var at = BlockTag.At(head);
        List<ClaimState> claims = [];
        foreach (var (asset, distributor) in chain.Options.AllDistributors())
        {
            var root = await rpc.CallAsync(distributor, new RootCall(), at, cancellationToken);
            var owed = await rpc.CallAsync(distributor, new TotalCall(), at, cancellationToken) - await rpc.CallAsync(distributor, new TotalClaimedCall(), at, cancellationToken);
            var token = await rpc.CallAsync(distributor, new TokenCall(), at, cancellationToken);
            claims.Add(new ClaimState(
                asset, (int)await rpc.CallAsync(distributor, new EpochCall(), at, cancellationToken), root.ToString(), await rpc.CallAsync(distributor, new ClaimedOf(account), at, cancellationToken),
                await rpc.CallAsync(distributor, new PausedCall(), at, cancellationToken), await NrmDistributors.IsFinalAsync(rpc, distributor, root, head, chain.Options.FinalityDepth, cancellationToken),
                await rpc.CallAsync(token, new BalanceOf(distributor), at, cancellationToken) >= owed));
        }
        return claims;
    }

    // Which token it is the distributor itself says.
    private async Task<(EvmAddress To, IFunction Call)> FundAsync(JsonRpcClient rpc, StakeAction.Fund fund, CancellationToken cancellationToken)
    {
        var distributor = chain.Options.DistributorOf(fund.Asset);
        return (await rpc.CallAsync(distributor, new TokenCall(), BlockTag.Latest, cancellationToken), new TransferCall(distributor, fund.Amount));
    }

    private (EvmAddress To, IFunction Call) CallOf(StakeAction action)
    {
        var staking = Address("Staking", chain.Options.Staking);
        return action switch
        {
            StakeAction.Allow(var amount) => (Address("Nrm", chain.Options.Nrm), new ApproveCall(staking, amount)),
            StakeAction.Stake(var amount) => (staking, new StakeCall(amount)),
            StakeAction.StakePermitted permitted => (staking, StakeWith(permitted)),
            StakeAction.Unstake(var amount) => (staking, new UnstakeCall(amount)),
            StakeAction.Cancel(var id, _) => (staking, new CancelCall(id)),
            StakeAction.Withdraw(var ids, _) => (staking, new WithdrawCall([.. ids.Select(id => (BigInteger)id)])),
            StakeAction.SendRewardsTo(var recipient) => (staking, new DelegateRewardsCall(EvmAddress.Parse(recipient.Value))),
            StakeAction.Announce(var asset, _, var epoch, var root, var total, var delay) =>
                (Address("Timelock", chain.Options.Timelock), new RootOperation(chain.Options.DistributorOf(asset), epoch, root, total).Schedule(delay)),
            StakeAction.Publish(var asset, _, var epoch, var root, var total) => (Address("Timelock", chain.Options.Timelock), new RootOperation(chain.Options.DistributorOf(asset), epoch, root, total).Execute()),
            StakeAction.ClaimSession(var session, _) => (Address("Diamond", chain.Options.Diamond), new ClaimForProviderCall(Bytes32.Parse(session))),
            StakeAction.AllowProvider(var contract, var amount) => (Address("Mor", chain.Options.Mor), new ApproveCall(EvmAddress.Parse(contract), amount)),
            StakeAction.RaiseProvider raise => (Address("Diamond", chain.Options.Diamond), new ProviderRegisterCall(EvmAddress.Parse(raise.Provider), raise.Amount, raise.Endpoint)),
            StakeAction.Claim claim =>
                (chain.Options.DistributorOf(claim.Asset), new ClaimCall(EvmAddress.Parse(claim.Account.Value), claim.Cumulative, [.. claim.Proof.Select(Bytes32.Parse)])),
            _ => throw new ArgumentException($"action: {action} has no contract.", nameof(action)),
        };
    }

    private static StakeWithPermitCall StakeWith(StakeAction.StakePermitted permitted) =>
        EvmSignature.TryParse(permitted.Signature, out var signature)
            ? new StakeWithPermitCall(permitted.Amount, permitted.Deadline.ToUnixTimeSeconds(), (byte)(signature.IsOdd ? 28 : 27), signature.R, signature.S)
            : throw new ArgumentException("permitted: the signature has no 65 bytes of a key.", nameof(permitted));

    private static EvmAddress Address(string key, string value) =>
        value.Length > 0 ? EvmAddress.Parse(value) : throw new SupplierUnavailableException("chain", $"{ChainOptions.Section}:{key} is not set");
}
