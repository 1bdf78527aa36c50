using System.Text.RegularExpressions;

namespace Nirmaan.Agent.Miner;

/// <summary>The template's rules, compiled. The first that matches a line decides.</summary>
internal sealed class LogRules
{
    /// <summary>The reason that counts a job.</summary>
    internal const string JobDone = "job-done";

    // A miner's line is someone else's text: no rule may hang on it.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100);

    private readonly List<(Regex Match, string State, string? Reason)> _rules = [];

    /// <exception cref="FormatException">A rule cannot be used; the message says which.</exception>
    internal LogRules(IReadOnlyList<Template.LogRule> rules)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            if (rules[i] is not var (match, state, reason)) { throw new FormatException($"AGENT_TEMPLATE: logs.rules[{i}] is null."); }
            if (string.IsNullOrEmpty(match)) { throw new FormatException($"AGENT_TEMPLATE: logs.rules[{i}].match is empty."); }
            if (!MinerState.All.Contains(state))
            {
                throw new FormatException($"AGENT_TEMPLATE: logs.rules[{i}].state is '{state}', expected one of {string.Join(", ", MinerState.All)}.");
            }
            try { _rules.Add((new Regex(match, RegexOptions.CultureInvariant, s_patience), state!, reason)); }
            catch (ArgumentException e) { throw new FormatException($"AGENT_TEMPLATE: logs.rules[{i}].match: {e.Message}", e); }
        }
    }

    /// <summary>True when no line can tell a state.</summary>
    internal bool IsEmpty => _rules.Count == 0;

    /// <summary>Rules given up on a line because they took too long.</summary>
    internal long TimeOuts { get; private set; }

    /// <summary>What the line says, null when nothing.</summary>
    internal (string State, string? Reason)? Read(string line)
    {
        foreach (var (match, state, reason) in _rules)
        {
            try
            {
                if (match.IsMatch(line)) { return (state, reason); }
            }
            catch (RegexMatchTimeoutException) { TimeOuts++; }
        }
        return null;
    }
}
