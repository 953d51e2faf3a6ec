using NativeSparse.Kernels;

namespace NativeSparse.Numerics;

/// <summary>Dense products of managed arrays on a backend, for the conversion mathematics. One caller at a time; owns its scratch memory.</summary>
/// <param name="backend">Where they run.</param>
/// <param name="splitter">Its threads.</param>
/// <param name="cancellation">Checked by every product.</param>
internal sealed unsafe class MatrixProducts(Backend backend, WorkSplitter splitter, CancellationToken cancellation = default) : IDisposable
{
    private readonly Scratch _scratch = new();

    /// <summary>Where the products run.</summary>
    public Backend Backend { get; } = backend;

    /// <summary>Threads for the loops around the products.</summary>
    public WorkSplitter Splitter { get; } = splitter;

    /// <summary>What a run of a kernel needs.</summary>
    public Execution Execution => new(Splitter, _scratch, cancellation);

    /// <summary>Throws when the conversion was cancelled.</summary>
    public void ThrowIfCancelled() => cancellation.ThrowIfCancellationRequested();

    /// <summary>Packs weights <c>[K, N]</c> at float32; the caller disposes them.</summary>
    public PackedMatrix Pack(ReadOnlySpan<float> weights, int inputWidth, int outputWidth) =>
        Backend.Dense.Pack(weights, inputWidth, outputWidth, Precision.Float32);

    /// <summary><c>y[T, N] = act(x[T, K] W + bias)</c>.</summary>
    /// <param name="x"><c>[T, K]</c>, rows <paramref name="stride"/> apart.</param>
    /// <param name="rows">T.</param>
    /// <param name="stride">At least K.</param>
    /// <param name="weights">Packed <c>[K, N]</c>.</param>
    /// <param name="y"><c>[T, N]</c>, contiguous.</param>
    /// <param name="bias"><c>[N]</c> or empty.</param>
    /// <param name="activation">Applied after the bias.</param>
    /// <param name="multiplier"><c>[T, N]</c> that the result is multiplied with, or empty.</param>
    public void Multiply(
        ReadOnlySpan<float> x,
        int rows,
        int stride,
        PackedMatrix weights,
        Span<float> y,
        ReadOnlySpan<float> bias = default,
        Activation activation = default,
        ReadOnlySpan<float> multiplier = default)
    {
        cancellation.ThrowIfCancellationRequested();
        if (rows == 0)
        {
            return;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(x.Length, ((rows - 1) * stride) + weights.InputWidth, nameof(x));
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, rows * weights.OutputWidth, nameof(y));
        var columns = weights.OutputWidth;
        fixed (float* from = x, to = y, biases = bias, factors = multiplier)
        {
            var epilogue = new Epilogue
            {
                Bias = bias.IsEmpty ? default : View.Create((nint)biases, 1, columns),
                Activation = activation,
                Multiplier = multiplier.IsEmpty ? default : View.Create((nint)factors, rows, columns),
            };
            Backend.Dense.Run(
                Execution,
                View.Create((nint)from, rows, weights.InputWidth, stride),
                weights,
                epilogue,
                View.Create((nint)to, rows, columns));
        }
    }

    /// <summary><c>x[T, K] w[K, N]</c> with weights that are used once.</summary>
    public float[] Multiply(ReadOnlySpan<float> x, int rows, ReadOnlySpan<float> weights, int inputWidth, int outputWidth, ReadOnlySpan<float> bias = default)
    {
        var y = new float[rows * outputWidth];
        using var packed = Pack(weights, inputWidth, outputWidth);
        Multiply(x, rows, inputWidth, packed, y, bias);
        return y;
    }

    /// <inheritdoc/>
    public void Dispose() => _scratch.Dispose();
}
