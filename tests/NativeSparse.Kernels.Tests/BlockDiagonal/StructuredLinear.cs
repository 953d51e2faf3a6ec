using NativeSparse.Onnx;

namespace NativeSparse.Kernels.Tests;

/// <summary>A linear of a reference file: LowRank (one block, then a dense matrix), BlockDense or BlockShuffle, as its tensors say.</summary>
internal sealed class StructuredLinear : IDisposable
{
    private readonly Backend _backend;
    private readonly PackedBlockDiagonal _first;
    private readonly PackedBlockDiagonal? _second;
    private readonly PackedMatrix? _dense;
    private readonly Operand? _bias;

    public StructuredLinear(Backend backend, TensorFile file, string prefix)
    {
        ConstantTensor? Find(string name) => file.Tensors.FirstOrDefault(tensor => tensor.Name == prefix + name);
        _backend = backend;
        if (Find("blkdiag1") is { } shuffled)
        {
            _first = PackBlocks(shuffled);
            _second = PackBlocks(file[prefix + "blkdiag2"]);
        }
        else
        {
            _first = PackBlocks(Find("blkdiag") ?? file[prefix + "lr1"]);
            var dense = Find("lr") ?? file[prefix + "lr2"];
            var (outputs, inputs) = ((int)dense.Shape[0], (int)dense.Shape[1]);
            _dense = backend.Dense.Pack(Turn(dense.ToSingles(), outputs, inputs), inputs, outputs, Precision.Float32);
        }

        if (Find("bias") is { } bias)
        {
            _bias = new Operand(1, (int)bias.Shape[0]);
            bias.ToSingles().CopyTo(_bias.Row(0));
        }
    }

    public float[] Run(Operand x, bool hasBias, Activation activation)
    {
        using var host = new Host(2);
        using var y = new Operand(x.View.Rows, _second?.OutputWidth ?? _dense!.OutputWidth);
        var epilogue = new Epilogue { Bias = hasBias && _bias is not null ? _bias.View : default, Activation = activation };
        if (_second is not null)
        {
            _backend.BlockDiagonal.RunBlockShuffle(host.Execution, x.View, _first, _second, epilogue, y.View);
        }
        else
        {
            _backend.BlockDiagonal.RunBlockDense(host.Execution, x.View, _first, _dense!, epilogue, y.View);
        }

        return y.Values();
    }

    public void Dispose()
    {
        _first.Dispose();
        _second?.Dispose();
        _dense?.Dispose();
        _bias?.Dispose();
    }

    /// <summary>Blocks stored [blocks, out, in]; a matrix [out, in] is one block.</summary>
    private PackedBlockDiagonal PackBlocks(ConstantTensor tensor)
    {
        var count = tensor.Shape.Count == 3 ? (int)tensor.Shape[0] : 1;
        var (outputs, inputs) = ((int)tensor.Shape[^2], (int)tensor.Shape[^1]);
        var weights = tensor.ToSingles().Chunk(outputs * inputs).SelectMany(block => Turn(block, outputs, inputs)).ToArray();
        return _backend.BlockDiagonal.Pack(weights, DiagonalBlock.Repeat(count, inputs, outputs), Precision.Float32);
    }

    private static float[] Turn(float[] stored, int rows, int columns) =>
        [.. Enumerable.Range(0, stored.Length).Select(i => stored[(i % rows * columns) + (i / rows)])];
}
