using Xunit.Sdk;
using Xunit.v3;

namespace Nirmaan.Journeys;

/// <summary>Test cases in the order of the source.</summary>
public sealed class AsWritten : ITestCaseOrderer
{
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases) where TTestCase : notnull, ITestCase =>
        [.. testCases.OrderBy(t => t.SourceLineNumber)];
}
