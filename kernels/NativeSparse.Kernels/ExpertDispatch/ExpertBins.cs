namespace NativeSparse.Kernels;

/// <summary>
/// The (token, expert) pairs of a range of tokens, sorted by expert and, within one, by token; and their cut into blocks of rows that one
/// product can take.
/// </summary>
internal readonly unsafe struct ExpertBins
{
    private readonly int* _tokens;
    private readonly float* _weights;
    private readonly Block* _blocks;
    private readonly int* _experts;
    private readonly int* _slots;
    private readonly int* _starts;

    private ExpertBins(int pairs, int* tokens, float* weights, Block* blocks, int count, int* experts, int* slots, int* starts)
    {
        _experts = experts;
        _slots = slots;
        _starts = starts;
        Pairs = pairs;
        _tokens = tokens;
        _weights = weights;
        _blocks = blocks;
        Blocks = count;
    }

    public int Pairs { get; }

    /// <summary>How many blocks; by ascending expert.</summary>
    public int Blocks { get; }

    public Block this[int block] => _blocks[block];

    /// <summary>The token of a pair, counted from the first token of the range.</summary>
    public int* Tokens(int pair) => _tokens + pair;

    /// <summary>Routing weight times scale.</summary>
    public float* Weights(int pair) => _weights + pair;

    /// <summary>The same, or null where all of a block's are 1.</summary>
    public float* Factors(in Block block) =>
        new ReadOnlySpan<float>(_weights + block.FirstPair, block.Rows).ContainsAnyExcept(1f) ? _weights + block.FirstPair : null;

    /// <summary>The expert of a pair.</summary>
    public int Expert(int pair) => _experts[pair];

    /// <summary>The pairs of a token, by ascending expert.</summary>
    public ReadOnlySpan<int> PairsOf(int token) => new(_slots + _starts[token], _starts[token + 1] - _starts[token]);

    /// <summary>Sorts the pairs of <paramref name="count"/> tokens from <paramref name="first"/>.</summary>
    public static ExpertBins Rent(Scratch scratch, in Routing routing, int first, int count, int experts, int maxRows, float scale)
    {
        var ends = scratch.RentInt32(1, experts).RowInt32(0);
        new Span<int>(ends, experts).Clear();
        var counts = routing.Counts.RowInt32(0) + first;
        var pairs = 0;
        for (var t = 0; t < count; t++)
        {
            var chosen = routing.Experts.RowInt32(first + t);
            for (var i = 0; i < counts[t]; i++)
            {
                ends[chosen[i]]++;
            }

            pairs += counts[t];
        }

        var blocks = (Block*)scratch.Rent((nuint)(Math.Min(experts, pairs) + (pairs / maxRows)) * (nuint)sizeof(Block));
        var blockCount = 0;
        var start = 0;
        for (var e = 0; e < experts; e++)
        {
            var rows = ends[e];
            ends[e] = start;
            for (var parts = (rows + maxRows - 1) / maxRows; parts > 0; parts--)
            {
                var part = (rows + parts - 1) / parts;
                blocks[blockCount++] = new Block(e, start, part);
                start += part;
                rows -= part;
            }
        }

        var tokens = scratch.RentInt32(1, pairs).RowInt32(0);
        var weights = scratch.Rent(1, pairs).Row(0);
        var owners = scratch.RentInt32(1, pairs).RowInt32(0);
        var slots = scratch.RentInt32(1, pairs).RowInt32(0);
        var starts = scratch.RentInt32(1, count + 1).RowInt32(0);
        starts[0] = 0;
        for (var t = 0; t < count; t++)
        {
            starts[t + 1] = starts[t] + counts[t];
            var chosen = routing.Experts.RowInt32(first + t);
            var given = routing.Weights.Row(first + t);
            for (var i = 0; i < counts[t]; i++)
            {
                var slot = ends[chosen[i]]++;
                tokens[slot] = t;
                owners[slot] = chosen[i];
                slots[starts[t] + i] = slot;
                weights[slot] = given[i] * scale;
            }
        }

        return new ExpertBins(pairs, tokens, weights, blocks, blockCount, owners, slots, starts);
    }

    /// <summary>Some rows of one expert.</summary>
    internal readonly record struct Block(int Expert, int FirstPair, int Rows);
}
