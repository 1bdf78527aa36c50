// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IRewardsRecipients} from "./IRewardsRecipients.sol";

/// @title Staking of NRM.
/// @notice Stake earns from the second it is staked to the second its unstaking begins. Unstaked tokens then wait out the unbonding
/// period, earning nothing, and can be withdrawn, or staked again at any time before that. Every change of the stake that earns is a
/// checkpoint keyed by block time, so that anyone can read the stake at any past second from the chain, and an event that carries the
/// stake after it, so that a reader of events can tell when it missed one.
/// @dev The owner (a timelock) can pause what lets tokens in. The ways out, unstake and withdraw, have no switch, and nobody but the
/// account itself can move what it staked.
contract NrmStaking is IRewardsRecipients, Ownable, Pausable {
    using SafeERC20 for IERC20;
    using Checkpoints for Checkpoints.Trace208;

    /// Tokens on their way out. An amount of 0 was withdrawn or staked again.
    struct Unbonding {
        uint208 amount;
        uint48 availableAt;
    }

    /// Both carry the stake that earns after the change. Staked: from the account's tokens, or from its unbonding.
    event Staked(address indexed account, uint256 amount, uint256 balance);
    event Unstaked(address indexed account, uint256 amount, uint256 balance);

    /// Follows the Unstaked of the same amount.
    event UnbondingStarted(address indexed account, uint256 indexed id, uint256 amount, uint48 availableAt);
    /// Follows the Staked of the same amount.
    event UnbondingCancelled(address indexed account, uint256 indexed id, uint256 amount);
    event Withdrawn(address indexed account, uint256 indexed id, uint256 amount);

    /// The recipient is the account itself when it takes its rewards back.
    event RewardsDelegated(address indexed account, address indexed recipient);

    error NothingToMove();
    error StakeTooLow(address account, uint256 balance, uint256 wanted);
    /// There never was such an unbonding of this account, or it is over.
    error NoSuchUnbonding(address account, uint256 id);
    error NotYetAvailable(uint256 id, uint48 availableAt);
    /// The present second may still change; only past ones can be looked up.
    error NotYetPast(uint256 timepoint);

    IERC20 public immutable token;

    /// Seconds between unstaking and withdrawing. Fixed: nobody can lengthen the wait of those who are in.
    uint48 public immutable unbondingPeriod;

    /// Base units of all accounts that wait out the period or can be withdrawn.
    uint256 public totalUnbonding;

    mapping(address account => Checkpoints.Trace208) private _stakes;
    Checkpoints.Trace208 private _total;
    mapping(address account => Unbonding[]) private _unbondings;
    mapping(address account => address) private _recipients;

    constructor(IERC20 token_, uint48 unbondingPeriod_, address owner_) Ownable(owner_) {
        token = token_;
        unbondingPeriod = unbondingPeriod_;
    }

    /// @notice Stakes `amount` base units, taken from the caller's approved balance.
    function stake(uint256 amount) public whenNotPaused {
        _add(amount);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice The same with the caller's signed approval (EIP-2612): one transaction instead of two.
    function stakeWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        // Whoever saw the signature may have used it before; then the approval stands, and if not the transfer fails.
        try IERC20Permit(address(token)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        stake(amount);
    }

    /// @notice Takes `amount` base units out of the stake: it stops earning now and can be withdrawn after the unbonding period.
    /// @return id of this unbonding among the caller's, from 0
    function unstake(uint256 amount) external returns (uint256 id) {
        if (amount == 0) revert NothingToMove();
        uint208 held = _stakes[msg.sender].latest();
        if (amount > held) revert StakeTooLow(msg.sender, held, amount);
        uint208 moved = uint208(amount);
        _write(msg.sender, held - moved, _total.latest() - moved);
        totalUnbonding += amount;
        uint48 availableAt = Time.timestamp() + unbondingPeriod;
        id = _unbondings[msg.sender].length;
        _unbondings[msg.sender].push(Unbonding(moved, availableAt));
        emit Unstaked(msg.sender, amount, held - moved);
        emit UnbondingStarted(msg.sender, id, amount, availableAt);
    }

    /// @notice Stakes again what unbonds, the whole of it. It earns from now on; the time in between is not made good.
    function cancelUnbonding(uint256 id) external whenNotPaused {
        uint256 amount = _end(id).amount;
        _add(amount);
        emit UnbondingCancelled(msg.sender, id, amount);
    }

    /// @notice Pays the caller what these unbondings hold, all of which must be available.
    function withdraw(uint256[] calldata ids) external {
        uint256 sum = 0;
        for (uint256 i = 0; i < ids.length; ++i) {
            Unbonding memory ended = _end(ids[i]);
            if (ended.availableAt > Time.timestamp()) revert NotYetAvailable(ids[i], ended.availableAt);
            sum += ended.amount;
            emit Withdrawn(msg.sender, ids[i], ended.amount);
        }
        if (sum == 0) revert NothingToMove();
        token.safeTransfer(msg.sender, sum);
    }

    /// @notice Pays the caller's rewards to another address from now on, those not claimed yet included. The stake stays the caller's.
    /// @param recipient the zero address or the caller = back to the caller
    function delegateRewards(address recipient) external {
        _recipients[msg.sender] = recipient;
        emit RewardsDelegated(msg.sender, rewardsRecipientOf(msg.sender));
    }

    /// @inheritdoc IRewardsRecipients
    function rewardsRecipientOf(address account) public view returns (address) {
        address recipient = _recipients[account];
        return recipient == address(0) ? account : recipient;
    }

    /// @return the stake that earns now, in base units
    function balanceOf(address account) external view returns (uint256) {
        return _stakes[account].latest();
    }

    /// @return the stake of everybody that earns now, in base units
    function totalStaked() external view returns (uint256) {
        return _total.latest();
    }

    /// @param timepoint Unix seconds, before the present block's
    /// @return the stake at the end of that second, in base units
    function balanceAt(address account, uint48 timepoint) external view returns (uint256) {
        _requirePast(timepoint);
        return _stakes[account].upperLookup(timepoint);
    }

    /// @param timepoint Unix seconds, before the present block's
    /// @return the stake of everybody at the end of that second, in base units
    function totalAt(uint48 timepoint) external view returns (uint256) {
        _requirePast(timepoint);
        return _total.upperLookup(timepoint);
    }

    /// @return all unbondings that the account ever began, by id; those that are over have an amount of 0
    function unbondingsOf(address account) external view returns (Unbonding[] memory) {
        return _unbondings[account];
    }

    /// @notice Stops new stake, cancelled unbonding included. Nothing stops unstake and withdraw.
    function pause() external onlyOwner {
        _pause();
    }

    function unpause() external onlyOwner {
        _unpause();
    }

    function _add(uint256 amount) private {
        if (amount == 0) revert NothingToMove();
        uint208 moved = SafeCast.toUint208(amount);
        uint208 balance = _stakes[msg.sender].latest() + moved;
        _write(msg.sender, balance, _total.latest() + moved);
        emit Staked(msg.sender, amount, balance);
    }

    function _end(uint256 id) private returns (Unbonding memory ended) {
        Unbonding[] storage mine = _unbondings[msg.sender];
        if (id >= mine.length || mine[id].amount == 0) revert NoSuchUnbonding(msg.sender, id);
        ended = mine[id];
        mine[id].amount = 0;
        totalUnbonding -= ended.amount;
    }

    function _write(address account, uint208 balance, uint208 total) private {
        uint48 now_ = Time.timestamp();
        _stakes[account].push(now_, balance);
        _total.push(now_, total);
    }

    function _requirePast(uint48 timepoint) private view {
        if (timepoint >= Time.timestamp()) revert NotYetPast(timepoint);
    }
}
