// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Where accounts want their rewards.
interface IRewardsRecipients {
    /// @return the address that the account named, or the account itself
    function rewardsRecipientOf(address account) external view returns (address);
}
