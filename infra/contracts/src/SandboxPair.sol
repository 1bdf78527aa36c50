// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title A pair of a constant-product market for the local chain: what it holds after a trade, fee set aside, multiplies to no less than before.
/// @notice Whoever adds liquidity here gives it away: nothing but trades takes tokens out.
contract SandboxPair {
    using SafeERC20 for IERC20;

    address public immutable token0;
    address public immutable token1;
    uint112 private _reserve0;
    uint112 private _reserve1;
    uint32 private _timestamp;

    /// @dev 0.3 %, in thousandths of what comes in.
    uint256 private constant FEE = 3;

    error UnknownToken(address token);
    error NothingComesOut();

    event Sync(uint112 reserve0, uint112 reserve1);

    constructor(address first, address second) {
        (token0, token1) = first < second ? (first, second) : (second, first);
    }

    function getReserves() external view returns (uint112, uint112, uint32) {
        return (_reserve0, _reserve1, _timestamp);
    }

    /// @notice Takes what was sent here into the reserves.
    function sync() public {
        _reserve0 = uint112(IERC20(token0).balanceOf(address(this)));
        _reserve1 = uint112(IERC20(token1).balanceOf(address(this)));
        _timestamp = uint32(block.timestamp);
        emit Sync(_reserve0, _reserve1);
    }

    /// @notice Sells `amount` of a token that the pair may take from the caller; what comes out goes to the caller.
    function sell(address token, uint256 amount) external returns (uint256 out) {
        if (token != token0 && token != token1) revert UnknownToken(token);
        bool isFirst = token == token0;
        (uint256 reserveIn, uint256 reserveOut) = isFirst ? (_reserve0, _reserve1) : (_reserve1, _reserve0);
        uint256 counted = amount * (1000 - FEE);
        out = counted * reserveOut / (reserveIn * 1000 + counted);
        if (out == 0) revert NothingComesOut();
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        IERC20(isFirst ? token1 : token0).safeTransfer(msg.sender, out);
        sync();
    }
}
