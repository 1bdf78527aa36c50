using Nirmaan.Evm.JsonRpc;

namespace Nirmaan.Evm.Tests.JsonRpc;

public class LogReaderTests
{
    private static readonly LogFilter s_all = new([]);

    [Theory]
    [InlineData(1000)]
    [InlineData(7)]
    [InlineData(1)]
    public async Task Every_block_is_read_once_and_in_order_whatever_the_page(int maxRange)
    {
        var pages = await ReadAsync(new FakeChain().Reader(maxRange: maxRange));
        pages.SelectMany(p => p.Logs).Select(l => l.BlockNumber).ShouldBe(Enumerable.Range(0, 100).Select(i => (long)i));
        pages.Zip(pages.Skip(1)).ShouldAllBe(pair => pair.First.End.Block + 1 == pair.Second.FromBlock);
        pages[^1].End.ShouldBe(new LogCursor(99, FakeChain.HashOf(99)));
        pages[^1].EndTime.ShouldBe(FakeChain.Start.AddSeconds(99));
    }

    // What nodes and services are known to say, from their users' bug reports.
    [Theory]
    [InlineData(-32005, "query returned more than 10000 results. Try with this block range [0xBDE5F8, 0x102DBCC].")]
    [InlineData(-32602, "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range")]
    [InlineData(-32600, "You can make eth_getLogs requests with up to a 500 block range.")]
    [InlineData(-32602, "range 1000000 exceeds limit of 10000")]
    [InlineData(-32000, "block range is larger than max block range, block range = 5120, max block range = 5000")]
    [InlineData(-32614, "eth_getLogs is limited to a 10,000 range")]
    [InlineData(-32005, "limit exceeded")]
    [InlineData(-32000, "query timeout exceeded")]
    public async Task A_node_that_finds_the_range_too_much_is_asked_for_half_and_then_for_more_again(int code, string words)
    {
        var chain = new FakeChain { Limit = (from, to) => Refuse(to - from + 1 > (from < 50 ? 10 : 30), code, words) };
        var pages = await ReadAsync(chain.Reader());
        pages.SelectMany(p => p.Logs).Select(l => l.BlockNumber).ShouldBe(Enumerable.Range(0, 100).Select(i => (long)i));
        pages.Max(p => p.Logs.Count).ShouldBeGreaterThan(10);
    }

    [Theory]
    [InlineData(-32005, "daily request count exceeded, request rate limited")]
    [InlineData(429, "Your app has exceeded its compute units per second capacity")]
    [InlineData(-32000, "header not found")]
    public async Task Another_error_is_not_answered_with_more_questions(int code, string words)
    {
        var chain = new FakeChain { Limit = (_, _) => Refuse(true, code, words) };
        (await Should.ThrowAsync<JsonRpcException>(() => ReadAsync(chain.Reader()))).NodeMessage.ShouldBe(words);
        chain.Node.Bodies.Count.ShouldBe(2); // the height, then one page
    }

    [Fact]
    public async Task A_single_block_that_is_too_much_is_an_error()
    {
        var chain = new FakeChain { Limit = (from, to) => Refuse(to >= 40, -32005, "query returned more than 10000 results") };
        List<LogPage> pages = [];
        await Should.ThrowAsync<JsonRpcException>(async () =>
        {
            await foreach (var page in chain.Reader().ReadAsync(s_all, 0, null, TestContext.Current.CancellationToken)) { pages.Add(page); }
        });
        pages[^1].End.Block.ShouldBe(39);
    }

    [Fact]
    public async Task Blocks_above_the_finality_depth_are_left_alone()
    {
        (await ReadAsync(new FakeChain().Reader(finalityDepth: 12)))[^1].End.Block.ShouldBe(87);
        (await ReadAsync(new FakeChain { Newest = 5 }.Reader(finalityDepth: 12))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Reading_stops_at_the_block_that_is_asked_for() =>
        (await ReadAsync(new FakeChain().Reader(), from: 10, to: 20)).SelectMany(p => p.Logs).Select(l => l.BlockNumber)
            .ShouldBe(Enumerable.Range(10, 11).Select(i => (long)i));

    [Fact]
    public async Task Times_are_fetched_from_the_headers_when_the_logs_bring_none()
    {
        var chain = new FakeChain { SendsTimes = false };
        var logs = (await ReadAsync(chain.Reader())).SelectMany(p => p.Logs).ToList();
        logs.Select(l => l.Time).ShouldBe(Enumerable.Range(0, 100).Select(i => FakeChain.Start.AddSeconds(i)));
    }

    [Fact]
    public async Task A_node_that_lags_behind_is_an_error_and_not_an_empty_page()
    {
        var chain = new FakeChain { HeadersEndAt = 98 };
        (await Should.ThrowAsync<JsonRpcProtocolException>(() => ReadAsync(chain.Reader()))).Message.ShouldContain("lags");
    }

    [Theory]
    [InlineData(true, 99)]
    [InlineData(false, 50)]
    public async Task A_reorganisation_during_a_page_is_seen(bool sendsTimes, long forkAt)
    {
        var chain = new FakeChain { HeadersForkAt = forkAt, SendsTimes = sendsTimes };
        (await Should.ThrowAsync<ChainMovedException>(() => ReadAsync(chain.Reader()))).Block.ShouldBe(forkAt);
    }

    [Fact]
    public async Task A_cursor_tells_whether_its_block_is_still_there()
    {
        var reader = new FakeChain().Reader();
        var cancel = TestContext.Current.CancellationToken;
        (await reader.LookUpAsync(new LogCursor(50, FakeChain.HashOf(50)), cancel)).ShouldBe(CursorState.OnChain);
        (await reader.LookUpAsync(new LogCursor(50, FakeChain.HashOf(50, fork: 1)), cancel)).ShouldBe(CursorState.Replaced);
        (await reader.LookUpAsync(new LogCursor(500, FakeChain.HashOf(500)), cancel)).ShouldBe(CursorState.Unknown);
    }

    private static void Refuse(bool refuse, int code, string words)
    {
        if (refuse) { throw new RefusedException(code, words); }
    }

    private static async Task<List<LogPage>> ReadAsync(LogReader reader, long from = 0, long? to = null)
    {
        List<LogPage> pages = [];
        await foreach (var page in reader.ReadAsync(s_all, from, to, TestContext.Current.CancellationToken)) { pages.Add(page); }
        return pages;
    }
}
