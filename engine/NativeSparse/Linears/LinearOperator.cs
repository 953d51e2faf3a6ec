using NativeSparse.Forms;
using NativeSparse.Kernels;

namespace NativeSparse.Linears;

/// <summary>y_i = x W_i + b_i for linears that read one value, whose rows are rounded once for all of them.</summary>
internal sealed class LinearOperator : NodeOperator
{
    private readonly IDenseMatMul _dense;
    private readonly PackedMatrix[] _matrices;
    private readonly ConstantRow[] _biases;
    private readonly Epilogue[] _epilogues;

    public LinearOperator(LinearParameters parameters, Backend backend)
    {
        _dense = backend.Dense;
        _matrices = [.. parameters.Matrices.Select(matrix => matrix.Pack(_dense))];
        _biases = [.. parameters.Biases.Select(bias => new ConstantRow(bias))];
        _epilogues = [.. _biases.Select(bias => new Epilogue { Bias = bias.View })];
        OutputWidths = [.. _matrices.Select(matrix => matrix.OutputWidth)];
    }

    /// <inheritdoc/>
    public override int InputWidth => _matrices[0].InputWidth;

    /// <inheritdoc/>
    public override IReadOnlyList<int> OutputWidths { get; }

    /// <inheritdoc/>
    public override Precision Precision => _matrices[0].Precision;

    /// <inheritdoc/>
    public override string Version => _matrices[0].Version;

    /// <inheritdoc/>
    public override long ByteCount => _matrices.Sum(matrix => matrix.ByteCount) + _biases.Sum(bias => bias.ByteCount);

    /// <inheritdoc/>
    public override void Run(in Execution execution, View x, ReadOnlySpan<View> outputs) =>
        _dense.RunMany(execution, x, _matrices, _epilogues, outputs);

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var owned in _matrices.Concat<IDisposable>(_biases))
        {
            owned.Dispose();
        }
    }
}
