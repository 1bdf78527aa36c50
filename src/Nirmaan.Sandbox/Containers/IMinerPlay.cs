namespace Nirmaan.Sandbox.Containers;

/// <summary>Recognises the containers of one kind of miner and plays them in this process.</summary>
public interface IMinerPlay
{
    /// <summary>True when the container is such a miner.</summary>
    bool Plays(ContainerSpec spec);

    /// <summary>A miner as if just installed in the container.</summary>
    ISimulatedMiner Create(ContainerSpec spec);
}

/// <summary>A miner played in this process: it does in virtual time what its program does in real time.</summary>
public interface ISimulatedMiner
{
    /// <summary>Starts the program.</summary>
    Task StartAsync(CancellationToken c);

    /// <summary>Runs on to <paramref name="now"/> and returns the log lines printed since the last tick.</summary>
    Task<IReadOnlyList<string>> TickAsync(DateTimeOffset now, CancellationToken c);

    /// <summary>Jobs done since the start.</summary>
    int JobsDone { get; }

    /// <summary>When the last job was done, null before the first.</summary>
    DateTimeOffset? LastJobAt { get; }

    /// <summary>Share of the last tick's time the GPU worked, 0 to 1.</summary>
    double Utilisation { get; }

    /// <summary>Morpheus model server: the answer to an OpenAI chat completion body, null when it does not answer.</summary>
    Task<string?> PromptAsync(string body, CancellationToken c);
}
