// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Owner of the staking and of the distributors: whatever Nirmaan's admins do there is announced `delay` seconds before it counts.
/// @notice The proposer (a wallet of several admins) schedules and may cancel; anyone may execute what is due. There is no admin: delay
/// and roles change only through the timelock itself.
contract NirmaanTimelock is TimelockController {
    constructor(uint256 delay, address proposer) TimelockController(delay, _one(proposer), _one(address(0)), address(0)) {}

    function _one(address account) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }
}
