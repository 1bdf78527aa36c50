// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Stand-in for MOR on the local chain.
/// @notice The real MOR derives from OpenZeppelin 4.9 and so has increaseAllowance and decreaseAllowance, which provider nodes call.
contract TestMor is ERC20, Ownable {
    constructor(address owner) ERC20("Morpheus (sandbox)", "MOR") Ownable(owner) {}

    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }

    function increaseAllowance(address spender, uint256 added) external returns (bool) {
        _approve(msg.sender, spender, allowance(msg.sender, spender) + added);
        return true;
    }

    function decreaseAllowance(address spender, uint256 removed) external returns (bool) {
        uint256 allowed = allowance(msg.sender, spender);
        if (removed > allowed) revert ERC20InsufficientAllowance(spender, allowed, removed);
        _approve(msg.sender, spender, allowed - removed);
        return true;
    }
}
