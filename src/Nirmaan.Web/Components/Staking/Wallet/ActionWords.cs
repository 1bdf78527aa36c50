using System.Numerics;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Staking.Wallet;

/// <summary>What a transaction will do, before it is signed.</summary>
internal static class ActionWords
{
    /// <summary>What it is, as a heading.</summary>
    public static string Title(StakeAction action) => action switch
    {
        StakeAction.Allow(var amount) => $"Allow the staking contract to take {Nrm(amount)}",
        StakeAction.Permit(var amount) => $"Let the staking contract take {Nrm(amount)}, by a signature",
        StakeAction.Stake(var amount) => $"Stake {Nrm(amount)}",
        StakeAction.StakePermitted permitted => $"Stake {Nrm(permitted.Amount)}",
        StakeAction.Unstake(var amount) => $"Unstake {Nrm(amount)}",
        StakeAction.Cancel(_, var amount) => $"Stake again {Nrm(amount)} that were on their way out",
        StakeAction.Withdraw(_, var amount) => $"Withdraw {Nrm(amount)}",
        StakeAction.Claim claim => $"Claim {new TokenAmount(claim.Amount, claim.Asset)}",
        StakeAction.SendRewardsTo(var recipient) => $"Send my rewards to {recipient.Checksummed()}",
        StakeAction.Fund fund => $"Fund the distributor with {new TokenAmount(fund.Amount, fund.Asset)}",
        StakeAction.Announce announce => $"Announce epoch {announce.Epoch} of {announce.Asset.Id}",
        StakeAction.ClaimSession claim => $"Claim {Mor(claim.Pays)} of session {Names.Brief(claim.Session)}",
        StakeAction.AllowProvider(_, var amount) => $"Allow Morpheus' contract to take {Mor(amount)}",
        StakeAction.RaiseProvider raise => $"Raise the provider's stake by {Mor(raise.Amount)}",
        StakeAction.Publish publish => $"Publish epoch {publish.Epoch} of {publish.Asset.Id}",
        _ => "",
    };

    /// <summary>What happens, in the order in which it matters.</summary>
    public static IReadOnlyList<string> WhatHappens(StakeAction action, WalletState state, DateTimeOffset now) => action switch
    {
        StakeAction.Allow(var amount) =>
        [
            $"The contract may take up to {Nrm(amount)} from your wallet, and nothing else. Nothing moves yet.",
            "It is the first of two steps: the second stakes it.",
        ],
        StakeAction.Permit(var amount) =>
        [
            $"With your signature the contract may take up to {Nrm(amount)} from your wallet, once, within the hour, and nothing else. It costs no gas. Nothing moves yet.",
            "It is the first of two steps: the second is the one transaction that hands it in and stakes. A wallet that is a contract cannot sign so; it allows by a transaction.",
        ],
        StakeAction.StakePermitted permitted => WhatHappens(new StakeAction.Stake(permitted.Amount), state, now),
        StakeAction.Stake(var amount) =>
        [
            $"{Nrm(amount)} move from your wallet into the staking contract. They stay yours: nobody else can move them.",
            $"They earn from the block's second on; your stake is then {Nrm(state.Staked + amount)}. The first part is paid when the UTC day is over and its epoch is closed and published.",
            $"They are not liquid while staked: after you unstake they wait {Wait(state)} before you can withdraw them.",
        ],
        StakeAction.Unstake(var amount) =>
        [
            $"{Nrm(amount)} stop earning in the block's second; {Left(state.Staked - amount)} keep earning. What was earned before stays yours.",
            $"They can be withdrawn after {Wait(state)}, about {Format.DayTime(now + state.UnbondingPeriod)} UTC. Until then you can take this back: staked again they earn from that moment on.",
        ],
        StakeAction.Cancel(_, var amount) =>
        [
            $"{Nrm(amount)} earn again from the block's second on; your stake is then {Nrm(state.Staked + amount)}. The time in between is not made good.",
            $"To leave after that takes another {Wait(state)}.",
        ],
        StakeAction.Withdraw(_, var amount) => [$"{Nrm(amount)} move from the staking contract to your wallet and are liquid at once."],
        StakeAction.Claim claim =>
        [
            $"{new TokenAmount(claim.Amount, claim.Asset)} move from the distributor to {(state.RewardsGoTo == state.Account ? "your wallet" : $"{state.RewardsGoTo.Checksummed()}, whom you named for your rewards")} and are liquid at once.",
            "It settles all epochs up to the published one. Your stake is not touched and keeps earning.",
        ],
        StakeAction.SendRewardsTo(var recipient) when recipient == state.Account =>
        [
            $"Claims pay your own wallet again, not {state.RewardsGoTo.Checksummed()}. What that address was paid stays there.",
        ],
        StakeAction.SendRewardsTo(var recipient) =>
        [
            $"Every claim pays {recipient.Checksummed()} from then on, of all assets, also what you earned before and have not claimed. What is sent there nobody can bring back.",
            $"That address may send the claims itself, too. It gets no say over your stake: nobody but you can move {Nrm(state.Staked)}.",
            "You can take this back at any time; it holds for claims from then on.",
        ],
        StakeAction.Fund fund =>
        [
            $"{new TokenAmount(fund.Amount, fund.Asset)} move from your wallet to the distributor {fund.Distributor}.",
            "Only stakers' claims can take them out again: nobody can send them back, you included.",
        ],
        StakeAction.Announce announce =>
        [
            $"The timelock notes that the root of epoch {announce.Epoch} is to be published: {announce.Root}. It promises {new TokenAmount(announce.Total, announce.Asset)} to all stakers in their lifetime.",
            $"Nothing changes for {Format.Span(announce.Delay)}. In that time anyone can recompute the root, and the proposer can call it off.",
            "Only the timelock's proposer can do this.",
        ],
        StakeAction.Publish publish =>
        [
            $"Claims are proven against the root of epoch {publish.Epoch} from then on: {publish.Root}.",
            "It cannot go back: a correction is a later epoch. Anyone may send this once the announcement has stood long enough.",
        ],
        StakeAction.ClaimSession claim =>
        [
            $"Morpheus' contract pays the provider {Mor(claim.Pays)} of session {claim.Session}, as things stand. The year's limit is one for all sessions: a payment in between takes from it.",
            "Only the provider's own wallet may send it. A claim that has nothing to pay succeeds all the same and costs its gas.",
        ],
        StakeAction.AllowProvider(var contract, var amount) =>
        [
            $"Morpheus' contract {contract} may take up to {Mor(amount)} from your wallet. Nothing moves yet. It replaces what it was allowed before, also what the node set aside for bids.",
        ],
        StakeAction.RaiseProvider raise =>
        [
            $"{Mor(raise.Amount)} move from your wallet into the stake of provider {raise.Provider}, and in a year it can be paid so much more.",
            $"They come back when the provider is taken off, less what it was paid in the running year, which stays until that year ends. Its endpoint stays {raise.Endpoint}.",
        ],
        _ => [],
    };

    private static string Left(BigInteger units) => units.IsZero ? "none" : Nrm(units);

    private static string Wait(WalletState state) => Format.Span(state.UnbondingPeriod);

    private static string Mor(BigInteger wei) => new TokenAmount(wei, Asset.Mor).ToString();

    private static string Nrm(BigInteger units) => new TokenAmount(units, Asset.Nrm).ToString();
}
