using Nirmaan.Sandbox;

await SandboxHost.Build(args).RunAsync();
