// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";

/// @title A wallet contract with one owner key, for tests. It wants the owner's signature with one byte 0x01 in front of it, so
/// that a plain signature, which is valid for the owner, is not valid for the wallet.
contract TestWallet is IERC1271 {
    address public immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        require(signature.length > 1 && signature[0] == 0x01, "TestWallet: not for this wallet");
        (address signer, ECDSA.RecoverError problem,) = ECDSA.tryRecover(hash, signature[1:]);
        return problem == ECDSA.RecoverError.NoError && signer == owner ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

contract TestWalletFactory {
    function deploy(address owner, bytes32 salt) external returns (address) {
        return Create2.deploy(0, salt, _code(owner));
    }

    function addressOf(address owner, bytes32 salt) external view returns (address) {
        return Create2.computeAddress(salt, keccak256(_code(owner)));
    }

    function _code(address owner) private pure returns (bytes memory) {
        return abi.encodePacked(type(TestWallet).creationCode, abi.encode(owner));
    }
}
