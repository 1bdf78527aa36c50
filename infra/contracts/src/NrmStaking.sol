// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title Staking of NRM.
/// @notice An account's stake leaves at once (no unbonding). Every change is a checkpoint keyed by block time, so that anyone can
/// read the stake at any past second from the chain, and an event that carries the stake after it, so that a reader of events can
/// tell when it missed one.
contract NrmStaking {
    using SafeERC20 for IERC20;
    using Checkpoints for Checkpoints.Trace208;

    event Staked(address indexed account, uint256 amount, uint256 balance);
    event Unstaked(address indexed account, uint256 amount, uint256 balance);

    error NothingToMove();
    error StakeTooLow(address account, uint256 balance, uint256 wanted);
    /// The present second may still change; only past ones can be looked up.
    error NotYetPast(uint256 timepoint);

    IERC20 public immutable token;

    mapping(address account => Checkpoints.Trace208) private _stakes;
    Checkpoints.Trace208 private _total;

    constructor(IERC20 token_) {
        token = token_;
    }

    /// @notice Stakes `amount` base units, taken from the caller's approved balance.
    function stake(uint256 amount) external {
        if (amount == 0) revert NothingToMove();
        uint208 moved = SafeCast.toUint208(amount);
        uint208 balance = _stakes[msg.sender].latest() + moved;
        _write(msg.sender, balance, _total.latest() + moved);
        emit Staked(msg.sender, amount, balance);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice Pays `amount` base units of the caller's stake back.
    function unstake(uint256 amount) external {
        if (amount == 0) revert NothingToMove();
        uint208 held = _stakes[msg.sender].latest();
        if (amount > held) revert StakeTooLow(msg.sender, held, amount);
        uint208 moved = uint208(amount);
        _write(msg.sender, held - moved, _total.latest() - moved);
        emit Unstaked(msg.sender, amount, held - moved);
        token.safeTransfer(msg.sender, amount);
    }

    /// @return the stake now, in base units
    function balanceOf(address account) external view returns (uint256) {
        return _stakes[account].latest();
    }

    /// @return the stake of everybody now, in base units
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

    function _write(address account, uint208 balance, uint208 total) private {
        uint48 now_ = Time.timestamp();
        _stakes[account].push(now_, balance);
        _total.push(now_, total);
    }

    function _requirePast(uint48 timepoint) private view {
        if (timepoint >= Time.timestamp()) revert NotYetPast(timepoint);
    }
}
