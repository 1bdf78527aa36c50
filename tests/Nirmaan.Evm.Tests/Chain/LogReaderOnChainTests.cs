using Nirmaan.Evm.JsonRpc;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

public class LogReaderOnChainTests(LocalChain chain) : ChainTest(chain)
{
    [Fact]
    public async Task Logs_are_read_in_pages_and_decoded()
    {
        var (probe, first) = await TicksAsync();
        var pages = await ReadAsync(probe, first, new LogReaderOptions(FinalityDepth: 0, MaxRange: 4));
        pages.Count.ShouldBeGreaterThan(4);
        var ticks = pages.SelectMany(p => p.Logs).Select(l => l.TryDecode<Tick>(out var tick) ? tick : null).ToList();
        ticks.ShouldBe(Enumerable.Range(0, 60).Select(i => new Tick(i, i * i)));
    }

    [Fact]
    public async Task Each_log_carries_the_time_and_the_hash_of_its_block()
    {
        var (probe, first) = await TicksAsync();
        foreach (var log in (await ReadAsync(probe, first, new LogReaderOptions(0))).SelectMany(p => p.Logs))
        {
            var block = (await Chain.Rpc.GetBlockAsync(BlockTag.At(log.BlockNumber), Cancel))!;
            (log.BlockHash, log.Time).ShouldBe((block.Hash, block.Time));
        }
    }

    [Fact]
    public async Task Indexed_fields_narrow_the_filter()
    {
        var (probe, first) = await TicksAsync();
        var filter = LogFilter.Of<Tick>(probe, [new Bytes32([.. new byte[31], 7]), new Bytes32([.. new byte[31], 9])]);
        var logs = await Chain.Rpc.GetLogsAsync(filter, first, await Chain.Rpc.GetBlockNumberAsync(Cancel), Cancel);
        logs.Select(l => l.TryDecode<Tick>(out var tick) ? tick.Number : -1).ShouldBe([7, 9]);
    }

    [Fact]
    public async Task A_reorganisation_shows_at_the_cursor_and_the_older_cursor_still_stands()
    {
        string snapshot = await Chain.SnapshotAsync(Cancel);
        var (probe, first) = await TicksAsync();
        var reader = new LogReader(Chain.Rpc, new LogReaderOptions(FinalityDepth: 0, MaxRange: 2));
        var before = await ReadAsync(probe, first, new LogReaderOptions(FinalityDepth: 0, MaxRange: 2));
        (await reader.LookUpAsync(before[^1].End, Cancel)).ShouldBe(CursorState.OnChain);

        await Chain.Rpc.RequestAsync("anvil_reorg", [5, Array.Empty<object>()], Cancel);

        (await reader.LookUpAsync(before[^1].End, Cancel)).ShouldBe(CursorState.Replaced);
        (await reader.LookUpAsync(before[0].End, Cancel)).ShouldBe(CursorState.OnChain);
        (await ReadAsync(probe, first, new LogReaderOptions(0))).Sum(p => p.Logs.Count).ShouldBeLessThan(60);
        await Chain.RevertAsync(snapshot, Cancel);
        (await reader.LookUpAsync(before[^1].End, Cancel)).ShouldBe(CursorState.Unknown);
    }

    [Fact]
    public async Task What_lies_below_the_finality_depth_survives_a_reorganisation_of_that_depth()
    {
        var (probe, first) = await TicksAsync();
        var before = (await ReadAsync(probe, first, new LogReaderOptions(FinalityDepth: 5))).SelectMany(p => p.Logs).ToList();
        before.ShouldNotBeEmpty();

        await Chain.Rpc.RequestAsync("anvil_reorg", [5, Array.Empty<object>()], Cancel);

        var after = (await ReadAsync(probe, first, new LogReaderOptions(FinalityDepth: 5))).SelectMany(p => p.Logs).ToList();
        after.Select(l => (l.BlockHash, l.LogIndex)).ShouldBe(before.Select(l => (l.BlockHash, l.LogIndex)));
    }

    /// <summary>Twenty blocks with three ticks each, numbered from 0.</summary>
    private async Task<(EvmAddress Probe, long FirstBlock)> TicksAsync()
    {
        var probe = await Chain.DeployAsync("AbiProbe", [], Cancel);
        long first = await Chain.Rpc.GetBlockNumberAsync(Cancel) + 1;
        for (int i = 0; i < 20; i++) { await Chain.SendAsync(Chain.Accounts[1], probe, new EmitTicks(3 * i, 3), Cancel); }
        return (probe, first);
    }

    private async Task<List<LogPage>> ReadAsync(EvmAddress probe, long first, LogReaderOptions options)
    {
        List<LogPage> pages = [];
        await foreach (var page in new LogReader(Chain.Rpc, options).ReadAsync(LogFilter.Of<Tick>(probe), first, null, Cancel)) { pages.Add(page); }
        return pages;
    }
}
