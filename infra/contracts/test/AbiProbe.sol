// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Every shape that a client has to encode, decode or report, for tests.
contract AbiProbe {
    struct Line {
        address account;
        uint128 amount;
        string[] tags;
    }

    struct Book {
        bytes32 id;
        Line[] lines;
        int64[2] range;
        bytes blob;
    }

    event Named(string indexed name, string text, uint32 indexed number, bytes32[] indexed ids);
    event Tick(uint256 indexed number, uint256 square);

    error Refused(address account, uint256 wanted, string why);

    function echo(Book calldata book) external pure returns (Book memory, uint256 lines) {
        return (book, book.lines.length);
    }

    function named(string calldata name, string calldata text, uint32 number, bytes32[] calldata ids) external {
        emit Named(name, text, number, ids);
    }

    /// `each` logs in this block, numbered from `first`.
    function tick(uint256 first, uint256 each) external {
        for (uint256 i = first; i < first + each; i++) emit Tick(i, i * i);
    }

    function refuse(uint256 wanted, string calldata why) external view {
        revert Refused(msg.sender, wanted, why);
    }

    function refuseInWords(string calldata why) external pure {
        revert(why);
    }

    function panic(uint256 divisor) external pure returns (uint256) {
        return 1 / divisor;
    }

    function refuseSilently() external pure {
        assembly ("memory-safe") {
            revert(0, 0)
        }
    }
}
