// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title What a reader of Morpheus' compute contract sees, for the sandbox only.
/// @notice Same events, same view functions and the same arithmetic as the Morpheus SessionRouter. Sessions themselves live in the
/// sandbox, which alone (the owner) opens and pays them here. As on the real network no event carries the amount paid: it is the
/// MOR Transfer from the funding account in the same transaction.
contract SandboxDiamond is Ownable {
    using SafeERC20 for IERC20;

    event SessionOpened(address indexed user, bytes32 indexed sessionId, address indexed provider);
    event SessionClosed(address indexed user, bytes32 indexed sessionId, address indexed provider);

    error SessionAlreadyOpen(bytes32 sessionId);
    error SessionAlreadyClosed();
    error NoSuchPool(uint256 index);

    struct Pool {
        uint256 initialReward;
        uint256 rewardDecrease;
        uint128 payoutStart;
        uint128 decreaseInterval;
    }

    uint256 public constant COMPUTE_POOL_INDEX = 3;
    uint256 private constant POOLS = 5;
    uint128 private constant INTERVAL = 1 days;

    IERC20 private immutable _token;
    address private immutable _fundingAccount;
    uint128 private immutable _payoutStart;

    uint256 private _providersTotalClaimed;
    mapping(bytes32 sessionId => bool) private _opened;
    mapping(bytes32 sessionId => bool) private _closed;

    /// @param payoutStart_ Unix seconds of the first emission (real network: 1707393600 = 2024-02-08T12:00:00Z)
    constructor(address owner, IERC20 token_, address fundingAccount_, uint128 payoutStart_) Ownable(owner) {
        (_token, _fundingAccount, _payoutStart) = (token_, fundingAccount_, payoutStart_);
    }

    function openSession(bytes32 sessionId, address user, address provider) external onlyOwner {
        if (_opened[sessionId]) revert SessionAlreadyOpen(sessionId);
        _opened[sessionId] = true;
        emit SessionOpened(user, sessionId, provider);
    }

    /// @notice Closes a session and pays its provider from the funding account. Nothing owed = no transfer.
    /// @param amount MOR in base units
    function payProvider(bytes32 sessionId, address user, address provider, uint256 amount) external onlyOwner {
        if (_closed[sessionId]) revert SessionAlreadyClosed();
        _closed[sessionId] = true;
        _providersTotalClaimed += amount;
        emit SessionClosed(user, sessionId, provider);
        if (amount > 0) _token.safeTransferFrom(_fundingAccount, provider, amount);
    }

    function getToken() external view returns (address) {
        return address(_token);
    }

    function getFundingAccount() external view returns (address) {
        return _fundingAccount;
    }

    function getProvidersTotalClaimed() external view returns (uint256) {
        return _providersTotalClaimed;
    }

    function getPool(uint256 index) public view returns (Pool memory) {
        if (index >= POOLS) revert NoSuchPool(index);
        // Four buckets of 24 % and the protection fund's 4 % of 14,400 MOR on the first day, each falling by its share of
        // 2.468994701 MOR a day.
        return index < 4
            ? Pool(3456 ether, 592558728240000000, _payoutStart, INTERVAL)
            : Pool(576 ether, 98759788040000000, _payoutStart, INTERVAL);
    }

    function startOfTheDay(uint128 timestamp) public pure returns (uint128) {
        return timestamp - (timestamp % 1 days);
    }

    /// @return MOR emitted for compute up to the last UTC midnight, less what providers were paid
    function getComputeBalance(uint128 timestamp) public view returns (uint256) {
        return _emitted(COMPUTE_POOL_INDEX, startOfTheDay(timestamp)) - _providersTotalClaimed;
    }

    function getTodaysBudget(uint128 timestamp) external view returns (uint256) {
        return getComputeBalance(timestamp) / 100;
    }

    /// @return supply MOR emitted by every other pool, plus what providers were paid (not the circulating supply)
    function totalMORSupply(uint128 timestamp) external view returns (uint256 supply) {
        uint128 today = startOfTheDay(timestamp);
        for (uint256 i = 0; i < POOLS; i++) {
            if (i != COMPUTE_POOL_INDEX) supply += _emitted(i, today);
        }
        supply += _providersTotalClaimed;
    }

    /// The sum of n whole days' falling emission, and the running day's in proportion to its seconds.
    function _emitted(uint256 index, uint128 until) private view returns (uint256) {
        Pool memory pool = getPool(index);
        if (until <= pool.payoutStart) return 0;
        uint256 elapsed = until - pool.payoutStart;
        uint256 payingDays = (pool.initialReward + pool.rewardDecrease - 1) / pool.rewardDecrease;
        uint256 n = elapsed / pool.decreaseInterval;
        if (n >= payingDays) (n, elapsed) = (payingDays, payingDays * pool.decreaseInterval);
        uint256 wholeDays = n * pool.initialReward - (pool.rewardDecrease * n * (n == 0 ? 0 : n - 1)) / 2;
        uint256 rest = elapsed % pool.decreaseInterval;
        return rest == 0 ? wholeDays : wholeDays + ((pool.initialReward - n * pool.rewardDecrease) * rest) / pool.decreaseInterval;
    }
}
