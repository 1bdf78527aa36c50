using Nirmaan.Cli;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    stop.Cancel();
};
return await CommandLine.RunAsync(args, new Terminal(Console.In, Console.Out, Console.Error, Environment.GetEnvironmentVariable), stop.Token);
