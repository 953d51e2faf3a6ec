using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Products with sparse activations on a device: one launch lists what is active, one sums its rows.</summary>
internal sealed class DeviceRowSparse(Device device) : IRowSparseMatMul
{
    private readonly DeviceKernel<ActiveLauncher> _active = new(device, KernelMethods.Active);
    private readonly DeviceKernel<RowLauncher<Quad>> _floats = new(device, KernelMethods.ActiveRows<FloatTile, float, Quad>());
    private readonly DeviceKernel<RowLauncher<int>> _integers = new(device, KernelMethods.ActiveRows<IntegerTile, int, int>());

    private delegate void ActiveLauncher(
        AcceleratorStream stream,
        KernelConfig config,
        ActiveParameters parameters,
        ArrayView<int> givenCounts,
        ArrayView<int> givenIndices,
        ArrayView<float> given,
        ArrayView<int> counts,
        ArrayView<int> indices,
        ArrayView<float> values,
        ArrayView<float> scales);

    private delegate void RowLauncher<TWeight>(AcceleratorStream stream, KernelConfig config, ActiveRowParameters parameters, ActiveRowOperands<TWeight> operands)
        where TWeight : unmanaged;

    public string Version => DeviceDenseMatMul.VersionName;

    public PackedMatrix Pack(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision)
    {
        DenseArguments.CheckPack(weights.Length, inputWidth, outputWidth);
        return precision switch
        {
            Precision.Float32 => new DeviceMatrix(device, weights, inputWidth, outputWidth, precision),
            Precision.Int8 => Pack(QuantizedWeights.Round(weights, inputWidth, outputWidth)),
            _ => throw RowSparseArguments.UnknownPrecision(device.Name, precision),
        };
    }

    public PackedMatrix Pack(QuantizedWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new DeviceMatrix(device, weights);
    }

    public void Run(in Execution execution, View hidden, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        RowSparseArguments.CheckRun(hidden, weights, epilogue, y);
        Launch(execution, hidden, default, default, weights, epilogue, y);
    }

    public void Run(in Execution execution, in ActiveNeurons active, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        RowSparseArguments.CheckRun(active, weights, epilogue, y);
        Launch(execution, active.Values, active.Indices, active.Counts, weights, epilogue, y);
    }

    private void Launch(in Execution execution, View given, View givenIndices, View givenCounts, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        var own = weights is DeviceMatrix { Precision: Precision.Float32 or Precision.Int8 } matrix && matrix.Table.Device == device
            ? matrix
            : throw DenseArguments.Foreign(device.Name, nameof(weights));
        execution.Cancellation.ThrowIfCancellationRequested();
        if (y.Rows == 0)
        {
            return;
        }

        try
        {
            using var call = new DeviceCall(device);
            var (bias, multiplier, result) = (call.Read(epilogue.Bias), call.Read(epilogue.Multiplier), call.Write(y));
            var (values, indices, counts) = (call.Read(given), call.Read(givenIndices), call.Read(givenCounts));
            var width = Math.Max(given.Columns, 1);
            var set = new ActiveNeurons { Counts = call.RentInt32(1, y.Rows), Indices = call.RentInt32(y.Rows, width), Values = call.Rent(y.Rows, width) };
            var scales = call.Values<float>(call.Rent(1, y.Rows));
            var p = new ActiveParameters
            {
                Width = given.Columns,
                Stride = values.Stride,
                IndexStride = indices.Stride,
                HasSets = givenCounts.IsEmpty ? 0 : 1,
                IsInteger = own.Precision == Precision.Int8 ? 1 : 0,
            };
            _active.Launcher(
                device.Launch(),
                new KernelConfig(new Index3D(y.Rows, 1, 1), new Index3D(device.GroupThreads, 1, 1)),
                p,
                call.Values<int>(counts),
                call.Values<int>(indices),
                call.Values<float>(values),
                call.Values<int>(set.Counts),
                call.Values<int>(set.Indices),
                call.Values<float>(set.Values),
                scales);
            var q = new ActiveRowParameters
            {
                Width = given.Columns,
                OutputStride = result.Stride,
                MultiplierStride = multiplier.Stride,
                Activation = (int)epilogue.Activation.Kind,
                Slope = epilogue.Activation.Slope,
                HasBias = bias.IsEmpty ? 0 : 1,
                HasMultiplier = multiplier.IsEmpty ? 0 : 1,
            };
            var grid = new Index3D(y.Rows, (own.OutputWidth + ActiveRowKernel.Columns - 1) / ActiveRowKernel.Columns, 1);
            var config = new KernelConfig(grid, new Index3D(Math.Min(ActiveRowKernel.Threads, device.GroupThreads), 1, 1));
            if (own.Precision == Precision.Int8)
            {
                _integers.Launcher(device.Launch(), config, q, Operands<int>(call, own, set, scales, bias, multiplier, result));
            }
            else
            {
                _floats.Launcher(device.Launch(), config, q, Operands<Quad>(call, own, set, scales, bias, multiplier, result));
            }

            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, failure);
        }
    }

    private static ActiveRowOperands<TWeight> Operands<TWeight>(
        in DeviceCall call, DeviceMatrix matrix, in ActiveNeurons set, ArrayView<float> scales, View bias, View multiplier, View result)
        where TWeight : unmanaged
    {
        var table = matrix.Table.Operands<int, TWeight>(call);
        return new ActiveRowOperands<TWeight>
        {
            Matrices = table.Matrices,
            Weights = table.Weights,
            ColumnQuanta = table.ColumnQuanta,
            Counts = call.Values<int>(set.Counts),
            Indices = call.Values<int>(set.Indices),
            Values = call.Values<float>(set.Values),
            Scales = scales,
            Bias = call.Values<float>(bias),
            Multiplier = call.Values<float>(multiplier),
            Outputs = call.Values<float>(result),
        };
    }
}
