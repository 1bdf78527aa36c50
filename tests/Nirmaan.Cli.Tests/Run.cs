namespace Nirmaan.Cli.Tests;

/// <summary>What a command said and how it ended.</summary>
internal sealed record Said(int Code, string Out, string Error)
{
    /// <summary>The lines on standard error.</summary>
    public string[] Errors => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Runs commands in this process, with a terminal of their own.</summary>
internal static class Run
{
    /// <summary>Runs the words after <c>nirmaan</c>, with nothing in the environment.</summary>
    public static Task<Said> NirmaanAsync(params IReadOnlyList<string> words) => NirmaanAsync(new Dictionary<string, string>(), "", words);

    /// <summary>The same with an environment and a standard input.</summary>
    public static async Task<Said> NirmaanAsync(IReadOnlyDictionary<string, string> environment, string input, params IReadOnlyList<string> words)
    {
        using var read = new StringReader(input);
        using var written = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.RunAsync(words, new Terminal(read, written, errors, environment.GetValueOrDefault), TestContext.Current.CancellationToken);
        return new Said(code, written.ToString(), errors.ToString());
    }

    /// <summary>It ended with this code and said why in one line that has all these parts.</summary>
    public static void ShouldFail(this Said said, int code, params string[] parts)
    {
        said.Code.ShouldBe(code, said.Error);
        said.Out.ShouldBeEmpty();
        var line = said.Errors.ShouldHaveSingleItem();
        line.ShouldStartWith("nirmaan: ");
        foreach (var part in parts) { line.ShouldContain(part); }
    }
}
