using Microsoft.Extensions.Options;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Uptime;

public sealed class MinerTokensTests
{
    private static readonly MinerId s_miner = new(Guid.Parse("018f0000-0000-7000-8000-000000000001"));
    private static MinerTokens With(string key) => new(Options.Create(new MinerTokenOptions { MinerTokenKey = key }));
    private readonly MinerTokens _tokens = With("a key of at least thirty-two characters");

    [Fact]
    public void A_token_names_its_miner() => _tokens.Check(_tokens.For(s_miner)).ShouldBe(s_miner);

    [Fact]
    public void A_token_has_the_form_that_agents_are_given() => _tokens.For(s_miner).ShouldMatch("^nrm_m_018f0000000070008000000000000001_[0-9a-f]{64}$");

    [Fact]
    public void A_token_of_another_key_is_refused() => _tokens.Check(With("another key of thirty-two characters").For(s_miner)).ShouldBeNull();

    [Fact]
    public void The_seal_of_one_miner_does_not_serve_another()
    {
        var token = _tokens.For(s_miner);
        _tokens.Check(token.Replace("000000000001_", "000000000002_", StringComparison.Ordinal)).ShouldBeNull();
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("nrm_m_"), InlineData("nrm_m_018f0000000070008000000000000001_"), InlineData("nrm_ops_x"), InlineData("nrm_m_é_é")]
    public void What_is_no_token_is_refused(string? text) => _tokens.Check(text).ShouldBeNull();
}
