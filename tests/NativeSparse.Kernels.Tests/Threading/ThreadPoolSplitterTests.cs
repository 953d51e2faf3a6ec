using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed unsafe class ThreadPoolSplitterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_index_runs_once(int threads)
    {
        var splitter = new ThreadPoolSplitter(threads);
        foreach (var count in new[] { 0, 1, 2, 3, 100, 1000 })
        {
            var state = new Counters { Seen = new int[count] };
            splitter.Run(count, &Count, ref state);
            Assert.All(state.Seen, seen => Assert.Equal(1, seen));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void An_exception_of_the_body_reaches_the_caller_and_the_splitter_stays_usable(int threads)
    {
        var splitter = new ThreadPoolSplitter(threads);
        for (var i = 0; i < 50; i++)
        {
            var state = new Counters { Seen = new int[20] };
            var failure = Assert.Throws<InvalidOperationException>(() =>
            {
                var inner = new Counters { Seen = new int[20] };
                splitter.Run(20, &Fail, ref inner);
            });
            Assert.Equal("index 13", failure.Message);
            splitter.Run(20, &Count, ref state);
            Assert.All(state.Seen, seen => Assert.Equal(1, seen));
        }
    }

    [Fact]
    public void Many_callers_may_share_it()
    {
        var splitter = new ThreadPoolSplitter(3);
        Parallel.For(0, 16, _ =>
        {
            for (var i = 0; i < 200; i++)
            {
                var state = new Counters { Seen = new int[9] };
                splitter.Run(9, &Count, ref state);
                Assert.Equal(9, state.Seen.Sum());
            }
        });
    }

    [Fact]
    public void Calls_may_nest()
    {
        var splitter = new ThreadPoolSplitter(3);
        var state = new Nested { Splitter = splitter, Seen = new int[8] };
        splitter.Run(8, &Nest, ref state);
        Assert.All(state.Seen, seen => Assert.Equal(5, seen));
    }

    [Fact]
    public void A_late_pool_holds_no_more_requests_than_workers()
    {
        const int workers = 3;
        var calls = new OpenCalls();
        for (var i = 0; i < 10_000; i++)
        {
            // Nothing to do: the call is over before any worker can come.
            var call = calls.Open(0, workers, null, null);
            Assert.NotNull(call);
            Assert.InRange(calls.Waiting, 0, workers);
            calls.Close(call);
        }

        SpinWait.SpinUntil(() => calls.Waiting == 0, TimeSpan.FromSeconds(30));
        Assert.Equal(0, calls.Waiting);
    }

    [Fact]
    public void Workers_help()
    {
        var splitter = new ThreadPoolSplitter(2);
        var state = new Meeting { Arrived = 0, Met = false };
        splitter.Run(2, &Meet, ref state);
        Assert.True(state.Met);
    }

    [Fact]
    public void An_execution_of_nothing_is_refused()
    {
        using var scratch = new Scratch();
        Assert.Throws<ArgumentNullException>(() => new Execution(null!, scratch));
        Assert.Throws<ArgumentNullException>(() => new Execution(SerialSplitter.Instance, null!));
        Assert.Contains("new Execution(splitter, scratch)", Assert.Throws<ArgumentException>(() => default(Execution).Splitter).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => default(Execution).Scratch);
    }

    [Fact]
    public void Fewer_than_one_thread_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new ThreadPoolSplitter(0));

    private static void Count(ref Counters state, int index) => Interlocked.Increment(ref state.Seen[index]);

    private static void Fail(ref Counters state, int index)
    {
        if (index == 13)
        {
            throw new InvalidOperationException($"index {index}");
        }

        Count(ref state, index);
    }

    private static void Nest(ref Nested state, int index)
    {
        var inner = new Counters { Seen = new int[5] };
        state.Splitter.Run(5, &Count, ref inner);
        Interlocked.Add(ref state.Seen[index], inner.Seen.Sum());
    }

    private static void Meet(ref Meeting state, int index)
    {
        Interlocked.Increment(ref state.Arrived);
        var start = Environment.TickCount64;
        while (Volatile.Read(ref state.Arrived) < 2 && Environment.TickCount64 - start < 30_000)
        {
            Thread.Yield();
        }

        state.Met = Volatile.Read(ref state.Arrived) == 2;
    }

    private struct Meeting
    {
        public int Arrived;
        public bool Met;
    }

    private struct Counters
    {
        public int[] Seen;
    }

    private struct Nested
    {
        public WorkSplitter Splitter;
        public int[] Seen;
    }
}
