using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Nirmaan.Benchmarks.Optimiser;

namespace Nirmaan.Optimiser.Tests;

/// <summary>
/// What version <see cref="AllocationSolver.Version"/> answers. Kept plans are solved again and must come out the same, so whoever changes an answer here changes the version
/// with it, and then the figures.
/// </summary>
public sealed class AnswerTests
{
    [Fact]
    public void The_answers_below_are_those_of_this_version() => AllocationSolver.Version.ShouldBe("3");

    [Theory]
    [InlineData("20x6", 1, "0.976126 of 0.981776, ba96f1cb879d")]
    [InlineData("60x8t", 1, "1.946032 of 1.953954, 5f899f47cf20")]
    [InlineData("60x6s20", 2, "9.744215 of 9.746327, e7efb42b0f88")]
    [InlineData("200x16", 3, "28.359512 of 28.364062, d1a7a2ef4328")]
    [InlineData("200x16t", 4, "11.088597 of 11.100010, 1eab921c81e8")]
    public void An_answer_changes_only_with_the_version(string size, int seed, string answer)
    {
        var plan = AllocationSolver.Solve(new InstanceGenerator(seed).Make(InstanceSize.Parse(size)), null, TestContext.Current.CancellationToken).Plan;
        var uses = string.Join('\n', plan.Assignments.Select(a => $"{a.Item}>{a.Workload}*{a.Count}").Order(StringComparer.Ordinal));
        var print = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(uses)))[..12];
        string.Create(CultureInfo.InvariantCulture, $"{plan.ObjectiveUsdPerHour:0.000000} of {plan.BoundUsdPerHour:0.000000}, {print}").ShouldBe(answer);
    }
}
