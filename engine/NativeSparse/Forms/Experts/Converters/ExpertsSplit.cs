using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>A division of the hidden neurons into experts, and the cutting of weights along it.</summary>
/// <remarks>
/// Expert e holds its neurons in ascending order. Narrower experts are padded to B columns with zero weights (and zero rows of the
/// down projection), which <see cref="ExpertsParameters.Widths"/> tells. Immutable.
/// </remarks>
internal sealed class ExpertsSplit
{
    private readonly int[][] _neurons;

    /// <summary>A division given by each neuron's expert.</summary>
    /// <exception cref="ArgumentException">An expert is out of range or stays empty.</exception>
    public ExpertsSplit(int[] assignment, int experts)
    {
        var counts = new int[experts];
        foreach (var expert in assignment)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(expert);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(expert, experts);
            counts[expert]++;
        }

        if (counts.Contains(0))
        {
            throw new ArgumentException($"expert {Array.IndexOf(counts, 0)} of {experts} has no neurons", nameof(assignment));
        }

        Assignment = assignment;
        _neurons = [.. counts.Select(count => new int[count])];
        var filled = new int[experts];
        for (var j = 0; j < assignment.Length; j++)
        {
            var expert = assignment[j];
            _neurons[expert][filled[expert]++] = j;
        }

        Width = counts.Max();
        Widths = counts.Min() == Width ? null : counts;
    }

    /// <summary>The expert of each neuron, <c>[H]</c>.</summary>
    public int[] Assignment { get; }

    /// <summary>E.</summary>
    public int Experts => _neurons.Length;

    /// <summary>B: the widest expert.</summary>
    public int Width { get; }

    /// <summary><c>[E]</c> where widths differ, else null.</summary>
    public int[]? Widths { get; }

    /// <summary>E slices that follow one another; where E does not divide H, the last ones are narrower by one neuron.</summary>
    public static ExpertsSplit Contiguous(int hidden, int experts)
    {
        var assignment = new int[hidden];
        var next = 0;
        for (var e = 0; e < experts; e++)
        {
            var width = (hidden / experts) + (e < hidden % experts ? 1 : 0);
            assignment.AsSpan(next, width).Fill(e);
            next += width;
        }

        return new ExpertsSplit(assignment, experts);
    }

    /// <summary>A seeded random division into experts of the same widths as <see cref="Contiguous"/>.</summary>
    public static ExpertsSplit Random(int hidden, int experts, int seed)
    {
        var assignment = Contiguous(hidden, experts).Assignment;
        new Random(seed).Shuffle(assignment);
        return new ExpertsSplit(assignment, experts);
    }

    /// <summary>The neurons of an expert, ascending.</summary>
    public ReadOnlySpan<int> Neurons(int expert) => _neurons[expert];

    /// <summary>Cuts weights <c>[rows, H]</c> into <c>[E, rows, B]</c>; a bias is one row.</summary>
    public float[] Columns(ReadOnlySpan<float> weights, int rows)
    {
        var hidden = Assignment.Length;
        var cut = new float[Experts * rows * Width];
        for (var e = 0; e < Experts; e++)
        {
            var neurons = _neurons[e];
            for (var row = 0; row < rows; row++)
            {
                var from = weights.Slice(row * hidden, hidden);
                var to = cut.AsSpan(((e * rows) + row) * Width, neurons.Length);
                for (var i = 0; i < neurons.Length; i++)
                {
                    to[i] = from[neurons[i]];
                }
            }
        }

        return cut;
    }

    /// <summary>Cuts weights <c>[H, columns]</c> into <c>[E, B, columns]</c>.</summary>
    public float[] Rows(ReadOnlySpan<float> weights, int columns)
    {
        var cut = new float[Experts * Width * columns];
        for (var e = 0; e < Experts; e++)
        {
            for (var i = 0; i < _neurons[e].Length; i++)
            {
                weights.Slice(_neurons[e][i] * columns, columns).CopyTo(cut.AsSpan(((e * Width) + i) * columns, columns));
            }
        }

        return cut;
    }

    /// <summary>The experts of a dense site under a router, top-k, scale 1, with the dense biases.</summary>
    /// <param name="weights">The dense site.</param>
    /// <param name="shape">How experts are chosen.</param>
    /// <param name="router"><c>[D, E]</c>.</param>
    /// <param name="routerBias"><c>[E]</c> or null.</param>
    /// <param name="threshold">theta.</param>
    public ExpertsParameters Cut(FeedForwardWeights weights, in ExpertsShape shape, float[] router, float[]? routerBias, float threshold = 0) => new()
    {
        Experts = Experts,
        InputWidth = weights.InputWidth,
        ExpertWidth = Width,
        OutputWidth = weights.OutputWidth,
        Activation = shape.Activation,
        Up = Columns(weights.Up, weights.InputWidth),
        UpBias = weights.UpBias is null ? null : Columns(weights.UpBias, 1),
        Gate = weights.Gate is null ? null : Columns(weights.Gate, weights.InputWidth),
        GateBias = weights.GateBias is null ? null : Columns(weights.GateBias, 1),
        Down = Rows(weights.Down, weights.OutputWidth),
        DownBias = weights.DownBias,
        Router = router,
        RouterBias = routerBias,
        Widths = Widths,
        Selection = shape.Selection,
        K = shape.Selection == RoutingSelection.TopK ? shape.K : 0,
        Threshold = threshold,
        Weights = RoutingWeights.None,
    };
}
