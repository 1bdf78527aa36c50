namespace Nirmaan.Providers.Ssh;

/// <summary>How ssh gets into a machine.</summary>
/// <param name="Label">What the machine is called in messages.</param>
/// <param name="KnownHostsFile">File with its host key.</param>
/// <param name="Alias">Name under which the file keeps the key; null = its address. An address may be another machine's tomorrow.</param>
/// <param name="TakesFirstKey">True = a machine of which the file has no key yet is believed once, and its key is written there.</param>
internal sealed record SshDoor(
    string Label, string Host, int Port, string User, string? IdentityFile, string KnownHostsFile, string? Alias = null, bool TakesFirstKey = false);
