// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title Asks a smart wallet whether a signature is its own, even before the wallet is deployed (ERC-6492).
/// @notice Never deployed: its creation code is sent in an eth_call without a receiver, and what the constructor returns is the
/// answer, one word, 1 or 0; a wallet that reverts is a 0. No factory = an ordinary ERC-1271 question. All effects of the call are
/// thrown away by the node.
contract SignatureProbe {
    constructor(address signer, bytes32 hash, bytes memory signature, address factory, bytes memory factoryCalldata) {
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (hash, signature));
        bool valid = _accepts(signer, question);
        if (!valid && factory != address(0)) {
            // The call deploys the wallet or, where it exists already, prepares it (ERC-6492, verifier side). What it returns is
            // not copied: a hostile factory could return more than there is gas for.
            assembly ("memory-safe") {
                valid := call(gas(), factory, 0, add(factoryCalldata, 32), mload(factoryCalldata), 0, 0)
            }
            valid = valid && _accepts(signer, question);
        }
        assembly ("memory-safe") {
            mstore(0, valid)
            return(0, 32)
        }
    }

    /// An address without code answers nothing, which is not an acceptance.
    function _accepts(address signer, bytes memory question) private view returns (bool accepted) {
        bytes32 magic = bytes32(IERC1271.isValidSignature.selector);
        assembly ("memory-safe") {
            let answered := staticcall(gas(), signer, add(question, 32), mload(question), 0, 32)
            accepted := and(and(answered, gt(returndatasize(), 31)), eq(mload(0), magic))
        }
    }
}
