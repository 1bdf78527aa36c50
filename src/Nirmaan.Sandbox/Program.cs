using Nirmaan.Sandbox.Miners;

// A stand-in miner is a small process: nothing of the web host may start in it.
if (args is ["miner", ..]) { return await StandInMiner.RunAsync(args); }

var app = WebApplication.CreateBuilder(args).Build();
await app.RunAsync();
return 0;
