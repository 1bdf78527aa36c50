using System.Net.Sockets;
using System.Runtime.InteropServices;
using Nirmaan.Agent;
using Nirmaan.Agent.Miner;

// The second half of starting a miner: this process becomes it.
if (args is [MinerProcess.BecomeArgument, var parent, _, ..]) { return Posix.Become(parent, args[2..]); }

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    // The handler of a second signal may run while the first still stops the miner.
    if (!stop.IsCancellationRequested) { stop.Cancel(); }
}
using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var onInt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

try
{
    var options = Options.From(Environment.GetEnvironmentVariable);
    var journal = new Journal(Console.Out, TimeProvider.System);
    journal.Hide([options.Token]);
    using var agent = new AgentProcess(options, journal, TimeProvider.System);
    await agent.RunAsync(stop.Token);
    return 0;
}
catch (Exception e) when (e is FormatException or SocketException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"nirmaan-agent: {e.Message}");
    return 2;
}
