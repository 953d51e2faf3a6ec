using System.Globalization;

namespace NativeSparse.Kernels;

/// <summary>How a matrix with zeros is held: dense, or in blocks of neighbouring inputs and outputs that hold a value other than zero.</summary>
/// <param name="BlockHeight">Outputs of a block; 0 of a dense matrix.</param>
/// <param name="BlockInputs">Inputs of a block: 1 at float32, 4 at int8; 0 of a dense matrix.</param>
public readonly record struct SparseLayout(int BlockHeight, int BlockInputs)
{
    private const string DenseName = "dense";

    private static readonly int[] Heights = [1, 2, 4, 8, 16, 32];
    private static readonly int[] Int8Heights = [16, 32];

    /// <summary>All values.</summary>
    public static SparseLayout Dense => default;

    /// <summary>Whether all values are held.</summary>
    public bool IsDense => BlockHeight == 0;

    /// <summary>Every layout that the kernels have, the dense one first.</summary>
    /// <exception cref="NotSupportedException">Sparse weights are float32 or int8.</exception>
    public static IReadOnlyList<SparseLayout> All(Precision precision) => precision switch
    {
        Precision.Float32 => [Dense, .. Heights.Select(height => new SparseLayout(height, 1))],
        Precision.Int8 => [Dense, .. Int8Heights.Select(height => new SparseLayout(height, QuantizedSparseWeights.BlockInputs))],
        _ => throw new NotSupportedException($"sparse weights are {Precision.Float32} or {Precision.Int8}, got {precision}"),
    };

    /// <summary>Reads <c>dense</c>, <c>1x1</c> (CSR), <c>4x1</c>, <c>32x4</c>, ...: outputs by inputs.</summary>
    /// <exception cref="FormatException">There is no such layout; the message lists them.</exception>
    public static SparseLayout Parse(string text)
    {
        SparseLayout[] all = [.. All(Precision.Float32), .. All(Precision.Int8)];
        var index = Array.FindIndex(all, layout => layout.ToString() == text);
        return index >= 0
            ? all[index]
            : throw new FormatException($"unknown layout '{text}'; known: {string.Join(", ", all.Distinct())}");
    }

    /// <inheritdoc/>
    public override string ToString() => IsDense ? DenseName : string.Create(CultureInfo.InvariantCulture, $"{BlockHeight}x{BlockInputs}");

    /// <summary>Values that a matrix <c>[K, N]</c> takes in this layout, those of a last, shorter block included.</summary>
    /// <exception cref="ShapeMismatchException">The length does not match.</exception>
    /// <exception cref="InvalidOperationException">The kernels have no such layout.</exception>
    public long CountStored<T>(ReadOnlySpan<T> weights, int inputWidth, int outputWidth)
        where T : unmanaged, IEquatable<T>
    {
        if (!All(Precision.Float32).Contains(this) && !All(Precision.Int8).Contains(this))
        {
            throw new InvalidOperationException($"there is no layout {this}; known: {string.Join(", ", All(Precision.Float32).Concat(All(Precision.Int8)).Distinct())}");
        }

        DenseArguments.CheckPack(weights.Length, inputWidth, outputWidth);
        if (IsDense)
        {
            return weights.Length;
        }

        var isStored = new bool[(outputWidth + BlockHeight - 1) / BlockHeight];
        var blocks = 0L;
        for (var first = 0; first < inputWidth; first += BlockInputs)
        {
            for (var k = first; k < Math.Min(first + BlockInputs, inputWidth); k++)
            {
                var row = weights.Slice(k * outputWidth, outputWidth);
                for (var block = 0; block < isStored.Length; block++)
                {
                    var start = block * BlockHeight;
                    isStored[block] |= row.Slice(start, Math.Min(BlockHeight, outputWidth - start)).ContainsAnyExcept(default(T));
                }
            }

            blocks += isStored.AsSpan().Count(true);
            Array.Clear(isStored);
        }

        return blocks * BlockHeight * BlockInputs;
    }
}
