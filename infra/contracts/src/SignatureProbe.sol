// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title Asks a smart wallet whether a signature is its own, even before the wallet is deployed (ERC-6492).
/// @notice Never deployed: its creation code is sent in an eth_call without a receiver, and what the constructor returns is the
/// answer, one word, 1 or 0. All effects of the call are thrown away by the node.
contract SignatureProbe {
    constructor(address signer, bytes32 hash, bytes memory signature, address factory, bytes memory factoryCalldata) {
        bool valid = signer.code.length != 0 && _accepts(signer, hash, signature);
        if (!valid) {
            // The call deploys the wallet or, where it exists already, prepares it (ERC-6492, "verifier side", steps 1 and 2).
            (bool called,) = factory.call(factoryCalldata);
            valid = called && signer.code.length != 0 && _accepts(signer, hash, signature);
        }
        assembly ("memory-safe") {
            mstore(0, valid)
            return(0, 32)
        }
    }

    function _accepts(address signer, bytes32 hash, bytes memory signature) private view returns (bool) {
        (bool called, bytes memory answer) = signer.staticcall(abi.encodeCall(IERC1271.isValidSignature, (hash, signature)));
        return called && answer.length >= 32 && abi.decode(answer, (bytes32)) == bytes32(IERC1271.isValidSignature.selector);
    }
}
