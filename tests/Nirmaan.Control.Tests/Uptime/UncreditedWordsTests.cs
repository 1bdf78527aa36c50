using Nirmaan.Control.Uptime;

namespace Nirmaan.Control.Tests.Uptime;

public sealed class UncreditedWordsTests
{
    [Theory]
    [InlineData(0, "no job done")]
    [InlineData(1, "1 job done")]
    [InlineData(1_234, "1,234 jobs done")]
    public void What_the_machine_says_and_what_the_network_has_not_said_stand_together(int jobs, string told) =>
        UncreditedWords.Of("Heurist", jobs).ShouldBe($"{told} by the machine's own word; none credited by Heurist yet, credits are read at least every 10 minutes");
}
