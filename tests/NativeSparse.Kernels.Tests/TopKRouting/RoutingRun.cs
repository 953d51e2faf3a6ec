namespace NativeSparse.Kernels.Tests;

/// <summary>One routing of given scores.</summary>
internal sealed unsafe class RoutingRun : IDisposable
{
    private readonly Backend _backend;
    private readonly Operand _scores;
    private readonly RoutingOptions _options;
    private readonly Host _host;
    private readonly Scratch _memory = new();

    public RoutingRun(Backend backend, int tokens, int experts, float[] scores, RoutingOptions options, int capacity, int threads = 1, bool hasCounters = false)
    {
        _backend = backend;
        _options = options;
        _host = new Host(threads);
        _scores = new Operand(tokens, experts, gap: 1);
        for (var t = 0; t < tokens; t++)
        {
            scores.AsSpan(t * experts, experts).CopyTo(_scores.Row(t));
        }

        Routing = Routing.Rent(_memory, tokens, capacity);
        if (hasCounters)
        {
            Routing = Routing with { Passed = _memory.Rent(1, tokens), Load = _memory.RentInt32(2, experts) };
        }

        Repeat();
    }

    public Routing Routing { get; }

    public void Repeat() => _backend.Routing.Run(_host.Execution, _scores.View, _options, Routing);

    public int[] Chosen(int token) => new ReadOnlySpan<int>(Routing.Experts.RowInt32(token), Count(token)).ToArray();

    public float[] Weights(int token) => new ReadOnlySpan<float>(Routing.Weights.Row(token), Count(token)).ToArray();

    public void Dispose()
    {
        _scores.Dispose();
        _host.Dispose();
        _memory.Dispose();
    }

    private int Count(int token) => Routing.Counts.RowInt32(0)[token];
}
