using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Evm.Tests.Abi;

public class AbiParserTests
{
    [Theory]
    [InlineData("uint", "uint256")]
    [InlineData("int[ ]", "int256[]")]
    [InlineData("bytes32[][3]", "bytes32[][3]")]
    [InlineData("( address account , uint256 amount )[]", "(address,uint256)[]")]
    [InlineData("tuple(string s,(bool,bytes) inner)", "(string,(bool,bytes))")]
    public void A_type_has_one_canonical_name(string text, string name) => AbiType.Parse(text).Name.ShouldBe(name);

    [Fact]
    public void The_name_of_any_type_reads_back_as_that_type() =>
        Prop.ForAll(AbiSample.Any, sample => sample.Types.All(type => AbiType.Parse(type.Name) == type)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_signature_may_be_written_as_in_solidity()
    {
        var signature = AbiSignature.Parse("function getBid(bytes32 bidId) external view returns ((address provider, uint256 price) bid, bool)");
        signature.Canonical.ShouldBe("getBid(bytes32)");
        signature.Outputs.Select(p => p.Type.Name).ShouldBe(["(address,uint256)", "bool"]);
        signature.Outputs[0].Name.ShouldBe("bid");
        AbiSignature.Parse("event E(address indexed, uint indexed id, string)").Inputs.Select(p => (p.Name, p.Indexed)).ShouldBe([("", true), ("id", true), ("", false)]);
        AbiSignature.Parse("event()").Canonical.ShouldBe("event()");
    }

    [Theory]
    [InlineData("")]
    [InlineData("uint257")]
    [InlineData("uint7")]
    [InlineData("uint08")]
    [InlineData("bytes0")]
    [InlineData("bytes33")]
    [InlineData("fixed128x18")]
    [InlineData("()")]
    [InlineData("uint256[0]")]
    [InlineData("uint256[-1]")]
    [InlineData("uint256[")]
    [InlineData("uint256]")]
    [InlineData("(uint256")]
    [InlineData("uint256,uint256")]
    [InlineData("uint256[1048577]")]
    [InlineData("uint256[65536][65536]")]
    public void What_is_no_type_is_refused(string text) => Should.Throw<AbiException>(() => AbiType.Parse(text));

    [Theory]
    [InlineData("f")]
    [InlineData("(uint256)")]
    [InlineData("f(uint256) returns")]
    [InlineData("f(uint256) sometimes")]
    [InlineData("f(uint256) returns (bool) returns (bool)")]
    public void What_is_no_signature_is_refused(string text) => Should.Throw<AbiException>(() => AbiSignature.Parse(text));

    [Fact]
    public void Nesting_without_end_is_refused_before_it_overflows_the_stack()
    {
        Should.Throw<AbiException>(() => AbiType.Parse(new string('(', 100_000)));
        Should.Throw<AbiException>(() => AbiType.Parse("uint256" + string.Concat(Enumerable.Repeat("[]", 100_000))));
    }
}
