using System.Globalization;
using System.Numerics;
using Microsoft.Extensions.Options;
using Nirmaan.Evm;

namespace Nirmaan.Sandbox.Chain;

/// <summary>What <c>POST /sandbox/faucet</c> takes.</summary>
public sealed record FaucetOrder(string? Address);

/// <summary>Gives NRM to stake and ether for gas on the local chain. It fills up, so whoever asks twice gets nothing the second time.</summary>
public sealed class Faucet(LocalChainClient chain, IOptions<ChainOptions> options)
{
    private static readonly BigInteger s_nrm = 10_000 * BigInteger.Pow(10, 18), s_wei = BigInteger.Pow(10, 18);

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/sandbox/faucet", async (FaucetOrder order, Faucet faucet, CancellationToken cancellationToken) =>
    {
        if (!EvmAddress.TryParse(order.Address, AddressSpelling.ChecksumOrLowerCase, out var address))
        {
            return Results.Problem($"'{order.Address}' is no address (0x and 40 hexadecimal digits).", statusCode: StatusCodes.Status422UnprocessableEntity, title: "Nothing was given");
        }
        try
        {
            var (nrm, wei) = await faucet.FillAsync(address, cancellationToken);
            return Results.Json(new { nrm = nrm.ToString(CultureInfo.InvariantCulture), wei = wei.ToString(CultureInfo.InvariantCulture) });
        }
        catch (ChainException e) { return Results.Problem(e.Message, statusCode: StatusCodes.Status503ServiceUnavailable, title: "Nothing was given"); }
    }).WithName("sandbox.faucet");

    /// <summary>Fills an address up; answers what was missing, base units of NRM and wei.</summary>
    /// <exception cref="ChainException">No chain is configured, or it refused.</exception>
    public async Task<(BigInteger Nrm, BigInteger Wei)> FillAsync(EvmAddress address, CancellationToken cancellationToken)
    {
        if (!options.Value.HasStaking) { throw new ChainException("Chain:Rpc, Chain:Nrm and Chain:Staking are not set: there is no NRM to give."); }
        var token = EvmAddress.Parse(options.Value.Nrm);
        var nrm = BigInteger.Max(s_nrm - await chain.BalanceAsync(token, address, cancellationToken), BigInteger.Zero);
        var ether = await chain.EtherAsync(address, cancellationToken);
        if (ether < s_wei) { await chain.SetEtherAsync(address, s_wei, cancellationToken); }
        // Account 0 deployed the token and may make more of it.
        if (nrm > 0) { await chain.SendAsync((await chain.AccountsAsync(cancellationToken))[0], token, new Mint(address, nrm), cancellationToken); }
        return (nrm, BigInteger.Max(s_wei - ether, BigInteger.Zero));
    }
}
