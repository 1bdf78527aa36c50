using Nirmaan.Sandbox;
using Nirmaan.Sandbox.Miners;

// A stand-in miner is a small process: nothing of the web host may start in it.
if (args is ["miner", ..]) { return await StandInMiner.RunAsync(args); }

await SandboxHost.Build(args).RunAsync();
return 0;
