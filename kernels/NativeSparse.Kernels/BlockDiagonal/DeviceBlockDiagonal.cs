using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>All blocks in one launch: a dense product's kernels over a table of as many matrices.</summary>
internal sealed class DeviceBlockDiagonal(Device device) : IBlockDiagonalMatMul
{
    private readonly DeviceProducts _products = new(device);

    public string Version => DeviceDenseMatMul.VersionName;

    public PackedBlockDiagonal Pack(ReadOnlySpan<float> weights, ReadOnlySpan<DiagonalBlock> blocks, Precision precision)
    {
        if (precision is not (Precision.Float32 or Precision.BFloat16 or Precision.Int8))
        {
            throw DeviceProducts.UnknownPrecision(device, precision);
        }

        DiagonalArguments.CheckPack(weights.Length, blocks);
        var layout = new TileLayout(precision);
        var (start, place) = (0, default(TileMatrix));
        foreach (var (inputs, outputs) in blocks)
        {
            var part = weights.Slice(start, inputs * outputs);
            if (precision == Precision.Int8)
            {
                var rounded = QuantizedWeights.Round(part, inputs, outputs);
                layout.Add(rounded.Values.Span, rounded.Scales.Span, inputs, outputs, place);
            }
            else
            {
                layout.Add(part, inputs, outputs, place);
            }

            start += inputs * outputs;
            Advance(ref place, inputs, outputs, precision);
        }

        return Join(layout);
    }

    public PackedBlockDiagonal Pack(IReadOnlyList<PackedMatrix> blocks)
    {
        var matrices = DiagonalArguments.CheckPack(blocks);
        if (!matrices.All(matrix => matrix is DeviceMatrix own && own.Table.Device == device))
        {
            throw DenseArguments.Foreign(device.Name, nameof(blocks));
        }

        var precision = matrices[0].Precision;
        var layout = new TileLayout(precision);
        var place = default(TileMatrix);
        foreach (var matrix in matrices)
        {
            if (precision == Precision.Int8)
            {
                var rounded = matrix.UnpackInt8();
                layout.Add(rounded.Values.Span, rounded.Scales.Span, matrix.InputWidth, matrix.OutputWidth, place);
            }
            else
            {
                var plain = new float[matrix.InputWidth * matrix.OutputWidth];
                matrix.Unpack(plain);
                layout.Add(plain, matrix.InputWidth, matrix.OutputWidth, place);
            }

            Advance(ref place, matrix.InputWidth, matrix.OutputWidth, precision);
        }

        var packed = Join(layout);
        Array.ForEach(matrices, matrix => matrix.Dispose());
        return packed;
    }

    public void Run(in Execution execution, View x, PackedBlockDiagonal weights, in Epilogue epilogue, View y)
    {
        DiagonalArguments.CheckRun(x, weights, epilogue, y);
        var table = Own(weights, nameof(weights));
        execution.Cancellation.ThrowIfCancellationRequested();
        try
        {
            using var call = new DeviceCall(device);
            var (bias, multiplier, result) = (call.Read(epilogue.Bias), call.Read(epilogue.Multiplier), call.Write(y));
            var product = new DeviceProduct { Table = table, Bias = bias, Multiplier = multiplier, Activation = epilogue.Activation };
            _products.Run(call, call.Read(x), product, result);
            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, failure);
        }
    }

    public void RunBlockShuffle(
        in Execution execution, View x, PackedBlockDiagonal first, PackedBlockDiagonal second, in Epilogue epilogue, View y)
    {
        DiagonalArguments.CheckShuffle(x, first, second, epilogue, y);
        var (before, after) = (Own(first, nameof(first)), Own(second, nameof(second)));
        execution.Cancellation.ThrowIfCancellationRequested();
        try
        {
            using var call = new DeviceCall(device);
            var (bias, multiplier, result) = (call.Read(epilogue.Bias), call.Read(epilogue.Multiplier), call.Write(y));
            var middle = call.Rent(x.Rows, first.OutputWidth);
            var expansion = new DeviceProduct { Table = before, Turns = second.Count, TurnLength = second.Block(0).InputWidth };
            _products.Run(call, call.Read(x), expansion, middle);
            var product = new DeviceProduct { Table = after, Bias = bias, Multiplier = multiplier, Activation = epilogue.Activation, Turns = second.Count };
            _products.Run(call, middle, product, result);
            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, failure);
        }
    }

    public void RunBlockDense(
        in Execution execution, View x, PackedBlockDiagonal blocks, PackedMatrix dense, in Epilogue epilogue, View y)
    {
        DiagonalArguments.CheckBlockDense(x, blocks, dense, epilogue, y);
        var table = Own(blocks, nameof(blocks));
        var matrix = dense is DeviceMatrix own && own.Table.Device == device ? own : throw DenseArguments.Foreign(device.Name, nameof(dense));
        execution.Cancellation.ThrowIfCancellationRequested();
        try
        {
            using var call = new DeviceCall(device);
            var (bias, multiplier, result) = (call.Read(epilogue.Bias), call.Read(epilogue.Multiplier), call.Write(y));
            var middle = call.Rent(x.Rows, blocks.OutputWidth);
            _products.Run(call, call.Read(x), new DeviceProduct { Table = table }, middle);
            var product = new DeviceProduct { Table = matrix.Table, Bias = bias, Multiplier = multiplier, Activation = epilogue.Activation };
            _products.Run(call, middle, product, result);
            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, failure);
        }
    }

    private static void Advance(ref TileMatrix place, int inputs, int outputs, Precision precision)
    {
        place.SourceStart += inputs;
        place.InputStart += precision == Precision.Int8 ? (inputs + 3) / 4 : inputs;
        place.OutputStart += outputs;
        place.BiasStart += outputs;
        place.Quantum++;
    }

    private PackedBlockDiagonal Join(TileLayout layout)
    {
        var table = new DeviceTable(device, layout);
        return new PackedBlockDiagonal([.. Enumerable.Range(0, table.Matrices.Count).Select(b => new DeviceMatrix(table.Part(b)))], table);
    }

    private DeviceTable Own(PackedBlockDiagonal weights, string operand) =>
        weights.Joint is DeviceTable table && table.Device == device ? table : throw DenseArguments.Foreign(device.Name, operand);
}
