// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IRewardsRecipients} from "./IRewardsRecipients.sol";

/// @title Pays the stakers' rewards in one asset.
/// @notice Each epoch's root stands for what every account earned in its lifetime, so one claim settles all epochs and a root that is
/// replaced loses nobody anything. Leaves are OpenZeppelin's StandardMerkleTree over (address account, uint256 cumulative).
/// A root is only accepted when the contract holds all that is still owed under it: whoever can prove a claim is paid, also the last.
/// @dev The owner is a timelock: a root and a pause can be seen, and recomputed by anyone, before they count. Tokens that take a fee of a
/// transfer, or change balances by themselves, are not supported. What is sent here can only leave as claims.
contract RewardsDistributor is Ownable, Pausable {
    using SafeERC20 for IERC20;

    /// @param total base units that all accounts earned in their lifetime, claimed or not
    event RootPublished(uint256 indexed epoch, bytes32 root, uint256 total);
    /// @param amount base units paid now
    /// @param cumulative base units claimed in the account's lifetime, this claim included
    event Claimed(address indexed account, address indexed recipient, uint256 amount, uint256 cumulative);

    /// Roots only move forward: a correction is a later epoch.
    error EpochNotLater(uint256 epoch, uint256 published);
    error TotalFell(uint256 total, uint256 published);
    error NoRoot();
    /// So many base units must be sent here before the root counts.
    error NotFunded(uint256 missing);
    /// Only the account and the recipient that it named may claim: when to take an income is theirs to choose.
    error NotYours(address account, address caller);
    error InvalidProof();
    error NothingToClaim(address account, uint256 claimed);
    /// The leaves add up to more than the total that was published with them.
    error MoreThanPublished(uint256 total);

    IERC20 public immutable token;
    IRewardsRecipients public immutable recipients;

    uint256 public epoch;
    bytes32 public root;
    /// Base units that all accounts earned in their lifetime, as published with the root.
    uint256 public total;
    /// Base units ever paid.
    uint256 public totalClaimed;
    /// Base units paid to an account or its recipients in its lifetime.
    mapping(address account => uint256) public claimed;

    constructor(IERC20 token_, IRewardsRecipients recipients_, address owner_) Ownable(owner_) {
        token = token_;
        recipients = recipients_;
    }

    /// @notice Puts a later epoch's root in the place of the present one.
    function publish(uint256 epoch_, bytes32 root_, uint256 total_) external onlyOwner {
        if (epoch_ <= epoch) revert EpochNotLater(epoch_, epoch);
        if (total_ < total) revert TotalFell(total_, total);
        if (root_ == 0) revert NoRoot();
        uint256 missing = missingFor(total_);
        if (missing > 0) revert NotFunded(missing);
        (epoch, root, total) = (epoch_, root_, total_);
        emit RootPublished(epoch_, root_, total_);
    }

    /// @notice Pays what the account earned and did not claim yet to the recipient that it named, or to itself.
    /// @param cumulative base units that the root says the account earned in its lifetime
    /// @param proof siblings from the account's leaf up to the root
    /// @return amount base units paid
    function claim(address account, uint256 cumulative, bytes32[] calldata proof) external whenNotPaused returns (uint256 amount) {
        address recipient = recipients.rewardsRecipientOf(account);
        if (msg.sender != account && msg.sender != recipient) revert NotYours(account, msg.sender);
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))));
        if (!MerkleProof.verifyCalldata(proof, root, leaf)) revert InvalidProof();
        uint256 before = claimed[account];
        if (cumulative <= before) revert NothingToClaim(account, before);
        amount = cumulative - before;
        if (amount > total - totalClaimed) revert MoreThanPublished(total);
        claimed[account] = cumulative;
        totalClaimed += amount;
        emit Claimed(account, recipient, amount, cumulative);
        token.safeTransfer(recipient, amount);
    }

    /// @param total_ base units that all accounts will have earned in their lifetime
    /// @return base units that must be sent here before a root with that total is accepted
    function missingFor(uint256 total_) public view returns (uint256) {
        uint256 covered = totalClaimed + token.balanceOf(address(this));
        return total_ > covered ? total_ - covered : 0;
    }

    /// @notice Stops claims.
    function pause() external onlyOwner {
        _pause();
    }

    function unpause() external onlyOwner {
        _unpause();
    }
}
