// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title What a provider and a reader of Morpheus' compute contract see, for the sandbox only.
/// @notice Same events, same view functions and the same arithmetic as the Morpheus Diamond: what a provider may claim of a session,
/// what is held on the day of its close, and the year's limit by the provider's stake. The market itself lives in the sandbox, which
/// alone (the owner) opens and closes sessions here. As on the real network no event carries the amount paid: it is the MOR Transfer
/// from the funding account in the same transaction, and a claim emits nothing else.
contract SandboxDiamond is Ownable {
    using SafeERC20 for IERC20;

    event ProviderRegistered(address indexed provider);
    event SessionOpened(address indexed user, bytes32 indexed sessionId, address indexed provider);
    event SessionClosed(address indexed user, bytes32 indexed sessionId, address indexed provider);

    error InsufficientRightsForOperation(address account, address delegator);
    error ProviderStakeTooLow(uint256 amount, uint256 minAmount);
    error SessionAlreadyOpen(bytes32 sessionId);
    error SessionAlreadyClosed();
    error SessionNotOpen(bytes32 sessionId);
    error NoSuchPool(uint256 index);

    struct Pool {
        uint256 initialReward;
        uint256 rewardDecrease;
        uint128 payoutStart;
        uint128 decreaseInterval;
    }

    struct Provider {
        string endpoint;
        uint256 stake;
        uint128 createdAt;
        uint128 limitPeriodEnd;
        uint256 limitPeriodEarned;
        bool isDeleted;
    }

    struct Bid {
        address provider;
        bytes32 modelId;
        uint256 pricePerSecond;
        uint256 nonce;
        uint128 createdAt;
        uint128 deletedAt;
    }

    struct Session {
        address user;
        bytes32 bidId;
        uint256 stake;
        bytes closeoutReceipt;
        uint256 closeoutType;
        uint256 providerWithdrawnAmount;
        uint128 openedAt;
        uint128 endsAt;
        uint128 closedAt;
        bool isActive;
        bool isDirectPaymentFromUser;
    }

    /// Mean, and the sum of squared distances from it.
    struct Spread {
        int64 mean;
        int64 sqSum;
    }

    struct ProviderModelStats {
        Spread tpsScaled1000;
        Spread ttftMs;
        uint32 totalDuration;
        uint32 successCount;
        uint32 totalCount;
    }

    uint256 public constant COMPUTE_POOL_INDEX = 3;
    uint256 private constant POOLS = 5;
    uint128 private constant INTERVAL = 1 days;
    uint128 private constant LIMIT_PERIOD = 365 days;

    IERC20 private immutable _token;
    address private immutable _fundingAccount;
    uint128 private immutable _payoutStart;

    uint256 private _providersTotalClaimed;
    mapping(address provider => Provider) private _providers;
    mapping(bytes32 bidId => Bid) private _bids;
    mapping(bytes32 sessionId => Session) private _sessions;
    mapping(address provider => bytes32[]) private _sessionsOf;
    mapping(bytes32 modelId => mapping(address provider => ProviderModelStats)) private _stats;

    /// @param payoutStart_ Unix seconds of the first emission (real network: 1707393600 = 2024-02-08T12:00:00Z)
    constructor(address owner, IERC20 token_, address fundingAccount_, uint128 payoutStart_) Ownable(owner) {
        (_token, _fundingAccount, _payoutStart) = (token_, fundingAccount_, payoutStart_);
    }

    /// @notice Registers, or adds to the stake and changes the endpoint. The owner registers for the sandbox's node, whose wallet is
    /// kept beside the chain: then no MOR moves.
    function providerRegister(address provider, uint256 addStake, string calldata endpoint) external {
        if (msg.sender != owner()) {
            _mustBe(provider);
            if (addStake > 0) _token.safeTransferFrom(provider, address(this), addStake);
        }
        Provider storage p = _providers[provider];
        if (p.stake + addStake < getProviderMinimumStake()) revert ProviderStakeTooLow(p.stake + addStake, getProviderMinimumStake());
        if (p.createdAt == 0) (p.createdAt, p.limitPeriodEnd) = (uint128(block.timestamp), uint128(block.timestamp) + LIMIT_PERIOD);
        p.stake += addStake;
        (p.endpoint, p.isDeleted) = (endpoint, false);
        emit ProviderRegistered(provider);
    }

    /// @notice The year's limit as if so much were left of it: an event of the sandbox, for a limit is otherwise a year away.
    function leaveOfLimit(address provider, uint256 left) external onlyOwner {
        Provider storage p = _providers[provider];
        p.limitPeriodEarned = left < p.stake ? p.stake - left : 0;
    }

    function openSession(bytes32 sessionId, address user, uint256 stake, bytes32 bidId, Bid calldata bid, uint128 openedAt, uint128 endsAt) external onlyOwner {
        if (_sessions[sessionId].openedAt != 0) revert SessionAlreadyOpen(sessionId);
        _bids[bidId] = bid;
        Session storage s = _sessions[sessionId];
        (s.user, s.bidId, s.stake) = (user, bidId, stake);
        (s.openedAt, s.endsAt, s.isActive) = (openedAt, endsAt, true);
        _sessionsOf[bid.provider].push(sessionId);
        emit SessionOpened(user, sessionId, bid.provider);
    }

    /// @notice The user closes a session and its provider is paid from the funding account, never more than the year's limit leaves.
    /// @param closeoutType 0 = with the provider's receipt; 1 = without: what was earned since midnight is held until the next one
    function closeSession(bytes32 sessionId, uint128 closedAt, uint256 closeoutType, bytes calldata receipt, uint32 tpsScaled1000, uint32 ttftMs) external onlyOwner {
        Session storage s = _sessions[sessionId];
        if (s.openedAt == 0) revert SessionNotOpen(sessionId);
        if (s.closedAt != 0) revert SessionAlreadyClosed();
        (s.closedAt, s.isActive, s.closeoutType, s.closeoutReceipt) = (closedAt, false, closeoutType, receipt);
        Bid storage bid = _bids[s.bidId];
        _note(_stats[bid.modelId][bid.provider], s, closeoutType == 0, tpsScaled1000, ttftMs);
        emit SessionClosed(s.user, sessionId, bid.provider);
        uint256 gross = _gross(s, bid.pricePerSecond);
        uint256 hold = closeoutType == 0 ? 0 : _hold(s, bid.pricePerSecond, closedAt);
        _pay(s, bid.provider, hold > gross ? 0 : gross - hold);
    }

    /// @notice Pays what is due of a session. What is held of the day of the close is taken off unchecked for what was paid before, as
    /// in the real contract: on that day the claim of a session that was paid in part reverts with panic 0x11. A claim of 0 succeeds.
    function claimForProvider(bytes32 sessionId) external {
        Session storage s = _sessions[sessionId];
        if (s.openedAt == 0) revert SessionNotOpen(sessionId);
        Bid storage bid = _bids[s.bidId];
        _mustBe(bid.provider);
        uint256 gross = block.timestamp < _end(s) ? 0 : _gross(s, bid.pricePerSecond);
        _pay(s, bid.provider, gross - _hold(s, bid.pricePerSecond, uint128(block.timestamp)));
    }

    function _pay(Session storage s, address provider, uint256 amount) private {
        Provider storage p = _providers[provider];
        if (block.timestamp > p.limitPeriodEnd) (p.limitPeriodEarned, p.limitPeriodEnd) = (0, uint128(block.timestamp) + LIMIT_PERIOD);
        uint256 left = p.stake - p.limitPeriodEarned;
        if (amount > left) amount = left;
        if (amount == 0) return;
        s.providerWithdrawnAmount += amount;
        p.limitPeriodEarned += amount;
        _providersTotalClaimed += amount;
        _token.safeTransferFrom(_fundingAccount, provider, amount);
    }

    function _end(Session storage s) private view returns (uint128) {
        return s.closedAt == 0 || s.closedAt > s.endsAt ? s.endsAt : s.closedAt;
    }

    function _gross(Session storage s, uint256 price) private view returns (uint256) {
        return (_end(s) - s.openedAt) * price - s.providerWithdrawnAmount;
    }

    function _hold(Session storage s, uint256 price, uint128 time) private view returns (uint256) {
        uint128 midnight = startOfTheDay(s.closedAt);
        if (s.closedAt == 0 || time >= midnight + 1 days) return 0;
        return (s.closedAt - (midnight > s.openedAt ? midnight : s.openedAt)) * price;
    }

    function _note(ProviderModelStats storage stats, Session storage s, bool success, uint32 tpsScaled1000, uint32 ttftMs) private {
        stats.totalCount++;
        if (!success) return;
        stats.successCount++;
        stats.totalDuration += uint32(s.closedAt - s.openedAt);
        _add(stats.tpsScaled1000, int64(uint64(tpsScaled1000)), stats.successCount);
        _add(stats.ttftMs, int64(uint64(ttftMs)), stats.successCount);
    }

    function _add(Spread storage spread, int64 value, uint32 count) private {
        int64 before = value - spread.mean;
        spread.mean += before / int64(uint64(count));
        spread.sqSum += before * (value - spread.mean);
    }

    function _mustBe(address provider) private view {
        if (msg.sender != provider) revert InsufficientRightsForOperation(msg.sender, provider);
    }

    function getProvider(address provider) external view returns (Provider memory) {
        return _providers[provider];
    }

    function getProviderMinimumStake() public pure returns (uint256) {
        return 0.2 ether;
    }

    function getBidFee() external pure returns (uint256) {
        return 0.3 ether;
    }

    function getMinMaxBidPricePerSecond() external pure returns (uint256, uint256) {
        return (1e13, 1e16);
    }

    function getBid(bytes32 bidId) external view returns (Bid memory) {
        return _bids[bidId];
    }

    function getSession(bytes32 sessionId) external view returns (Session memory) {
        return _sessions[sessionId];
    }

    /// @return page so many of the provider's sessions from the offset on, oldest first
    function getProviderSessions(address provider, uint256 offset, uint256 limit) external view returns (bytes32[] memory page, uint256 total) {
        bytes32[] storage all = _sessionsOf[provider];
        total = all.length;
        uint256 end = offset + limit < total ? offset + limit : total;
        page = new bytes32[](offset < end ? end - offset : 0);
        for (uint256 i = offset; i < end; i++) page[i - offset] = all[i];
    }

    function getProviderModelStats(bytes32 modelId, address provider) external view returns (ProviderModelStats memory) {
        return _stats[modelId][provider];
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
