// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title NRM, the token that people stake with Nirmaan.
/// @notice 18 decimals; approvals may be signed (EIP-2612). The owner mints: on the local chain it is the faucet.
contract NrmToken is ERC20, ERC20Permit, Ownable {
    constructor(address owner) ERC20("Nirmaan", "NRM") ERC20Permit("Nirmaan") Ownable(owner) {}

    /// @param amount in base units (10^-18 NRM)
    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }
}
