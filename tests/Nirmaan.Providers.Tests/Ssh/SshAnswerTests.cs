using Nirmaan.Providers.Ssh;

namespace Nirmaan.Providers.Tests.Ssh;

/// <summary>What ssh says when it fails, and whether anything can have run.</summary>
public sealed class SshAnswerTests
{
    [Theory]
    [InlineData("ssh: connect to host 10.0.0.9 port 22: Connection refused", true, false)]
    [InlineData("ssh: connect to host 10.0.0.9 port 22: Connection timed out", true, false)]
    [InlineData("ssh: Could not resolve hostname gpu.example: Name or service not known", true, false)]
    [InlineData("kex_exchange_identification: read: Connection reset by peer", true, false)]
    [InlineData("Host key verification failed.", false, true)]
    [InlineData("nirmaan@10.0.0.9: Permission denied (publickey).", false, true)]
    [InlineData("Timeout, server 10.0.0.9 not responding.", false, false)]
    [InlineData("Read from remote host 10.0.0.9: Connection timed out", false, false)]
    [InlineData("client_loop: send disconnect: Broken pipe", false, false)]
    public void Only_what_fails_before_a_session_says_that_nothing_ran(string words, bool neverThere, bool isShut)
    {
        var answer = new SshAnswer(255, "", words + "\n");
        (answer.IsLost, answer.NeverThere, answer.IsShut, answer.Why).ShouldBe((true, neverThere, isShut, words));
    }

    [Fact]
    public void A_script_that_ends_with_such_words_of_its_own_is_not_ssh_failing() => new SshAnswer(1, "", "ssh: connect to host x").NeverThere.ShouldBeFalse();
}
