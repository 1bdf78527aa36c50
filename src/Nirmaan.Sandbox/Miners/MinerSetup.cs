namespace Nirmaan.Sandbox.Miners;

/// <summary>What a miner finds when it starts: its environment and its cards.</summary>
/// <param name="Env">Environment of the container.</param>
/// <param name="Gpu">Canonical id of the cards.</param>
/// <param name="GpuName">The cards' name as nvidia-smi prints it.</param>
/// <param name="Gpus">How many; 0 = no card is visible.</param>
/// <param name="VramGb">Memory of one card, GB.</param>
/// <param name="GpuUuid">First six hex digits of the first card's id, by which miners of one address are told apart.</param>
/// <param name="GigabytesPerSecond">How fast model files arrive.</param>
/// <param name="LoadPerGigabyte">How long a gigabyte of model takes to load.</param>
/// <param name="Chance">The miner's own chance: small differences from job to job.</param>
public sealed record MinerSetup(IReadOnlyDictionary<string, string> Env, string Gpu, string GpuName, int Gpus, double VramGb, string GpuUuid,
    double GigabytesPerSecond, TimeSpan LoadPerGigabyte, Random Chance)
{
    /// <summary>Value of an environment entry, null when it is absent or empty.</summary>
    public string? Get(string name) => Env.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>The miner ids MINER_ID_0, MINER_ID_1, ..., one per card; one without a tag gets the card's digits behind it.</summary>
    public IReadOnlyList<string> MinerIds() =>
        [.. Enumerable.Range(0, Math.Max(1, Gpus)).Select(i => Get($"MINER_ID_{i}")).OfType<string>().Select(Tagged)];

    private string Tagged(string minerId) => minerId.Contains('-', StringComparison.Ordinal) ? minerId : $"{minerId}-{GpuUuid}";

    /// <summary>Time a piece of work takes on this machine: up to six percent more or less than the table says.</summary>
    public TimeSpan Jitter(double seconds) => TimeSpan.FromSeconds(seconds * (0.94 + 0.12 * Chance.NextDouble()));
}

/// <summary>The program ends with this code, as its real counterpart would.</summary>
public sealed class MinerExitException(int code) : Exception($"The miner exits with code {code}.")
{
    /// <summary>The process' exit code.</summary>
    public int Code => code;
}
